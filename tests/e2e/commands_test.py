#!/usr/bin/env python3
"""What people and programs are promised of the command line, held against the program.

  examples     each example of each `--help` is typed and makes sense to the program
  manual       so is each command of docs/operations.md
  json         each object of docs/command-line.md has the keys that stand there, no more and no less
  exit_codes   the table of docs/command-line.md
  widths       no line is wider than the terminal
  sentences    what is told of a job, and hints that can be typed
  completion   in each shell that is installed: commands, options, names of jobs
"""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata

from terminal import typed

PATIENCE_S = 120

PROGRAM = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(sys.argv[2]).resolve()
DOCS = (ROOT / "docs/command-line.md").read_text()

SCHEDULES = """
timezone: Europe/Berlin
daemon: { on_stop: kill }
jobs:
  nightly-backup: { schedule: "30 2 * * *", run: 'echo saved', tags: [db], description: "Sichert alles – täglich, 日本語" }
  report: { schedule: "0 6 * * *", run: 'true' }
  restore: { schedule: manual, run: 'true', params: { date: { type: date } } }
  slow: { schedule: every 300ms, run: 'sleep 1' }
  failing: { schedule: manual, run: 'exit 3' }
  broken: { schedule: manual, command: [/no/such/program] }
  killed: { schedule: manual, run: 'kill -9 $$' }
  late: { schedule: manual, run: 'sleep 9', timeout: 100ms, stop_grace_period: 0s }
  first-only: { schedule: every 200ms, max_runs: 1, run: 'true' }
  once: { schedule: manual, run: 'sleep 900', overlap: skip }
"""

failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print("FAILED:", what)


