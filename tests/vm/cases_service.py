"""The service at work: files that change, and daemons that die, are restarted, or stand still."""

import time

from case import case, expect, expect_equal, figure
from lab import Lab
from service import CONFIG, ENDS_WHEN_TOLD, NO_WISHES, Service, documented

JOBS = f"""
jobs:
  slow:
    schedule: manual
    limits: {{ memory: 64M, pids: 20, cpus: 0.5, io: low }}
    run: {ENDS_WHEN_TOLD}
  beat:
    schedule: every 1s
    overlap: allow
    run: echo "$BELFRY_SCHEDULED_TIME" >> /var/tmp/beats
  hello:
    schedule: manual
    run: echo hello from the job
"""


def ready(lab: Lab) -> Service:
    service = Service(lab.shared())
    service.wait_until_up()
    service.machine.do("rm -f /var/tmp/may-end")
    service.load(JOBS)
    return service


def expect_limits(service: Service) -> None:
    """The job has its own control group, and its limits are in force there."""
    # The groups of other jobs come and go meanwhile.
    found = service.machine.do(
        """
        group=$(grep -ls '^20$' $(find /sys/fs/cgroup/system.slice/belfry.service -mindepth 1 -name pids.max 2> /dev/null) || true)
        cat "$group" "${group%pids.max}"{memory.max,cpu.max,io.weight}
        """
    )
    expect_equal(found.splitlines(), ["20", str(64 << 20), "50000 100000", "default 25"], "the limits of the job that runs")


@case("service: saving the file applies it")
def edit(lab: Lab) -> None:
    service = ready(lab)
    service.write(JOBS + "  another:\n    schedule: every 1h\n    run: 'true'\n")
    service.machine.wait_until("belfry list | grep -q another", within=15)


@case("service: systemctl reload of a broken file shows the error, and everything goes on")
def broken(lab: Lab) -> None:
    service = ready(lab)
    pid = service.main_pid()
    service.write(JOBS.replace("every 1s", "every 1"))
    answer = service.machine.ask("systemctl reload belfry.service")
    expect(answer.code != 0, "systemctl reload says that it failed")
    said = service.machine.do("journalctl --unit=belfry.service --lines=50 --output=cat")
    expect(f"{CONFIG}:8:21" in said, f"the journal names line and column: {said}")
    expect_equal(service.main_pid(), pid, "the main process")
    expect("degraded" in service.machine.do("systemctl status belfry.service"), "systemctl status says it")
    expect_equal(service.finished(service.ask("run hello")["id"])["outcome"], "succeeded", "a job of the old file")
    service.load(JOBS)


@case("service: kill -9 of the main process; it is restarted, and the job is taken over with its exit code")
def killed(lab: Lab) -> None:
    service = ready(lab)
    run = service.start("slow")
    since = service.now()
    expect_limits(service)
    pid = service.main_pid()
    begin = time.monotonic()
    service.machine.do(f"kill -KILL {pid}")
    service.wait_for_another(pid)
    figure("from kill -9 to an answer of the next daemon", f"{time.monotonic() - begin:.1f} s")
    expect_limits(service)
    service.expect_adopted(run, "the job that went on")
    service.expect_each_second_decided("beat", since, "the slots meanwhile")


@case("service: systemctl restart leaves the job running")
def restarted(lab: Lab) -> None:
    service = ready(lab)
    run = service.start("slow")
    since = service.now()
    pid = service.main_pid()
    service.machine.do("systemctl restart belfry.service")
    service.wait_for_another(pid)
    expect_limits(service)
    service.expect_adopted(run, "the job that went on")
    service.expect_each_second_decided("beat", since, "the slots meanwhile")


@case("service: killed ten times in a row with a job running, it comes back each time")
def killed_again(lab: Lab) -> None:
    service = ready(lab)
    run = service.start("slow")
    for _ in range(10):
        pid = service.main_pid()
        service.machine.do(f"kill -KILL {pid}")
        service.wait_for_another(pid)
    service.expect_adopted(run, "the job that went on")


