#!/usr/bin/env python3
"""Enforces the laws of the house (laws.py) on the tree at ROOT: usage: tidy.py ROOT

Prints `file:line  what is wrong  the cure` for each finding; exit code 1 if there is any.
"""

import sys
from pathlib import Path

from checks import CHECKS
from tree import Finding, read_tree


def findings(root: Path) -> list[Finding]:
    tree = read_tree(root)
    return sorted({finding for check in CHECKS for finding in check(tree)})


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    found = findings(Path(sys.argv[1]))
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