class Sandbox:
    """A daemon of its own, and an environment in which `belfry` finds it."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="belfry-commands-"))
        (self.directory / "bin").mkdir()
        (self.directory / "bin/belfry").symlink_to(PROGRAM)
        self.schedules = self.directory / "schedules.yaml"
        self.schedules.write_text(SCHEDULES)
        self.environment = {
            "PATH": f"{self.directory}/bin:/usr/bin:/bin",
            "HOME": str(self.directory),
            "BELFRY_HOST": f"unix:{self.directory}/s",
            "BELFRY_CONFIG": str(self.schedules),
            "LANG": "C.UTF-8",
            "TERM": "xterm",
        }
        self.daemon = self.start_daemon()

    def daemon_command(self, state="state", socket="s"):
        return ["belfry", "daemon", "--state", str(self.directory / state), "--listen", f"unix:{self.directory}/{socket}"]

    def start_daemon(self):
        log = open(self.directory / "log", "a")
        daemon = subprocess.Popen(
            self.daemon_command(), env=self.environment, cwd=self.directory, stdout=log, stderr=log,
            executable=PROGRAM)
        deadline = time.monotonic() + PATIENCE_S
        while self.run("belfry status").returncode != 0:
            if time.monotonic() > deadline:
                raise SystemExit("the daemon does not answer:\n" + (self.directory / "log").read_text())
            time.sleep(0.05)
        return daemon

    def run(self, command, **environment):
        return subprocess.run(
            ["bash", "-c", command], env=self.environment | environment, cwd=self.directory, text=True,
            capture_output=True, timeout=PATIENCE_S)

    def json(self, command):
        done = self.run(command + " --json")
        check(done.returncode == 0, f"`{command} --json` ends with {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)

    def close(self):
        self.daemon.terminate()
        self.daemon.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


# ---- Examples -------------------------------------------------------------------------------------------------------


def commands(box):
    listed = box.run("belfry help").stdout.split("Subcommands:", 1)[-1].split("Commands:", 1)[-1]
    return [word for word in re.findall(r"^  ([a-z]+) ", listed, re.M) if word != "help"]


def examples_of(box, command):
    text = box.run(f"belfry {command} --help").stdout
    check(text.find("Examples:") < text.find("Usage:"), f"`belfry {command} --help` begins with examples")
    part = text.split("Examples:", 1)[-1].split("Usage:", 1)[0]
    return [re.split(r" {2,}", line.strip(), maxsplit=1)[0] for line in part.splitlines() if line.startswith("  belfry")]


def test_examples(box):
    box.run("belfry run nightly-backup --wait")
    run = box.json("belfry runs nightly-backup")[0]["id"]
    names = commands(box)
    check(len(names) > 20, f"`belfry help` lists the commands: {names}")
    tried = 0
    for command in names:
        examples = examples_of(box, command)
        check(examples, f"`belfry {command} --help` has examples")
        for example in examples:
            if example.startswith("belfry daemon"):
                continue  # each test begins with one
            typed = re.sub(r"\b01JD4\w+", run, example)
            typed = typed.replace("/etc/bash_completion.d", ".").replace("${fpath[1]}", ".").replace("/var/backups", ".")
            typed = typed.replace("~/.config/fish/completions", ".")
            if not shutil.which("jq"):
                typed = re.sub(r" \| jq .*", "", typed)
            if typed.split()[1] in ("exec", "edit", "progress"):
                continue  # these ask for a terminal, or for the job's own environment
            done = box.run(f"timeout -s INT 3 bash -c {shlex.quote(typed)} < /dev/null")
            said = done.stdout + done.stderr
            # 124: it follows a run that is still to come.
            check(done.returncode in (0, 1, 3, 5, 124), f"`{example}` ends with {done.returncode}: {said[:300]}")
            tried += 1
    print(f"{tried} examples of {len(names)} commands")


def commands_in(page):
    """What it says to type: in spans, and in blocks, without the words behind two spaces."""
    text = (ROOT / page).read_text()
    spans = re.findall(r"`(?:sudo )?(belfry [^`]*)`", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M))
    lines = [line for block in re.findall(r"^```.*?^```", text, re.S | re.M) for line in block.splitlines()]
    blocks = [re.split(r" {2,}", line)[0] for line in lines if line.startswith("belfry ")]
    return list(dict.fromkeys(" ".join(command.split()) for command in spans + blocks))


def test_manual(box):
    """A page for three in the morning has no command that the program does not understand."""
    box.run("belfry run nightly-backup --wait")
    run = box.json("belfry runs nightly-backup")[0]["id"]
    typed = commands_in("docs/operations.md")
    check(len(typed) > 20, f"docs/operations.md has commands: {typed}")
    for command in typed:
        if command.split()[1] in ("daemon", "edit") or "…" in command and "reason" not in command:
            continue  # one runs already; the next asks for a terminal; `belfry …` stands for any
        words = re.sub(r"\bJOB\b", "nightly-backup", re.sub(r"\bRUN\b", run, command))
        words = re.sub(r"/etc/belfry/schedules.yaml|\bFILE\b", str(box.schedules), words).replace("/var/backups", ".")
        done = box.run(words + " < /dev/null")
        # A cancelled run may be over, a doctor may find something; but nothing is unknown or makes no sense.
        check(done.returncode in (0, 1, 5), f"`{command}` ends with {done.returncode}: {done.stdout}{done.stderr}")
    print(f"{len(typed)} commands of docs/operations.md")


# ---- JSON -----------------------------------------------------------------------------------------------------------


def documented(noun):
    """The keys of `A **noun**: `{...}`."""
    text = re.search(r"^An? \*\*%s\*\*: `\{(.*?)\}`" % noun, DOCS, re.S | re.M).group(1)
    return set(re.split(r",\s*", " ".join(text.split())))


def keys_in_row(command):
    text = re.search(r"^\| `%s[^|]*(?:\\\|[^|]*)*\|[^{]*`\{([^}]*)\}" % command, DOCS, re.M).group(1)
    return set(re.split(r",\s*", text))


def test_json(box):
    run = box.json("belfry run report")
    expected = documented("run")
    for where, value in {
        "run": run,
        "show RUN": box.json("belfry show " + run["id"]),
        "runs": box.json("belfry runs -n 1")[0],
    }.items():
        check(expected <= set(value), f"`{where}`: documented, and not there: {sorted(expected - set(value))}")
    also = {"params", "result", "progress", "unique"}  # beside what every run has
    check(set(run) - expected <= also, f"`run`: not documented: {sorted(set(run) - expected - also)}")
    job = documented("job")
    check(set(box.json("belfry list")[0]) == job, f"`list`: {set(box.json('belfry list')[0]) ^ job}")
    detail = set(box.json("belfry show report"))
    check(job | {"action", "policies", "params", "outcomes"} <= detail, f"`show JOB`: {job - detail}")
    while not box.json("belfry why slow"):
        time.sleep(0.1)
    slot = box.json("belfry why slow")[0]
    check(set(slot) == documented("slot"), f"`why`: {set(slot) ^ documented('slot')}")
    event = box.json("belfry why")[0]
    check(set(event) == documented("event"), f"`why`: {set(event) ^ documented('event')}")
    for command, typed in {
        "next": "next", "status": "status", "doctor": "doctor", "version": "version", "explain": "explain '0 6 * * *'",
        "backup": "backup copy.db",
    }.items():
        done = box.run(f"belfry {typed} --json")
        value = json.loads(done.stdout)
        value = value[0] if isinstance(value, list) else value
        missing = keys_in_row(command) ^ set(value)
        check(not missing, f"`{typed} --json` and its row in the manual differ in {sorted(missing)}")


# ---- Exit codes -----------------------------------------------------------------------------------------------------


def test_exit_codes(box):
    (box.directory / "bad.yaml").write_text("jobs: {a: {schedule: every 5m, rum: x}}\n")
    box.run("belfry run once")
    second = " ".join(box.daemon_command(socket="other"))
    wanted = {
        "belfry list": 0,
        "belfry progress 50": 2,
        "belfry list > /dev/full": 1,
        "belfry backup /proc/nowhere": 1,
        "belfry daemon --state /proc/state --listen unix:new.sock": 1,
        "belfry frobnicate": 2,
        "belfry run": 2,
        "belfry run restore -p date=yesterday": 2,
        "belfry show nothing": 3,
        "belfry logs 01JD4QZ3V0XKQ8": 3,
        "belfry status --host unix:/nowhere/s": 4,
        "belfry run once": 5,
        "belfry validate bad.yaml": 78,
        "belfry explain '61 * * * *'": 78,
        second: 75,
        "belfry daemon -c bad.yaml --state new --listen unix:new.sock": 78,
        "belfry daemon -c schedules.yaml --state new --listen tcp": 78,
        "belfry run failing --wait": 3,
        "belfry run late --wait": 124,
        "belfry run broken --wait": 126,
        "belfry run killed --wait": 137,
        "belfry retry failing --wait": 3,
    }
    for command, code in wanted.items():
        done = box.run(command)
        check(done.returncode == code, f"`{command}` ends with {done.returncode}, not {code}: {done.stdout}{done.stderr}")
        if code not in (0, 3, 124, 126, 137):
            check(done.stderr.startswith("belfry: ") or code in (2, 78), f"`{command}` says what is wrong: {done.stderr}")
    # The command line's own mistakes: what is wrong, what was meant, where to read on.
    for command, words in {
        "belfry": ["a command is missing", "belfry help"],
        "belfry lst": ["no command 'lst'", "did you mean 'list'?"],
        "belfry --nonsense": ["no option '--nonsense'", "belfry help"],
        "belfry --jsom list": ["no option '--jsom'", "did you mean '--json'?"],
        "belfry list --runing": ["no option '--runing'", "did you mean '--running'?", "belfry help list"],
        "belfry list --tga=x": ["no option '--tga'", "did you mean '--tag'?"],
        "belfry list --failed --paused": ["one of --failed, --paused and --running"],
        "belfry list a b": ["'b' is a word too many for 'belfry list'"],
        "belfry run": ["JOB is required", "belfry help run"],
        "belfry pause": ["which jobs?", "--all", "belfry help pause"],
        "belfry resume --all report": ["either", "belfry help resume"],
        "belfry help nonsense": ["no command 'nonsense'"],
    }.items():
        done = box.run(command)
        said = done.stderr.replace("\n", " ")
        check(done.returncode == 2, f"`{command}` ends with {done.returncode}, not 2")
        for word in words:
            check(word in said, f"`{command}` says '{word}': {said}")
    in_table = {int(code) for code in re.findall(r"^\| (\d+) \|", DOCS, re.M)}
    check(in_table == {0, 1, 2, 3, 4, 5, 6, 75, 78}, f"the manual's table of exit codes lists {sorted(in_table)}")
    if os.geteuid() == 0 and shutil.which("setpriv"):
        os.chmod(box.directory, 0o755)
        os.chmod(box.directory / "s", 0o666)
        done = box.run("setpriv --reuid 12345 --regid 12345 --clear-groups belfry run report")
        check(done.returncode == 6, f"a viewer who runs a job gets {done.returncode}, not 6: {done.stderr}")
        check("belfry-operator" in done.stderr, f"and learns how to be allowed: {done.stderr}")


# ---- Terminals ------------------------------------------------------------------------------------------------------


def shown_in(box, command, columns):
    """What a terminal of that width shows."""
    return typed(command, box.environment, box.directory, columns).replace("\r\n", "\n")


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in line)


def test_widths(box):
    box.run("belfry run failing --wait")
    for columns in (40, 80, 200):
        for command in ("list", "next", "runs", "why slow", "list nothing-like-this"):
            shown = shown_in(box, "belfry " + command, columns)
            check("\x1b[" in shown or command != "list", f"`{command}` has colours on a terminal")
            for line in re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines():
                is_prose = not re.search(r"\S {2,}\S", line)  # a sentence is the terminal's to wrap
                check(is_prose or width(line) <= columns, f"`{command}` at {columns} columns: {width(line)} wide: {line!r}")
    for command in ("doctor", "schema retry", "list --tga x", "show nothing", *(f"help {name}" for name in ["", *commands(box)])):
        shown = re.sub(r"\x1b\[[0-9;]*m", "", shown_in(box, "belfry " + command, 90))
        check(all(width(line) <= 90 for line in shown.splitlines()), f"`{command}` at 90 columns:\n{shown}")
    run = box.json("belfry runs failing -n 1")[0]
    narrow = shown_in(box, "belfry runs failing -n 1 --no-color", 60)
    check(run["id"][:14] in narrow, f"`runs` at 60 columns: an id that `show` and `logs` take:\n{narrow}")
    check(re.search(r"\d\d:\d\d:\d\d", narrow) and "…" not in narrow, f"`runs` at 60 columns: when it began:\n{narrow}")
    for setting in ("NO_COLOR=1", "TERM=dumb"):
        check("\x1b[" not in shown_in(box, f"{setting} belfry list", 80), f"{setting}: no colours")
    check("\x1b[" not in shown_in(box, "belfry list --no-color", 80), "--no-color: no colours")
    check("\x1b[" not in box.run("belfry list").stdout, "into a pipe: no colours")


# ---- Sentences ------------------------------------------------------------------------------------------------------


def test_sentences(box):
    check("Usage: belfry pause [OPTIONS] [JOB...]" in box.run("belfry help pause").stdout, "help says that pause takes jobs")
    reason = "the disk is being replaced and nobody should write to it until it is back in its place"
    done = box.run(f"belfry pause nightly-backup report --reason '{reason}'")
    undo = re.search(r"Undo: (.*)", done.stderr)[1]
    check(undo == "belfry resume nightly-backup report", f"pause says how to undo it: {done.stderr}")
    for command in ("why report", "show report"):
        shown = re.sub(r"\x1b\[[0-9;]*m", "", shown_in(box, "belfry " + command, 60))
        check(all(width(line) <= 60 for line in shown.splitlines()), f"`{command}` at 60 columns:\n{shown}")
        check(reason in " ".join(shown.split()), f"`{command}` at 60 columns tells all of the reason:\n{shown}")
    check(reason in box.run("belfry why report").stdout, "into a pipe no line is broken")
    check(box.run(undo).stdout == "2 jobs resumed\n", f"`{undo}` undoes it")
    deadline = time.monotonic() + PATIENCE_S
    while not box.json("belfry runs first-only") and time.monotonic() < deadline:
        time.sleep(0.1)
    said = box.run("belfry run once --in 10m").stderr
    check(re.search(r"begins \w{3} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d CES?T", said), f"a run for later says when, as people read it: {said}")
    check("queued" not in box.run("belfry list once").stdout, "a run for later is not what a job is at")
    box.run("belfry run broken --wait")
    check("No such file" in box.run("belfry show broken").stdout, "`show` says why it could not start")
    for command in ("why first-only", "show first-only"):
        shown = box.run("belfry " + command).stdout
        check("has had its runs (`max_runs`)" in shown, f"`{command}` of a job that has had them: {shown}")


# ---- Completion -----------------------------------------------------------------------------------------------------

# What is on the line, and what must, and must not, be offered.
COMPLETIONS = [
    ("belfry pa", {"pause"}, {"list"}),
    ("belfry run --i", {"--in", "--ignore-overlap"}, {"--wait"}),
    ("belfry run night", {"nightly-backup"}, {"report"}),
    ("belfry logs --std", {"--stderr"}, {"--wait"}),
    ("belfry why re", {"report", "restore"}, {"slow"}),
]


def in_bash(box, line):
    words = line.split()
    script = (f"source <(belfry completion bash); COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _belfry; "
              "printf '%s\\n' \"${COMPREPLY[@]}\"")
    return set(box.run(script).stdout.split())


def in_fish(box, line):
    done = box.run(f"fish -c 'belfry completion fish | source; complete -C \"{line}\"'")
    return {offered.split("\t")[0] for offered in done.stdout.splitlines()}


def in_zsh(box, line):
    """zsh completes only at a prompt: one is driven, in a pseudo terminal of zsh's own."""
    functions = box.directory / "functions"
    functions.mkdir(exist_ok=True)
    (functions / "_belfry").write_text(box.run("belfry completion zsh").stdout)
    script = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1=; fpath=(FUNCTIONS $fpath); autoload -Uz compinit; compinit -u -D'
zpty -w shell 'zstyle ":completion:*" list-prompt ""; zstyle ":completion:*" menu no; setopt no_beep no_always_last_prompt; stty cols 200'
zpty -w shell 'echo READY'
while zpty -r shell line; do [[ $line == READY* ]] && break; done
zpty -w -n shell "LINE"$'\t'
# Until it has been quiet for two seconds, but for half a minute at most where it says nothing.
out= quiet=0
while (( quiet < ($#out > 0 ? 20 : 300) )); do
  if zpty -rt shell line; then out+=$line quiet=0; else sleep 0.1; (( ++quiet )); fi
done
print -r -- "$out"
zpty -d shell
""".replace("FUNCTIONS", str(functions)).replace("LINE", line)
    (box.directory / "complete.zsh").write_text(script)
    shown = box.run("zsh -f complete.zsh").stdout
    return set(re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", " ", shown).split())


def test_completion(box):
    for shell, ask in {"bash": in_bash, "zsh": in_zsh, "fish": in_fish}.items():
        if not shutil.which(shell):
            print(f"{shell} is not installed: its completion is left out")
            continue
        for line, wanted, unwanted in COMPLETIONS:
            offered = ask(box, line)
            if wanted - offered and len(wanted) == 1:  # one that is sure is typed at once
                offered |= {word for word in wanted for seen in offered if seen.endswith(word)}
            check(not wanted - offered, f"{shell}: `{line}` offers {sorted(wanted)}: {sorted(offered)[:20]}")
            check(not unwanted & offered, f"{shell}: `{line}` does not offer {sorted(unwanted)}: {sorted(offered)[:20]}")


def main():
    wanted = sys.argv[3:] or ["examples", "manual", "json", "exit_codes", "widths", "sentences", "completion"]
    for name in wanted:
        box = Sandbox()
        try:
            globals()["test_" + name](box)
        finally:
            box.close()
    print(f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
