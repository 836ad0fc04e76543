"""Machines that go down: in order, by force, and by the cable."""

import os
import random
import time
from datetime import timedelta

from case import case, expect, expect_equal, figure
from lab import Lab
from machine import CommandFailed, Machine
from service import Service, boot_with, instant

CUTS = 50
LONGEST_LIFE = 6.0  # seconds from a boot to the next cut

# More is kept than anybody asks for here: what was acknowledged must be there to the last.
JOBS = """
timezone: UTC
daemon: { keep: { runs: 100000 } }
jobs:
  tick:
    schedule: every 1s
    run: echo "$BELFRY_SCHEDULED_TIME"
  long:
    schedule: every 10s
    overlap: skip
    limits: { memory: 64M, pids: 20 }
    run: sleep 3600
  polite:
    schedule: manual
    run: trap 'echo goodbye; exit 0' TERM; sleep 3600 & wait
  note:
    schedule: manual
    run: echo noted
"""


def machine_with_jobs(lab: Lab, name: str) -> tuple[Machine, Service]:
    service = boot_with(lab, name, JOBS)
    service.machine.wait_until("belfry list --running | grep -q long", within=60)
    return service.machine, service


@case("power: a reboot in order stops the jobs with their grace, and says so")
def reboot(lab: Lab) -> None:
    machine, service = machine_with_jobs(lab, "reboot")
    polite = service.start("polite")
    machine.reboot()
    service.wait_until_up(within=120)
    ended = service.ask(f"show {polite}")
    expect_equal((ended["outcome"], ended["reason"]), ("cancelled", "shutdown"), "the job that was running")
    expect("goodbye" in machine.do(f"belfry logs {polite} -q"), "it had its grace")
    expect_caught_up_once(service, "after the reboot")
    expect_equal(service.audit(), "", "the audit")


@case("power: a reboot by force: what ran is lost, and what was missed is caught up once")
def forced_reboot(lab: Lab) -> None:
    machine, service = machine_with_jobs(lab, "forced")
    long = service.ask("runs long -n 1")[0]["id"]
    machine.cut_power()
    time.sleep(5)
    machine.boot()
    service.wait_until_up(within=120)
    ended = service.ask(f"show {long}")
    expect_equal((ended["outcome"], ended["reason"]), ("lost", "reboot"), "the job that was running")
    expect_caught_up_once(service, "after the cut")
    expect_equal(service.audit(), "", "the audit")


def expect_caught_up_once(service: Service, when: str) -> None:
    """`missed: latest`: one run of `tick` speaks for all the slots that nobody was there for. A machine that stands still
    for some seconds later on, because the one that emulates it does, has others for those."""
    service.machine.wait_until("belfry runs tick -n 1000 --json | grep -q catch-up", within=30)
    boot_id = service.machine.do("cat /proc/sys/kernel/random/boot_id").strip()
    since = service.machine.do("date --utc --date=@$(stat --format=%Y /run/systemd/system) +%Y-%m-%dT%H:%M:%SZ").strip()
    made_up = [run for run in service.runs_since("tick", since) if run["trigger"] == "catch-up"]
    expect(made_up, f"{when} (boot {boot_id}), a run of tick makes up for missed slots")
    expect(made_up[0]["stands_for"] > 1, f"{when}, it stands for what was missed: {made_up[0]['stands_for']}")
    for run in made_up[1:]:
        oldest = instant(run["slot"]) - timedelta(seconds=run["stands_for"] - 1)
        expect(oldest > instant(made_up[0]["slot"]), f"{when} (boot {boot_id}), no other run makes up for the same: {made_up}")


def note(service: Service, options: str) -> dict:
    """What was acknowledged: runs by their ids, each with its outcome as far as that was told. Empty: there was no answer."""
    try:
        run = service.ask(f"run note {options}")
        return {run["id"]: run.get("outcome")}
    except CommandFailed:
        return {}


def check_after_cut(service: Service, acknowledged: dict, when: str) -> int:
    """Gives how many runs were lost by all cuts up to this one."""
    known = {run["id"]: run["outcome"] for run in service.runs("note")}
    expect_equal(acknowledged.keys() - known.keys(), set(), f"{when}: runs that were acknowledged and are not there")
    changed = {run: known[run] for run, outcome in acknowledged.items() if outcome and known[run] != outcome}
    expect_equal(changed, {}, f"{when}: runs whose outcome was told, and is another now")
    lost = [run for run in service.ask("runs -n 1000") if run["outcome"] == "lost"]
    expect_equal({run["reason"] for run in lost} - {"reboot"}, set(), f"{when}: why runs are lost")
    # It would sleep for an hour: whichever is over was ended by a cut.
    ended = [run["outcome"] for run in service.runs("long") if not run["state"]]
    expect_equal(set(ended), {"lost"}, f"{when}: what became of the runs of long that an earlier boot began")
    expect_caught_up_once(service, when)
    expect_equal(service.audit(), "", f"{when}: the audit")
    return len(lost)


@case("power: cut again and again while jobs run, and nothing that was acknowledged is gone", is_long=True)
def cuts(lab: Lab) -> None:
    count = int(os.environ.get("BELFRY_CUTS", CUTS))
    seed = int(os.environ.get("BELFRY_SEED", time.time_ns() % 1_000_000))
    dice = random.Random(seed)
    figure("seed", seed)
    machine, service = machine_with_jobs(lab, "cuts")
    acknowledged: dict = {}
    lost = 0
    begin = time.monotonic()
    for number in range(1, count + 1):
        end_of_life = time.monotonic() + dice.uniform(0.2, LONGEST_LIFE)
        while time.monotonic() < end_of_life:
            acknowledged |= note(service, dice.choice(["", "--wait"]))
        machine.cut_power()
        machine.boot()
        service.wait_until_up(within=180)
        lost = check_after_cut(service, acknowledged, f"cut {number} of seed {seed}")
        figure(f"cut {number}", f"{len(acknowledged)} acknowledged, {lost} lost, boot {machine.boot_seconds:.0f} s")
    figure("power cuts", count)
    figure("runs acknowledged, all of them there", len(acknowledged))
    figure("of these with their outcome, all of them as told", sum(1 for outcome in acknowledged.values() if outcome))
    figure("runs lost, and said to be", lost)
    figure("time", f"{time.monotonic() - begin:.0f} s")
