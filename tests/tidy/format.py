#!/usr/bin/env python3
"""Every C++ file of the project is formatted as .clang-format says: usage: format.py ROOT

Prints like tidy.py. Exit code 77 where clang-format-19 is not installed: other versions format differently.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tree import Finding, read_tree

PROGRAM = "clang-format-19"
COMPLAINT = re.compile(r"^([^:\n]+):(\d+):\d+: warning: code should be clang-formatted", re.MULTILINE)


def badly_formatted(root: Path) -> list[Finding]:
    files = sorted(file.path for file in read_tree(root).values() if file.is_cpp)
    command = [PROGRAM, "--dry-run", "--ferror-limit=1", *files]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    places = COMPLAINT.findall(result.stderr)
    return [Finding(path, int(line), "not formatted", f"{PROGRAM} -i {path}") for path, line in places]


def main() -> int:
    if not shutil.which(PROGRAM):
        return 77
    found = badly_formatted(Path(sys.argv[1]))
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
