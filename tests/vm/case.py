"""What a case is: a function of a laboratory, with a sentence for its name."""

from collections.abc import Callable
from dataclasses import dataclass

_cases: list["Case"] = []


@dataclass(frozen=True)
class Case:
    name: str
    run: Callable
    is_long: bool


def case(name: str, *, is_long: bool = False) -> Callable:
    """Of a function that is given the Lab. They run in the order in which they are defined."""

    def keep(function: Callable) -> Callable:
        _cases.append(Case(name, function, is_long))
        return function

    return keep


def all_cases() -> list[Case]:
    # Each module adds its own.
    import cases_package  # noqa: F401, I001
    import cases_service  # noqa: F401
    import cases_limits  # noqa: F401
    import cases_clock  # noqa: F401
    import cases_kernel_clock  # noqa: F401
    import cases_power  # noqa: F401

    return _cases


def expect(condition: object, what: object) -> None:
    if not condition:
        raise AssertionError(what)


def expect_equal(actual: object, wanted: object, what: str) -> None:
    expect(actual == wanted, f"{what}: {actual!r}, and not {wanted!r}")


def figure(name: str, value: object, target: str = "") -> None:
    """A line for docs/performance.md."""
    print(f"    {name}: {value}" + (f" ({target})" if target else ""), flush=True)
