"""Belfry in a virtual machine, as its administrator sees it."""

import json
import time

from machine import Machine

CONFIG = "/etc/belfry/schedules.yaml"
UNIT = "belfry.service"


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

    def wait_for_runs(self, job: str, count: int, within: int = 60) -> list[dict]:
        """Until there have been so many runs of the job."""
        deadline = time.monotonic() + within
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
