"""The Debian package: installing it, and what is there then."""

from case import case, expect
from lab import Lab, install


@case("package: apt install on a fresh machine gives a running service")
def fresh_machine(lab: Lab) -> None:
    machine = lab.bare("install")
    machine.boot()
    install(machine)
    machine.wait_until("systemctl is-active belfry.service && belfry list")
    expect("self-check" in machine.do("belfry list"), "the jobs of the file that was installed")
