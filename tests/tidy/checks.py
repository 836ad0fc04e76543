"""One function per law. Each takes the tree and yields what it finds."""

import posixpath
import re
from collections.abc import Iterator

from laws import DANGERS, FREE, IMPURITIES, PURE_ALTHOUGH, PURE_BASE_LIBRARY, PURE_ROOMS, ROOMS, TOP
from tree import CPP_SUFFIXES, File, Finding

Tree = dict[str, File]

SEMANTICS = "docs/semantics.md"
RULE = re.compile(r"\bS\d{1,3}\b")


def cpp_files(tree: Tree, rooms) -> list[File]:
    return [file for file in tree.values() if file.is_cpp and file.room in rooms]


# ---- Includes ----


def room_of_include(path: str) -> str | None:
    first = path.split("/")[0]
    if first == "belfry":
        return "include"
    return first if first in ROOMS or first in FREE else None


def includes_run_downwards(tree: Tree) -> Iterator[Finding]:
    for file in cpp_files(tree, ROOMS):
        allowed = ROOMS[file.room] | {file.room}
        for line, path in file.includes:
            room = room_of_include(path)
            if room and room not in allowed:
                cure = f"{file.room} may include {', '.join(sorted(allowed))}: meet the other room in include/belfry"
                yield Finding(file.path, line, f"{file.room} includes <{path}> of {room}", cure)


def includes_are_written_from_the_root(tree: Tree) -> Iterator[Finding]:
    """A relative include would pass by the check of the rooms."""
    for file in cpp_files(tree, ROOMS):
        for line, path in file.includes:
            if '"' in file.code[line - 1] or path.startswith("."):
                yield Finding(file.path, line, f'"{path}" is included relatively', "write <room/file.h>")


# ---- Purity ----


def pure_base_stems(tree: Tree) -> set[str]:
    """What base/ counts as pure: the sources of the pure library, and headers that have no source."""
    build = tree.get("base/CMakeLists.txt", File("", ""))
    library = re.search(rf"add_library\({PURE_BASE_LIBRARY}\b([^)]*)\)", build.text)
    listed = {f"base/{name}" for name in re.findall(r"(\w+)\.cpp", library[1] if library else "")}
    headers = {file.stem for file in cpp_files(tree, {"base"}) if f"{file.stem}.cpp" not in tree}
    return listed | headers


def pure_files(tree: Tree) -> list[File]:
    stems = pure_base_stems(tree)
    return [file for file in cpp_files(tree, PURE_ROOMS | {"base"}) if file.room in PURE_ROOMS or file.stem in stems]


def pure_rooms_name_nothing_impure(tree: Tree) -> Iterator[Finding]:
    for file in pure_files(tree):
        for line, code in enumerate(file.code, 1):
            for impurity in IMPURITIES:
                if impurity.pattern.search(code) and (file.stem, impurity.what) not in PURE_ALTHOUGH:
                    yield Finding(file.path, line, f"pure code names {impurity.what}", impurity.cure)


def pure_rooms_include_pure_headers(tree: Tree) -> Iterator[Finding]:
    stems = pure_base_stems(tree)
    for file in pure_files(tree):
        for line, path in file.includes:
            room = room_of_include(path)
            if room == "base" and path.removesuffix(".h") not in stems:
                cure = f"hand in what it gives, or make it pure and list it in {PURE_BASE_LIBRARY}"
                yield Finding(file.path, line, f"pure code includes <{path}>, which is not pure", cure)
            if room is None and "/" in path and not path.startswith(("sys/", "linux/", "asm/")):
                yield Finding(file.path, line, f"pure code includes <{path}>", "it knows the standard library alone")


# ---- Dangerous things ----


def is_in(file: File, places: tuple[str, ...]) -> bool:
    return any(file.path.startswith(place) if place.endswith("/") else file.stem == place for place in places)


def dangers_have_one_place(tree: Tree) -> Iterator[Finding]:
    for file in cpp_files(tree, ROOMS):
        for danger in DANGERS:
            if is_in(file, danger.places):
                continue
            for line, code in enumerate(file.code, 1):
                if danger.pattern.search(code):
                    place = " and ".join(danger.places)
                    cure = f"use the wrapper in {place}" if place else "give it its one place in tests/tidy/laws.py"
                    yield Finding(file.path, line, f"{danger.what} is named outside its one place", cure)


# ---- The build ----

CMAKE_ROOTS = re.compile(r"\$\{(CMAKE|PROJECT|belfry)_SOURCE_DIR\}/")
CMAKE_HERE = re.compile(r"\$\{CMAKE_CURRENT_(SOURCE|LIST)_DIR\}/")


def listed_sources(tree: Tree) -> set[str]:
    listed = set()
    for file in tree.values():
        if posixpath.basename(file.path) != "CMakeLists.txt":
            continue
        here = posixpath.dirname(file.path)
        text = re.sub(r"#[^\n]*", "", file.text)
        for name in re.findall(r"[^\s()\";]+\.cpp\b", text):
            rooted = CMAKE_ROOTS.sub("/", name)
            name = rooted.lstrip("/") if rooted != name else posixpath.join(here, CMAKE_HERE.sub("", name))
            listed.add(posixpath.normpath(name))
    return listed


