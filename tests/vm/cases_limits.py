"""Limits that the kernel enforces, and jobs that run as somebody else."""

from case import case, expect, expect_equal
from lab import Lab
from service import Service

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
    service.write(AS_ANOTHER)
    answer = service.machine.ask("belfry reload")
    expect_equal(answer.code, 78, f"belfry reload: {answer.output}")
    expect("root.conf" in answer.output, f"the cure: {answer.output}")


@case("limits: `user:` works under root.conf")
def user_under_root(lab: Lab) -> None:
    service = ready(lab)
    service.load("jobs: { none: { schedule: manual, run: 'true' } }")
    service.machine.do(
        """
        install -D -m 0644 /usr/share/belfry/drop-ins/root.conf /etc/systemd/system/belfry.service.d/root.conf
        systemctl daemon-reload
        systemctl restart belfry.service
        """
    )
    service.wait_until_up()
    service.load(AS_ANOTHER)
    ended = service.finished(service.ask("run as-nobody")["id"])
    expect_equal(ended["outcome"], "succeeded", f"the job, {ended}")
    expect_equal(service.machine.do("belfry logs as-nobody -q").strip(), "nobody", "who it ran as")
    service.load("jobs: { none: { schedule: manual, run: 'true' } }")
    service.machine.do("rm /etc/systemd/system/belfry.service.d/root.conf; systemctl daemon-reload")
    service.machine.do("systemctl restart belfry.service")
