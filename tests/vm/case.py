"""What a case is: a function of a machine, with a sentence for its name."""

from collections.abc import Callable
from dataclasses import dataclass

_cases: list["Case"] = []


@dataclass(frozen=True)
class Case:
    name: str
    run: Callable


def case(name: str) -> Callable:
    """Of a function that is given the Lab, in the order in which they are defined."""

    def keep(function: Callable) -> Callable:
        _cases.append(Case(name, function))
        return function

    return keep


def all_cases() -> list[Case]:
    import cases_package  # noqa: F401 # each module adds its own

    return _cases


def expect(condition: object, what: str) -> None:
    if not condition:
        raise AssertionError(what)