@case("service: a daemon that stands still is replaced by the watchdog, and no slot is lost")
def stopped(lab: Lab) -> None:
    service = ready(lab)
    run = service.start("slow")
    since = service.now()
    pid = service.main_pid()
    begin = time.monotonic()
    service.machine.do(f"kill -STOP {pid}")
    service.wait_for_another(pid, within=150)
    figure("from SIGSTOP to an answer of the next daemon", f"{time.monotonic() - begin:.0f} s", "watchdog 30 s + 10 s")
    said = service.machine.do("journalctl --unit=belfry.service --output=cat --lines=200")
    expect("atchdog" in said, "systemd says that it was the watchdog")
    service.expect_adopted(run, "the job that went on")
    service.expect_each_second_decided("beat", since, "the slots meanwhile")


@case("service: a file that cannot be used ends it with 78, and systemd does not try that again")
def unusable(lab: Lab) -> None:
    service = ready(lab)
    machine = service.machine
    # Nothing was accepted before, so there is nothing to go on with (S34).
    machine.do("systemctl stop belfry.service; rm -r /var/lib/belfry/*; systemctl reset-failed belfry.service")
    for text, mode, cure in (
        (JOBS.replace("every 1s", "every 1"), "0644", f"{CONFIG}:8:21"),
        (JOBS, "0666", f"chmod go-w {CONFIG}"),
    ):
        service.write(text)
        machine.do(f"chmod {mode} {CONFIG}")
        expect(machine.ask("systemctl start belfry.service").code != 0, "systemctl start says that it failed")
        machine.do("sleep 3")  # three times RestartSec=
        shown = machine.do("systemctl show --property=ActiveState,ExecMainStatus,NRestarts belfry.service")
        expect_equal(sorted(shown.split()), ["ActiveState=failed", "ExecMainStatus=78", "NRestarts=0"], "the service")
        said = machine.do(documented("journalctl -u belfry -b") + " --lines=20 --output=cat")
        expect(cure in said, f"the journal names the cure: {said}")
    nobody = machine.ask("belfry status")
    expect_equal(nobody.code, 4, f"belfry status: {nobody.output}")
    expect("systemctl status belfry" in nobody.output, f"belfry status says where to look: {nobody.output}")
    machine.do(f"chmod 0644 {CONFIG}; systemctl start belfry.service")
    service.wait_until_up()


@case("service: a second daemon is told who holds the state directory, and ends with 75")
def second(lab: Lab) -> None:
    service = ready(lab)
    again = f"runuser -u belfry -- belfry daemon -c {CONFIG} --state /var/lib/belfry --listen unix:/tmp/second.sock"
    answer = service.machine.ask(again)
    expect_equal(answer.code, 75, f"its exit code; it said {answer.output}")
    expect(str(service.main_pid()) in answer.output, f"the process that holds it: {answer.output}")


@case("service: the journal is asked by job, by run and by outcome, and has the output of jobs that want it there")
def journal(lab: Lab) -> None:
    service = ready(lab)
    service.load(JOBS + "  loud: { schedule: manual, output: { journal: true }, run: 'echo heard; exit 3' }\n")
    loud = service.finished(service.ask("run loud")["id"])["id"]
    by_outcome = service.machine.do("journalctl BELFRY_EVENT=run.finished BELFRY_OUTCOME=failed --output=json")
    expect(f'"BELFRY_RUN_ID":"{loud}"' in by_outcome, f"the run that failed is among those that did: {by_outcome}")
    service.machine.wait_until(f"journalctl BELFRY_RUN_ID={loud} --output=cat | grep -x heard")
    run = service.finished(service.ask("run hello")["id"])["id"]
    by_job = service.machine.do("journalctl BELFRY_JOB=hello --output=json")
    expect(f'"BELFRY_RUN_ID":"{run}"' in by_job, f"its entries name their run: {by_job}")
    expect('"BELFRY_JOB":"beat"' not in by_job, "no other job's entries are among them")
    service.machine.do(f"journalctl BELFRY_RUN_ID={run} --output=cat | grep -q hello")


@case("service: each drop-in starts, and runs a job")
def drop_ins(lab: Lab) -> None:
    service = ready(lab)
    for name in ("compat.conf", "strict.conf"):
        with service.under(name):
            service.load(JOBS)
            expect_equal(service.finished(service.ask("run hello")["id"])["outcome"], "succeeded", f"a job under {name}")


