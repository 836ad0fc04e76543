#!/usr/bin/env python3
"""The README's tour, word for word: each command is typed into a terminal, and shows what stands there.

What differs from day to day (ids, times, spans, the width of columns) is made alike on both sides before it is compared.
A tour runs while jobs run, so a command is typed again until it shows what it should, for a minute at most.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from terminal import typed

PATIENCE_S = 120
COLUMNS = 100

PROGRAM = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(sys.argv[2]).resolve()


def blocks(text):
    """The code blocks of the tour."""
    tour = text.split("## A minute's tour", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```\n(.*?)```", tour, re.S)


def steps(block):
    """(command, what it shows) of one block."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown.strip("\n")


def alike(text):
    text = re.sub(r"\x1b\[[0-9;]*m", "", text.replace("\r\n", "\n"))
    for pattern, word in [
        (r"\b[0-9A-HJKMNP-TV-Z]{26}\b", "RUN"),
        (r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?", "TIME"),
        (r"\b\d\d:\d\d:\d\d\b", "CLOCK"),
        (r"\b\d+m\d\ds\b|\b\d+(ms|[smhd])( \d+[smh])?\b", "SPAN"),
        (r"\bjust now\b", "SPAN ago"),
        (r"\bnow\b", "in SPAN"),
        (r" +", " "),
        (r" *\n", "\n"),
    ]:
        text = re.sub(pattern, word, text)
    return text.strip()


def check(command, wanted, environment, directory):
    deadline = time.monotonic() + PATIENCE_S
    while True:
        shown = typed(command, environment, directory)
        if alike(shown) == alike(wanted):
            print(f"as written: {command}")
            return shown
        if time.monotonic() > deadline:
            raise SystemExit(f"`{command}` shows\n{alike(shown)}\nand the README says\n{alike(wanted)}")
        time.sleep(0.5)


def walk(directory):
    (directory / "mistake.yaml").write_text("jobs:\n  backup:\n    shedule: every 5m\n    run: ./backup\n")
    environment = dict(os.environ, TERM="xterm", COLUMNS=str(COLUMNS))
    environment["PATH"] = f"{PROGRAM.parent}:{environment.get('PATH', os.defpath)}"
    environment["BELFRY_HOST"] = f"unix:{directory}/state/belfry.sock"
    environment.pop("NO_COLOR", None)
    captured = ""
    for block in blocks((ROOT / "README.md").read_text()):
        for command, wanted in steps(block):
            if not command.startswith("export "):
                captured += check(command, wanted, environment, directory)
    if "\x1b[32m✓" not in captured:
        raise SystemExit("a terminal is shown colours")
    for line in re.sub(r"\x1b\[[0-9;]*m", "", captured).splitlines():
        if len(line) > COLUMNS:
            raise SystemExit(f"wider than the terminal: {line}")


def main():
    with tempfile.TemporaryDirectory(prefix="belfry-tour-") as name:
        directory = pathlib.Path(name)
        daemon = subprocess.Popen(
            [PROGRAM, "daemon", "-c", ROOT / "schedules.yaml", "--state", directory / "state", "--listen",
             f"unix:{directory}/state/belfry.sock"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        try:
            walk(directory)
        finally:
            daemon.terminate()
            daemon.wait()


main()
