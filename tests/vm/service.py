"""Belfry in a virtual machine, as its administrator sees it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from lab import Lab
from machine import PATIENCE, Machine

CONFIG = "/etc/belfry/schedules.yaml"
UNIT = "belfry.service"
NO_WISHES = "jobs: { none: { schedule: manual, run: 'true' } }"  # a file that is fine under any settings


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
        self.machine.do(f"systemctl daemon-reload; systemctl restart {UNIT}", within=120)
        self.wait_until_up()

    @contextmanager
    def under(self, drop_in: str) -> Iterator[None]:
        """With this drop-in: the name of a packaged one, or its text. Without it again afterwards."""
        folder = f"/etc/systemd/system/{UNIT}.d"
        packaged = f"/usr/share/belfry/drop-ins/{drop_in}"
        write = f"cat > {folder}/test.conf <<'END'\n{drop_in}\nEND" if "\n" in drop_in else f"cp {packaged} {folder}/test.conf"
        self.machine.do(f"mkdir -p {folder}\n{write}")
        self.restart()
        yield
        self.load(NO_WISHES)
        self.machine.do(f"rm {folder}/test.conf")
        self.restart()

    def main_pid(self) -> int:
        return int(self.machine.do(f"systemctl show --property=MainPID --value {UNIT}"))

    def wait_for_another(self, pid: int, within: int = 60) -> int:
        """Until another process than this is the service, and answers."""
        other = f'test "$(systemctl show --property=MainPID --value {UNIT})" != {pid} && belfry status'
        self.machine.wait_until(other, within=within)
        return self.main_pid()

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
