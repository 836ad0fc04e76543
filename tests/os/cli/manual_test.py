#!/usr/bin/env python3
"""Holds the manual pages against the program: what one of them has and the other has not is a fault.

    manual_test.py BELFRY CMAKE SOURCE_DIR
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77


def said_by(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def page(name):
    """The page as roff, but for its escapes: a line that begins with .SS begins a section."""
    source = SOURCE / "docs/man"
    with tempfile.TemporaryDirectory() as directory:
        made = pathlib.Path(directory) / name
        options = {"BELFRY": BELFRY, "SCDOC": scdoc, "SOURCE": source / f"{name}.scd", "MADE": made}
        words = [f"-D{key}={value}" for key, value in options.items()]
        subprocess.run([CMAKE, *words, "-P", source / "make_page.cmake"], check=True)
        return re.sub(r"\\f[BIR]|\\&|\\(?=[-.\\'])", "", made.read_text())


def sections(text):
    """The paragraphs of each subsection, by its name."""
    parts = re.split(r"(?m)^\.S[SH] ", text)[1:]
    return {part.partition("\n")[0].strip('"'): part for part in parts}


def terms(text):
    """What hangs out to the left: each line before an indented paragraph."""
    return re.findall(r"(?m)^(.+)\n\.RS 4$", text)


def commands_of_program():
    """Command -> its options, from what completes them in a shell."""
    script = said_by(BELFRY, "completion", "bash")
    return {name: set(words.split()) for name, words in re.findall(r"(?m)^ +([\w-]+)\) words='(.*)' ;;$", script)}


def commands_of_page(text):
    every = sections(text)
    common = options_in(every["OPTIONS OF EVERY COMMAND"])
    names = [name for name in every if f"belfry {name}" in every[name] and name.islower()]
    return {name: options_in(every[name]) | common for name in names}


def options_in(text):
    return {word for term in terms(text) for word in re.findall(r"(?<!\S)--?[a-z][a-z-]*", term)}


def keys_of_program():
    """Map -> its keys, from the JSON Schema; the file itself is the empty name."""
    found = {}

    def walk(schema, path):
        if not isinstance(schema, dict):
            return
        for key, value in schema.get("properties", {}).items():
            found.setdefault(path, set()).add(key)
            if key != "defaults":  # has the keys of jobs
                walk(value, f"{path}.{key}".lstrip("."))
        walk(schema.get("additionalProperties"), path)
        walk(schema.get("items"), path)
        for other in schema.get("anyOf", []):
            walk(other, path)

    walk(json.loads(said_by(BELFRY, "schema")), "")
    return found


def keys_of_page(text):
    named = {name: part for name, part in sections(text).items() if name == "The file" or name.startswith("Within ")}
    return {re.sub("^The file$|^Within ", "", name): set(terms(part)) for name, part in named.items()}


def variables_of_program():
    sources = (SOURCE / "jobs/environment.cpp", SOURCE / "base/placeholders.cpp")
    found = {name for file in sources for name in re.findall(r'"(BELFRY_[A-Z_]+)"', file.read_text())}
    return {name + "NAME" if name.endswith("_") else name for name in found - {"BELFRY_"}}


def variables_of_page(text):
    return {word for term in terms(sections(text)["ENVIRONMENT OF A JOB"]) for word in re.findall(r"BELFRY_\w+", term)}


def differences(program, in_page):
    for name in sorted(program.keys() | in_page.keys()):
        known, told = program.get(name, set()), in_page.get(name, set())
        where = name or "the file"
        if name not in program or name not in in_page:
            yield f"{where}: only in the {'page' if name not in program else 'program'}"
        yield from (f"{where}: {word} is not in the page" for word in sorted(known - told))
        yield from (f"{where}: {word} is only in the page" for word in sorted(told - known))


BELFRY, CMAKE, SOURCE = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
scdoc = shutil.which("scdoc")
if not scdoc:
    print("scdoc is not installed")
    sys.exit(SKIPPED)

command_page, file_page = page("belfry.1"), page("schedules.yaml.5")
problems = [
    *differences(commands_of_program(), commands_of_page(command_page)),
    *differences(keys_of_program(), keys_of_page(file_page)),
    *differences({"environment": variables_of_program()}, {"environment": variables_of_page(file_page)}),
]
print("\n".join(problems) or f"{len(commands_of_program())} commands, {sum(map(len, keys_of_program().values()))} keys")
sys.exit(1 if problems else 0)
