#!/usr/bin/env python3
"""Holds the JSON Schema against the decoder (S36), with a public validator.

The examples that the decoder accepts must fit the schema. Of the broken files each must be rejected by it, unless what
is wrong with them is not about the form of a value: those are listed in beyond_schema.txt, and a file that is listed
without need fails too.

    schema_test.py BELFRY SOURCE_DIR
"""

import json
import pathlib
import subprocess
import sys

SKIPPED = 77


def needed():
    try:
        import jsonschema
        import yaml
    except ImportError as error:
        print(f"{error.name} is not installed")
        sys.exit(SKIPPED)
    return jsonschema, yaml


def core_loader(yaml):
    """YAML 1.2's core schema: true and false are these words, a date is a text."""

    class Core(yaml.SafeLoader):
        pass

    import re

    Core.yaml_implicit_resolvers = {}
    Core.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
    Core.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(0|[1-9][0-9]*)$"), list("-0123456789"))
    Core.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^-?[0-9]+\.[0-9]+$"), list("-0123456789"))
    Core.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(~|null|)$"), ["~", "n", ""])
    Core.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"^<<$"), ["<"])
    return Core


def main():
    jsonschema, yaml = needed()
    belfry, source = sys.argv[1], pathlib.Path(sys.argv[2])
    schema = json.loads(subprocess.run([belfry, "schema"], check=True, capture_output=True).stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    loader = core_loader(yaml)
    failures = []

    for path in [source / "schedules.yaml", *sorted((source / "tests/unit/config/good").glob("*.yaml"))]:
        for error in validator.iter_errors(yaml.load(path.read_text(), loader)):
            failures.append(f"{path}: accepted by the decoder, not by the schema: {error.message[:200]}")

    listed = set((source / "tests/unit/config/beyond_schema.txt").read_text().split())
    beyond = set()
    for path in sorted((source / "tests/unit/config/bad").glob("*.yaml")):
        try:
            document = yaml.load(path.read_text(), loader)
        except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError, TypeError):
            continue  # no YAML: nothing for a schema to see
        if validator.is_valid(document):
            beyond.add(path.stem)
    failures += [f"{name}: rejected by the decoder, not by the schema" for name in sorted(beyond - listed)]
    failures += [f"{name}: stands in beyond_schema.txt without need" for name in sorted(listed - beyond)]
    print("\n".join(failures) or "the schema and the decoder agree")
    sys.exit(1 if failures else 0)


main()
