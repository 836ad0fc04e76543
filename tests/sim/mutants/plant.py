"""Plants bugs in a copy of the core, of what of the daemon's turn is pure, and of what knows summer time.

    plant.py SOURCE_ROOT TARGET

Reads mutants.txt and writes the copies to TARGET, with every bug in them behind a switch, and TARGET/list.cpp, their
names. The core itself knows nothing of this. Which bug is at work is decided at run time, so that one program can try
them all one after the other.

A bug is a text that stands once in a file, and another in its place. White space is all one. A text that ends in a
semicolon or a closing brace is taken for statements, any other for an expression; what is planted for a text that ends
in an opening brace comes after that.
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

SWITCH = "belfry::sim::planted"
COPIED = ["scheduler/*.*", "daemon/core_time.*", "daemon/held_back.*", "triggers/fields_trigger.cpp"]


@dataclass
class Edit:
    path: str
    old: str = ""
    new: str = ""


@dataclass
class Mutant:
    name: str
    what: str
    not_found_because: str = ""
    edits: list[Edit] = field(default_factory=list)


@dataclass
class Place:
    """Some text of a file, and what stands there instead, by the number of the bug."""

    first: int
    last: int
    new: dict[int, str]


def read_mutants(text: str) -> list[Mutant]:
    mutants = []
    for block in re.split(r"\n\s*\n", re.sub(r"(?m)^#.*\n", "", text).strip()):
        head, *lines = block.splitlines()
        name, what = head.split(": ", 1)
        mutant = Mutant(name, what)
        path = ""
        for line in lines:
            if line.startswith("not found: "):
                mutant.not_found_because = line.removeprefix("not found: ")
            elif line.startswith("- "):
                if not mutant.edits or mutant.edits[-1].path != path or mutant.edits[-1].new:
                    mutant.edits.append(Edit(path))
                mutant.edits[-1].old += line[2:] + "\n"
            elif line.startswith("+"):
                mutant.edits[-1].new += (line[2:] or " ") + "\n"
            else:
                path = line.strip()
        mutants.append(mutant)
    return mutants


def find(text: str, old: str, where: str) -> tuple[int, int]:
    pattern = r"\s+".join(re.escape(word) for word in old.split())
    found = [match.span() for match in re.finditer(pattern, text)]
    if len(found) != 1:
        sys.exit(f"{where}: this stands {len(found)} times in the file, and should stand once:\n{old}")
    return found[0]


def places_of(path: str, text: str, mutants: list[Mutant]) -> list[Place]:
    places: dict[tuple[int, int], Place] = {}
    for number, mutant in enumerate(mutants, 1):
        for edit in mutant.edits:
            if edit.path != path:
                continue
            span = find(text, edit.old, f"{mutant.name}, {path}")
            places.setdefault(span, Place(*span, {})).new[number] = edit.new.strip()
    return sorted(places.values(), key=lambda place: (place.first, -place.last))


def render(text: str, first: int, last: int, places: list[Place]) -> str:
    """The text from first to last, with every place in it; one place may lie within another."""
    out, at = "", first
    while places:
        place, *rest = places
        inner = [other for other in rest if other.first < place.last]
        if any(other.last > place.last for other in inner):
            sys.exit(f"two bugs overlap:\n{text[place.first : inner[-1].last]}")
        out += text[at : place.first] + switch(place, render(text, place.first, place.last, inner))
        at, places = place.last, rest[len(inner) :]
    return out + text[at:last]


def switch(place: Place, old: str) -> str:
    if old.rstrip().endswith((";", "}")):
        branches = [f"if (::{SWITCH} == {number}) {{ {new} }} else " for number, new in place.new.items()]
        return "{ " + "".join(branches) + "{ " + old + " } }"
    if old.rstrip().endswith("{"):
        return old + "".join(f" if (::{SWITCH} == {number}) {{ {new} }}" for number, new in place.new.items())
    branches = [f"::{SWITCH} == {number} ? ({new}) : " for number, new in place.new.items()]
    return "(" + "".join(branches) + "(" + old + "))"


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def list_of(mutants: list[Mutant]) -> str:
    rows = "".join(f"  {{{quoted(m.name)}, {quoted(m.what)}, {quoted(m.not_found_because)}}},\n" for m in mutants)
    return f"""#include <tests/sim/mutants/mutants.h>

namespace belfry::sim {{

int planted = 0;

const std::vector<Mutant> mutants = {{
{rows}}};

}}  // namespace belfry::sim
"""


def write(path: Path, text: str) -> None:
    """What did not change is not compiled again."""
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def main() -> None:
    root, target = Path(sys.argv[1]), Path(sys.argv[2])
    mutants = read_mutants((Path(__file__).parent / "mutants.txt").read_text())
    known = {str(path.relative_to(root)) for pattern in COPIED for path in root.glob(pattern)}
    for mutant in mutants:
        for edit in mutant.edits:
            if edit.path not in known:
                sys.exit(f"{mutant.name}: no such file: {edit.path}")
    for path in sorted(known):
        if not path.endswith((".h", ".cpp")):
            continue
        text = (root / path).read_text()
        places = places_of(path, text, mutants)
        planted = render(text, 0, len(text), places)
        if places:
            planted = "#include <tests/sim/mutants/mutants.h>\n" + planted
        write(target / path, planted)
    write(target / "list.cpp", list_of(mutants))


main()