@case("service: a secret comes from systemd by LoadCredential, and into the job's environment alone")
def secret(lab: Lab) -> None:
    service = ready(lab)
    service.load(NO_WISHES)
    service.machine.do(
        """
        install -d -m 0700 /etc/belfry/secrets
        (umask 077 && echo -n canary-8f3a > /etc/belfry/secrets/key)
        """
    )
    with service.under("[Service]\nLoadCredential=key:/etc/belfry/secrets/key"):
        service.load(
            "secrets: { key: { credential: key } }\n"
            "jobs: { teller: { schedule: manual, env: { KEY: '${secret:key}' }, run: 'echo ${#KEY} bytes' } }"
        )
        service.finished(service.ask("run teller")["id"])
        expect_equal(service.machine.do("belfry logs teller -q").strip(), "11 bytes", "what the job was given")
        where = "grep --recursive --files-with-matches canary-8f3a /var/lib/belfry; journalctl | grep canary"
        expect_equal(service.machine.ask(where).output, "", "where else the secret is")
    service.machine.do("rm -r /etc/belfry/secrets")


@case("service: a backup is restored as the manual says it")
def backup(lab: Lab) -> None:
    service = ready(lab)
    kept = service.finished(service.ask("run hello")["id"])["id"]
    service.machine.do(documented("belfry backup /var/backups/belfry-$(date +%F).db"))
    forgotten = service.finished(service.ask("run hello")["id"])["id"]
    documented(
        """To restore: `systemctl stop belfry`, put the copy in the place of `/var/lib/belfry/ledger.db`, remove `ledger.db-wal`
        and `ledger.db-shm`, `chown belfry:`, `systemctl start belfry`."""
    )
    service.machine.do(
        """
        systemctl stop belfry
        cd /var/lib/belfry
        mv /var/backups/belfry-*.db ledger.db
        rm -f ledger.db-wal ledger.db-shm
        chown belfry: ledger.db
        systemctl start belfry
        """
    )
    service.wait_until_up()
    expect_equal(service.ask(f"show {kept}")["outcome"], "succeeded", "a run from before the backup")
    expect(service.machine.ask(f"belfry show {forgotten}").code != 0, "a run from after it is not known")
    service.machine.wait_until("belfry runs beat --json | grep -q succeeded")
    expect_equal(service.audit(), "", "the audit")


@case("service: with belfry.socket nobody is refused while the daemon is restarted")
def socket(lab: Lab) -> None:
    service = ready(lab)
    service.machine.do(documented("systemctl stop belfry && systemctl start belfry.socket belfry"))
    service.wait_until_up()
    service.machine.do("systemctl restart --no-block belfry.service; for i in $(seq 20); do belfry status -q; done")
    service.machine.do("systemctl stop belfry.service belfry.socket; systemctl start belfry.service")


@case("service: a user's own daemon, by systemctl --user")
def user_mode(lab: Lab) -> None:
    service = ready(lab)
    service.machine.do(
        """
        useradd --create-home --uid 1500 ringer
        install -d -m 0700 -o ringer -g ringer /run/user/1500
        systemd-run --quiet --unit=manager-of-ringer --uid=1500 --gid=1500 --property=Delegate=yes \\
          --setenv=HOME=/home/ringer --setenv=XDG_RUNTIME_DIR=/run/user/1500 /lib/systemd/systemd --user
        as_ringer() { setpriv --reuid=1500 --regid=1500 --init-groups env HOME=/home/ringer XDG_RUNTIME_DIR=/run/user/1500 "$@"; }
        as_ringer mkdir -p /home/ringer/.config/belfry
        printf 'jobs:\\n  own:\\n    schedule: manual\\n    run: id -un\\n' > /home/ringer/.config/belfry/schedules.yaml
        chown ringer: /home/ringer/.config/belfry/schedules.yaml
        until as_ringer systemctl --user is-system-running --quiet; do sleep 0.5; done
        """
        + f"as_ringer {documented('systemctl --user enable --now belfry')}\n"
        """
        as_ringer belfry run own --wait
        as_ringer belfry logs own -q | grep -x ringer
        systemctl stop manager-of-ringer
        """,
        within=120,
    )
