"""The project as tidy reads it: its files, and C++ split into what the compiler reads and what people read."""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# What a build, a run or a tool leaves behind in a checkout; and the inputs of fuzz tests, which may be any bytes.
NOT_OURS = {".git", ".cache", "build", "state", "__pycache__", "corpus"}

CPP_SUFFIXES = (".h", ".cpp")

# Comments and literals. A ' after a letter or a digit separates digits: 10'000.
PROSE = re.compile(
    r"""//[^\n]*
      | /\*.*?\*/
      | R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'
    """,
    re.DOTALL | re.VERBOSE,
)
DIRECTIVE = re.compile(r"\s*#\s*include\b")
INCLUDE = re.compile(r"""\s*#\s*include\s*[<"](?P<path>[^>"]+)[>"]""")


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    wrong: str
    cure: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.wrong}  {self.cure}"


@dataclass(frozen=True)
class File:
    path: str  # from the root, with forward slashes
    text: str

    @property
    def room(self) -> str:
        return self.path.split("/")[0]

    @property
    def stem(self) -> str:
        """The path without its suffix: base/os for both base/os.h and base/os.cpp."""
        return self.path.rsplit(".", 1)[0]

    @property
    def is_cpp(self) -> bool:
        return self.path.endswith(CPP_SUFFIXES)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def code(self) -> list[str]:
        """The lines without comments and literals. Includes stay whole."""
        blanked = PROSE.sub(lambda match: blank(match[0]), self.text).splitlines()
        return [raw if DIRECTIVE.match(code) else code for raw, code in zip(self.lines, blanked)]

    @cached_property
    def prose(self) -> list[str]:
        """The lines without code: comments and literals."""
        kept, end = [], 0
        for match in PROSE.finditer(self.text):
            kept += [blank(self.text[end : match.start()]), match[0]]
            end = match.end()
        return "".join(kept + [blank(self.text[end:])]).splitlines()

    @cached_property
    def includes(self) -> list[tuple[int, str]]:
        """Line number and path of every include."""
        matches = ((number, INCLUDE.match(line)) for number, line in enumerate(self.code, 1))
        return [(number, match["path"]) for number, match in matches if match]


def blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def read_tree(root: Path) -> dict[str, File]:
    """Every text file of the project, by path."""
    files = {}
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = sorted(set(subfolders) - NOT_OURS)
        for name in sorted(set(names) - NOT_OURS):  # .git is a file in a second working tree
            content = (Path(folder) / name).read_bytes()
            if b"\0" in content:
                continue
            path = (Path(folder) / name).relative_to(root).as_posix()
            files[path] = File(path, content.decode(errors="replace"))
    return files
