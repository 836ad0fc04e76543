"""Limits that the kernel enforces, and jobs that run as somebody else."""

import json

from case import case, expect, expect_equal
from lab import Lab
from service import ENDS_WHEN_TOLD, NO_WISHES, Service

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

SLEEPERS = f"""
jobs:
  free: {{ schedule: manual, run: exec sleep 1000 }}
  bound: {{ schedule: manual, limits: {{ memory: 64M }}, run: exec sleep 1000 }}
  slow: {{ schedule: manual, run: '{ENDS_WHEN_TOLD}' }}
  scattered: {{ schedule: manual, run: setsid sleep 2000 & exec sleep 2000 }}
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


def processes_named(service: Service, *names: str) -> set[str]:
    """With what each is worth to the kernel when memory is short."""
    every = 'for p in /proc/[0-9]*; do echo "$(cat $p/comm)" "$(cat $p/oom_score_adj)"; done 2> /dev/null'
    lines = service.machine.do(every).splitlines()
    return {line for line in lines if line.split()[0] in names}


@case("limits: when memory is short the daemon goes last and a job first")
def last_to_go(lab: Lab) -> None:
    service = ready(lab)
    service.load(SLEEPERS)
    run = service.start("free")
    wanted = {"belfry -900", "belfry-minder -500", "sleep 0"}
    expect_equal(processes_named(service, "belfry", "belfry-minder", "sleep"), wanted, "processes and their worth")
    service.machine.do(f"belfry cancel {run}")


@case("limits: the service hands controllers on only while a job with limits runs")
def controllers(lab: Lab) -> None:
    service = ready(lab)
    service.load(SLEEPERS)
    handed_on = "cat /sys/fs/cgroup/system.slice/belfry.service/cgroup.subtree_control"
    free = service.start("free")
    expect_equal(service.machine.do(handed_on).split(), [], "controllers, while none is needed")
    bound = service.start("bound")
    expect("memory" in service.machine.do(handed_on).split(), "the controller of memory, for the job with that limit")
    service.machine.do(f"belfry cancel {bound}")
    service.machine.wait_until(f"test -z $({handed_on})")
    service.machine.do(f"belfry cancel {free}")


def try_without_limits(service: Service) -> None:
    service.machine.do("rm -f /var/tmp/may-end")
    service.load(SLEEPERS)
    told = json.loads(service.machine.ask("belfry doctor --json").output)
    notes = [f["what"] for f in told if f["verdict"] == "note"]
    expect(any("memory, of bound" in note for note in notes), f"the doctor says what does not hold: {notes}")
    run = service.start("slow")
    pid = service.main_pid()
    service.machine.do(f"kill -KILL {pid}")
    service.wait_for_another(pid)
    service.expect_adopted(run, "the job that went on")
    scattered = service.start("scattered")
    expect_equal(processes_named(service, "sleep"), {"sleep 0"}, "the processes of the job")
    service.machine.do(f"belfry cancel {scattered}")
    expect_equal(processes_named(service, "sleep"), set(), "what is left when it was cancelled")


@case("limits: with cgroup v1 jobs are run, taken over and stopped as a whole, and what cannot hold is said")
def old_control_groups(lab: Lab) -> None:
    machine = lab.with_belfry("old-groups")
    service = Service(machine)
    machine.boot(options="systemd.unified_cgroup_hierarchy=0")  # both versions, and the controllers are in the old one
    service.wait_until_up()
    try_without_limits(service)
    machine.reboot(options="systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1")
    service.wait_until_up()
    expect(machine.ask("grep -w cgroup2 /proc/mounts").code != 0, "there is no cgroup v2")
    try_without_limits(service)


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
