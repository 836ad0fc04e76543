"""The Debian package: what installing, upgrading, removing and purging it do."""

import subprocess

from case import case, expect, expect_equal
from lab import Lab, install
from service import ENDS_WHEN_TOLD, Service, boot_with, documented

JOBS = f"""
jobs:
  slow:
    schedule: manual
    limits: {{ memory: 64M, pids: 20 }}
    run: {ENDS_WHEN_TOLD}
  beat:
    schedule: every 1s
    run: "true"
  hello:
    schedule: manual
    run: "true"
"""


@case("package: lintian finds no fault")
def lintian(lab: Lab) -> None:
    # What is not of this package is not its fault: who runs it here, and how.
    command = ["lintian", "--allow-root", "--fail-on", "error,warning", lab.package]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    expect_equal((found.returncode, found.stdout), (0, ""), f"what lintian says {found.stderr}")


@case("package: apt install on a fresh machine gives a running service")
def fresh_machine(lab: Lab) -> None:
    machine = lab.newly_installed()
    service = Service(machine)
    service.wait_until_up()
    expect_equal([job["name"] for job in service.ask("list")], ["self-check"], "the jobs of the file that was installed")
    run = service.finished(service.ask("run self-check")["id"])
    expect_equal(run["outcome"], "succeeded", f"its only job, {machine.do('belfry logs self-check')}")
    expect_equal(machine.do("systemctl is-enabled belfry.service").strip(), "enabled", "the service")
    conffiles = machine.do("dpkg-query --show --showformat='${Conffiles}' belfry")
    expect("/etc/belfry/schedules.yaml" in conffiles, f"conffiles: {conffiles}")
    machine.do("getent passwd belfry && getent group belfry belfry-operator belfry-admin")
    expect_equal(machine.do("stat --format=%U:%a /var/lib/belfry").strip(), "belfry:711", "the state directory")
    machine.do(
        """
        zcat /usr/share/man/man1/belfry.1.gz | grep -q systemctl
        zcat /usr/share/man/man5/schedules.yaml.5.gz | grep -q timezone
        bash -n /usr/share/bash-completion/completions/belfry
        test -s /usr/share/zsh/vendor-completions/_belfry
        test -s /usr/share/fish/vendor_completions.d/belfry.fish
        test -s /usr/share/doc/belfry/operations.md
        """
    )


@case("package: an upgrade keeps the file, the jobs that run, and every slot")
def upgrade(lab: Lab) -> None:
    service = boot_with(lab, "upgrade", JOBS)
    machine = service.machine
    run = service.start("slow")
    since = service.now()
    before = service.main_pid()
    install(machine, "belfry-newer.deb", documented("-o Dpkg::Options::=--force-confold"))
    service.wait_for_another(before)
    expect(machine.do("dpkg-query --show --showformat='${Version}' belfry").endswith("+newer"), "the newer package")
    expect(ENDS_WHEN_TOLD in machine.do("cat /etc/belfry/schedules.yaml"), "the edited file stays")
    machine.do("grep -q newer /etc/belfry/schedules.yaml.dpkg-dist")  # and what it would have become is beside it
    service.expect_adopted(run, "the job that went on")
    service.expect_each_second_decided("beat", since, "the slots meanwhile")


@case("package: removal keeps the state, purge removes it")
def removal(lab: Lab) -> None:
    service = boot_with(lab, "removal", JOBS)
    machine = service.machine
    run = service.finished(service.ask("run hello")["id"])["id"]
    machine.do("apt-get remove --yes belfry", within=120)
    machine.do("test -e /var/lib/belfry/ledger.db && test -e /etc/belfry/schedules.yaml && ! command -v belfry")
    install(machine)
    service.wait_until_up()
    expect_equal(service.ask(f"show {run}")["outcome"], "succeeded", "what was known before it was removed")
    machine.do(documented("systemctl enable belfry.socket"))
    machine.do(documented("systemctl stop belfry && systemctl start belfry.socket belfry"))
    service.wait_until_up()
    service.start("slow")
    machine.do("apt-get purge --yes belfry", within=120)
    left = machine.ask("grep --files-with-matches --no-messages may-en[d] /proc/[0-9]*/cmdline").output
    expect_equal(left, "", "jobs that are left running")
    machine.do("! test -e /var/lib/belfry && ! test -e /etc/belfry && ! test -e /run/belfry")
    machine.do("! systemctl is-active belfry.socket && ! find /etc/systemd/system -name 'belfry.*' | grep .")
