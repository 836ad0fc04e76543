"""The cases of script/test-vm: runs those whose names hold one of the words given, and says how each went."""

import argparse
import os
import sys
import time
import traceback
from pathlib import Path

from case import all_cases
from lab import Lab

TRIES = 3


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


def try_case(case, lab: Lab) -> str:
    """Why it failed; empty: it did not."""
    try:
        case.run(lab)
    except Exception:  # whatever it was: the other cases go on
        return traceback.format_exc() + lab.last_words()
    return ""


def run_case(case, lab: Lab) -> bool:
    """A failure counts unless a machine stood still meanwhile, as happens where its emulator gets no processor. What runs
    for an hour bears that by itself."""
    for tries_left in reversed(range(1 if case.is_long else TRIES)):
        begin = time.monotonic()
        failure = try_case(case, lab)
        seconds = time.monotonic() - begin
        excuse = lab.excuse(seconds) if failure and tries_left else ""
        if failure:
            lab.forget_shared()
        lab.close()
        print(f"{'again ' if excuse else 'FAILED' if failure else 'ok    '} {seconds:6.1f} s  {case.name}", flush=True)
        if failure:
            print(f"{failure}\n{excuse}", flush=True)
        if not excuse:
            break
    return not failure


def main() -> int:
    options = arguments()
    begin = time.monotonic()
    lab = Lab(options.directory, options.package)
    try:
        if options.run:
            return run_script(lab, options.run)
        chosen = [c for c in all_cases() if is_chosen(c, options.words)]
        results = [run_case(case, lab) for case in chosen]
        print(f"{results.count(True)} of {len(results)} cases passed in {time.monotonic() - begin:.0f} s")
        return 0 if results and all(results) else 1
    finally:
        lab.forget_shared()
        lab.close()


if __name__ == "__main__":
    sys.exit(main())
