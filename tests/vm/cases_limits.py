"""Limits that the kernel enforces, and jobs that run as somebody else."""

import json

from case import case, expect, expect_equal
from lab import Lab
from service import NO_WISHES, Service

HUNGRY = """
jobs:
  glutton:
    schedule: manual
    limits: { memory: 32M }
    run: |
      food=0123456789abcdef
      while :; do food=$food$food; done
  rabbit:
    schedule: manual
    limits: { pids: 8 }
    run: |
      for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 5 & done
      wait
  bystander:
    schedule: every 1s
    run: "true"
"""

AS_ANOTHER = """
jobs:
  as-nobody:
    schedule: manual
    user: nobody
    working_dir: /
    run: id -un
"""

WISHES = """
jobs:
  small: { schedule: manual, run: 'true', limits: { memory: 32M } }
  slow: { schedule: manual, run: 'true', limits: { cpus: 0.5 } }
  few: { schedule: manual, run: 'true', limits: { pids: 8 } }
  early: { schedule: manual, run: 'true', limits: { nice: -5 } }
  wide: { schedule: manual, run: 'true', limits: { open_files: 100000 } }
  quiet: { schedule: manual, run: 'true', limits: { io: idle } }
"""


def ready(lab: Lab) -> Service:
    service = Service(lab.shared())
    service.wait_until_up()
    return service


@case("limits: a job that takes more memory than it may is killed, and the record says why")
def memory(lab: Lab) -> None:
    service = ready(lab)
    service.load(HUNGRY)
    pid = service.main_pid()
    ended = service.finished(service.ask("run glutton")["id"])
    expect_equal((ended["outcome"], ended["reason"], ended["signal"]), ("failed", "oom", 9), "the run and its cause")
    expect_equal(service.main_pid(), pid, "the daemon")
    expect(ended["memory_peak_bytes"] < 40 << 20, f"its peak: {ended['memory_peak_bytes']}")


@case("limits: a job that starts more processes than it may cannot")
def processes(lab: Lab) -> None:
    service = ready(lab)
    service.load(HUNGRY)
    ended = service.finished(service.ask("run rabbit")["id"])
    said = service.machine.do("belfry logs rabbit -q")
    expect(ended["outcome"] == "failed" and "fork" in said.lower(), f"{ended['outcome']}: {said}")
    expect_equal(service.audit(), "", "the audit")


@case("limits: `user:` is refused where the daemon is not root, with the cure")
def user_refused(lab: Lab) -> None:
    service = ready(lab)
    service.machine.do(f"cat > /root/other.yaml <<'END'\n{AS_ANOTHER}\nEND")
    unasked = service.machine.do("belfry validate /root/other.yaml")
    expect("root.conf" in unasked, f"of a file that the daemon does not read nobody can know: {unasked}")
    service.write(AS_ANOTHER)
    checked = service.machine.ask("belfry validate")
    expect_equal(checked.code, 78, f"belfry validate: {checked.output}")
    expect("root.conf" in checked.output, f"the cure: {checked.output}")
    answer = service.machine.ask("belfry reload")
    expect_equal(answer.code, 78, f"belfry reload: {answer.output}")
    expect("root.conf" in answer.output, f"the cure: {answer.output}")


@case("limits: `user:` works under root.conf")
def user_under_root(lab: Lab) -> None:
    service = ready(lab)
    service.load(NO_WISHES)
    with service.under("root.conf"):
        service.load(AS_ANOTHER)
        ended = service.finished(service.ask("run as-nobody")["id"])
        expect_equal(ended["outcome"], "succeeded", f"the job, {ended}")
        expect_equal(service.machine.do("belfry logs as-nobody -q").strip(), "nobody", "who it ran as")


def findings(service: Service, about: str) -> list[str]:
    """What the doctor has to say about it, but for what is good."""
    found = json.loads(service.machine.ask("belfry doctor --json").output)
    return sorted(f["what"] for f in found if f["about"] == about and f["verdict"] != "good")


@case("limits: those that cannot hold are said at the load, and by the doctor, each with its job")
def limits_that_do_not_hold(lab: Lab) -> None:
    service = ready(lab)
    service.machine.do("for disk in /sys/block/*/queue/scheduler; do echo none > $disk; done")
    service.load(WISHES)
    refused = [
        "'io' makes no difference here, of quiet (no disk has an I/O scheduler that looks at it)",
        "the kernel will refuse to start early: 'nice' is below 0, the lowest that the daemon may give",
        "the kernel will refuse to start wide: 'open_files' is above 65536, the daemon's own limit",
    ]
    expect_equal(findings(service, "control groups"), [], "limits by control group hold")
    expect_equal(findings(service, "jobs"), refused, "what cannot hold in the service as it is installed")
    ended = service.finished(service.ask("run early")["id"])
    expect_equal(ended["outcome"], "start_failed", "and so it is")

    service.load(NO_WISHES)
    with service.under("[Service]\nDelegate=no"):
        service.load(WISHES)
        unbound = [f"these limits do not hold here: {what}" for what in ("cpu, of slow", "memory, of small", "pids, of few")]
        found = findings(service, "jobs")
        expect([what for what in found if what.startswith(tuple(unbound))] == found[-3:], f"without control groups: {found}")
        expect("limits on memory, cpus and pids do not hold" in findings(service, "control groups")[0], "the doctor says it")
        said = service.machine.do("journalctl --unit=belfry.service --boot --output=cat")
        expect(all(what in said for what in found), f"the journal says all of {found}: {said}")