def every_source_is_built(tree: Tree) -> Iterator[Finding]:
    listed = listed_sources(tree)
    for file in tree.values():
        if file.path.endswith(".cpp") and file.room in ROOMS.keys() | FREE and file.path not in listed:
            cure = "list it in its folder's CMakeLists.txt, or delete it"
            yield Finding(file.path, 1, "no CMakeLists.txt lists this file", cure)


# ---- Rules of docs/semantics.md ----

DEFINITION = re.compile(r"^\* \*\*(S\d+)\*\* ")
TEST_NAME = re.compile(r'\b(?:TEST_CASE|SUBCASE)\w*\s*\([^"{;]*((?:"(?:\\.|[^"\\])*"\s*)+)')


def defined_rules(tree: Tree) -> dict[str, int]:
    """Each rule and the line of docs/semantics.md that defines it."""
    lines = tree[SEMANTICS].lines if SEMANTICS in tree else []
    matches = ((number, DEFINITION.match(line)) for number, line in enumerate(lines, 1))
    return {match[1]: number for number, match in matches if match}


def is_test(file: File) -> bool:
    return file.path.startswith("tests/") and not file.path.startswith("tests/tidy/")


def rules_tested(tree: Tree) -> set[str]:
    """A C++ test names its rules in the name of a case; a scenario or a script anywhere."""
    rules = set()
    for file in filter(is_test, tree.values()):
        if file.is_cpp:
            rules.update(*(RULE.findall(name) for name in TEST_NAME.findall(file.text)))
        elif file.path.endswith((".txt", ".py", ".sh")) and not file.path.endswith("CMakeLists.txt"):
            rules.update(RULE.findall(file.text))
    return rules


def every_rule_is_tested(tree: Tree) -> Iterator[Finding]:
    tested = rules_tested(tree)
    for rule, line in defined_rules(tree).items():
        if rule not in tested:
            cure = f'write TEST_CASE("room/unit: {rule} what holds"), or a scenario that names it'
            yield Finding(SEMANTICS, line, f"no test names {rule}", cure)


def every_rule_is_defined_once(tree: Tree) -> Iterator[Finding]:
    seen = {}
    for number, line in enumerate(tree[SEMANTICS].lines if SEMANTICS in tree else [], 1):
        match = DEFINITION.match(line)
        if match and seen.setdefault(match[1], number) != number:
            yield Finding(SEMANTICS, number, f"{match[1]} is defined again", f"it stands on line {seen[match[1]]}")


def every_cited_rule_exists(tree: Tree) -> Iterator[Finding]:
    defined = defined_rules(tree)
    for file in tree.values():
        if not (file.room in ROOMS or is_test(file)):
            continue
        for number, prose in enumerate(file.prose if file.is_cpp else file.lines, 1):
            for rule in RULE.findall(prose):
                if rule not in defined:
                    cure = "cite a rule that is built, or write it down there"
                    yield Finding(file.path, number, f"{rule} is not in {SEMANTICS}", cure)


# ---- Trailing junk ----


def lines_end_clean(tree: Tree) -> Iterator[Finding]:
    for file in tree.values():
        for number, line in enumerate(file.text.split("\n"), 1):
            if line != line.rstrip():
                yield Finding(file.path, number, "white space at the end of the line", "delete it")
            if file.path.endswith(CPP_SUFFIXES) and "\t" in line:
                yield Finding(file.path, number, "a tab", "indent with spaces; in text write \\t")


def files_end_clean(tree: Tree) -> Iterator[Finding]:
    for file in tree.values():
        if file.text and not file.text.endswith("\n"):
            yield Finding(file.path, len(file.lines), "the last line has no end", "end the file with a line end")
        if file.text.endswith("\n\n"):
            yield Finding(file.path, len(file.text.rstrip().splitlines()) + 1, "empty lines at the end", "delete them")


def the_top_is_the_house_alone(tree: Tree) -> Iterator[Finding]:
    for file in tree.values():
        if "/" not in file.path and file.path not in TOP:
            yield Finding(file.path, 1, "does not belong to the top of the project", "delete it, or give it its room")


def nothing_is_left_for_later(tree: Tree) -> Iterator[Finding]:
    marker = re.compile(r"\b(FIXM[E]|TOD[O])\b")
    for file in tree.values():
        for number, line in enumerate(file.lines, 1):
            if found := marker.search(line):
                yield Finding(file.path, number, f"{found[1]} does not land", "do it now, or open an issue")


CHECKS = [
    includes_run_downwards,
    includes_are_written_from_the_root,
    pure_rooms_name_nothing_impure,
    pure_rooms_include_pure_headers,
    dangers_have_one_place,
    every_source_is_built,
    every_rule_is_tested,
    every_rule_is_defined_once,
    every_cited_rule_exists,
    lines_end_clean,
    files_end_clean,
    the_top_is_the_house_alone,
    nothing_is_left_for_later,
]
