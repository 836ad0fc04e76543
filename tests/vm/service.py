"""Belfry in a virtual machine, as its administrator sees it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from case import expect, expect_equal
from lab import HERE, Lab
from machine import PATIENCE, Machine

CONFIG = "/etc/belfry/schedules.yaml"
UNIT = "belfry.service"
NO_WISHES = "jobs: { none: { schedule: manual, run: 'true' } }"  # a file that is fine under any settings


def documented(command: str, where: str = "docs/operations.md") -> str:
    """The command, which must stand there word for word."""
    text = (HERE.parent.parent / where).read_text()
    expect(" ".join(command.split()) in " ".join(text.split()), f"{where} does not say: {command}")
    return command


# The script of a job that ends when it is told to: a machine that stands still for a minute does not end it too early.
ENDS_WHEN_TOLD = "echo begin; until test -e /var/tmp/may-end; do sleep 1; done; echo end; exit 7"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class Service:
    def __init__(self, machine: Machine):
        self.machine = machine

    def write(self, text: str) -> None:
        """As an editor saves it: a new file takes the place of the old."""
        self.machine.do(f"cat > {CONFIG}.new <<'END-OF-FILE'\n{text}\nEND-OF-FILE\nmv {CONFIG}.new {CONFIG}")

    def load(self, text: str) -> None:
        self.write(text)
        self.machine.do("belfry reload")

    def wait_until_up(self, within: int = 60) -> None:
        self.machine.wait_until(f"systemctl is-active {UNIT} && belfry status", within=within)

    def restart(self) -> None:
        self.machine.do(documented("systemctl daemon-reload && systemctl restart belfry"), within=120)
        self.wait_until_up()

    @contextmanager
    def under(self, drop_in: str) -> Iterator[None]:
        """With this drop-in: the name of a packaged one, or its text. Without it again afterwards."""
        folder = f"/etc/systemd/system/{UNIT}.d"
        if "\n" in drop_in:
            name = "test.conf"
            self.machine.do(f"mkdir -p {folder}; cat > {folder}/{name} <<'END'\n{drop_in}\nEND")
        else:
            name = drop_in
            compat = documented(f"install -D -m 0644 /usr/share/belfry/drop-ins/compat.conf {folder}/compat.conf")
            self.machine.do(compat.replace("compat.conf", name))
        self.restart()
        yield
        self.load(NO_WISHES)
        self.machine.do(f"rm {folder}/{name}")
        self.restart()

    def main_pid(self) -> int:
        return int(self.machine.do(f"systemctl show --property=MainPID --value {UNIT}"))

    def wait_for_another(self, pid: int, within: int = 60) -> int:
        """Until another process than this is the service, and answers."""
        other = f'test "$(systemctl show --property=MainPID --value {UNIT})" != {pid} && belfry status'
        self.machine.wait_until(other, within=within)
        return self.main_pid()

    def now(self) -> datetime:
        """By the machine's own clock."""
        return datetime.fromtimestamp(float(self.machine.do("date +%s.%N")), UTC)

    # ---- What Belfry says ----

    def ask(self, command: str):
        return json.loads(self.machine.do(f"belfry {command} --json"))

    def runs(self, job: str) -> list[dict]:
        """Oldest first."""
        return list(reversed(self.ask(f"runs {job} -n 1000")))

    def runs_since(self, job: str, since: str) -> list[dict]:
        return list(reversed(self.ask(f"runs {job} --since {since} -n 1000")))

    def wait_for_runs(self, job: str, count: int, within: int = 60) -> list[dict]:
        """Until there have been so many runs of the job."""
        deadline = time.monotonic() + within * PATIENCE
        while len(runs := self.runs(job)) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{job} has {len(runs)} runs after {within} s, and not {count}")
            time.sleep(0.5)
        return runs

    def slots(self, job: str, since: str = "") -> list[dict]:
        """What became of its slots, oldest first."""
        return list(reversed(self.ask(f"why {job} -n 1000" + (f" --from {since}" if since else ""))))

    def start(self, job: str) -> str:
        """Runs it now; gives the run's id when its process is there."""
        run = self.ask(f"run {job}")["id"]
        self.machine.wait_until(f"""belfry show {run} --json | grep -q '"state": *"running"'""")
        return run

    def finished(self, run: str, within: int = 60) -> dict:
        """The run when it is over."""
        self.machine.wait_until(f"""belfry show {run} --json | grep -q '"state": *null'""", within=within)
        return self.ask(f"show {run}")

    def expect_adopted(self, run: str, what: str) -> None:
        """The run of ENDS_WHEN_TOLD that went on while the daemon was away ends as itself, and with all that it wrote."""
        expect_equal(self.ask(f"show {run}")["state"], "running", f"{what}, before it is told to end")
        self.machine.do("touch /var/tmp/may-end")
        ended = self.finished(run)
        self.machine.do("rm /var/tmp/may-end")
        expect_equal((ended["outcome"], ended["exit_code"], ended["attempt"]), ("failed", 7, 1), what)
        expect_equal(self.machine.do(f"belfry logs {run} -q"), "begin\nend\n", f"{what}: what it wrote")
        expect_equal(self.audit(), "", f"{what}: the audit")

    def expect_each_second_decided(self, job: str, since: datetime, what: str) -> None:
        """Of a job that is due each second: one slot follows the other, whatever became of it, from then to the present."""
        second = timedelta(seconds=1)
        self.machine.wait_until(f"belfry runs {job} --since {since:%FT%TZ} --json | grep -q succeeded")
        slots = self.slots(job, f"{since:%FT%TZ}")
        for earlier, later in pairwise(slots):
            expect_equal(instant(later["slot"]), instant(earlier["last"]) + second, f"{what}, the slot after {earlier}")
        for slot in slots:
            length = (instant(slot["last"]) - instant(slot["slot"])) // second + 1
            expect_equal(slot["count"], length, f"{what}, how many slots the row stands for: {slot}")
        expect(instant(slots[0]["slot"]) <= since + second, f"{what}, the first slot after {since}: {slots[0]}")
        behind = self.now() - instant(slots[-1]["last"])
        expect(behind < timedelta(seconds=30), f"{what}, the newest slot, {behind} ago: {slots[-1]}")

    def audit(self) -> str:
        """Every slot of every job has exactly one outcome; where not, what is wrong."""
        answer = self.machine.ask("belfry doctor --json")
        findings = json.loads(answer.output)
        return "\n".join(f"{f['about']}: {f['what']}" for f in findings if f["verdict"] == "bad")


def boot_with(lab: Lab, name: str, text: str) -> Service:
    """A machine of the case's own, with these jobs."""
    machine = lab.with_belfry(name)
    machine.boot()
    service = Service(machine)
    service.wait_until_up()
    service.load(text)
    return service
