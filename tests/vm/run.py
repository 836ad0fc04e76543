"""The cases of script/test-vm: runs those whose names hold one of the words given, and says how each went."""

import argparse
import os
import sys
import time
import traceback
from pathlib import Path

from case import all_cases
from lab import Lab


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--package", type=Path, required=True)
    parser.add_argument("--run", type=Path, help="instead: run this script as root where the package is installed")
    parser.add_argument("words", nargs="*")
    return parser.parse_args()


def is_chosen(case, words: list[str]) -> bool:
    """Long ones only by name, or with BELFRY_LONG=1."""
    if words:
        return any(word in case.name for word in words)
    return not case.is_long or os.environ.get("BELFRY_LONG") == "1"


def run_script(lab: Lab, script: Path) -> int:
    machine = lab.with_belfry("run")
    machine.boot()
    answer = machine.ask(script.read_text(), within=3600)
    print(answer.output, end="")
    return min(answer.code, 255)


def run_case(case, lab: Lab) -> bool:
    begin = time.monotonic()
    failure = ""
    try:
        case.run(lab)
    except Exception:  # whatever it was: the other cases go on
        failure = traceback.format_exc() + lab.last_words()
        lab.forget_shared()
    finally:
        lab.close()
    print(f"{'FAILED' if failure else 'ok    '} {time.monotonic() - begin:6.1f} s  {case.name}", flush=True)
    if failure:
        print(failure, flush=True)
    return not failure


def main() -> int:
    options = arguments()
    lab = Lab(options.directory, options.package)
    try:
        if options.run:
            return run_script(lab, options.run)
        chosen = [c for c in all_cases() if is_chosen(c, options.words)]
        results = [run_case(case, lab) for case in chosen]
        print(f"{results.count(True)} of {len(results)} cases passed")
        return 0 if results and all(results) else 1
    finally:
        lab.forget_shared()
        lab.close()


if __name__ == "__main__":
    sys.exit(main())
