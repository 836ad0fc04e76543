"""Machines for the cases: bare ones, and ones on which the package is installed."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from machine import Machine, MachineError

HERE = Path(__file__).parent


def install(machine: Machine, package: str = "belfry.deb", options: str = "") -> str:
    """As the README says it, with what apt has in its cache for the network. Gives what apt writes."""
    machine.do("mountpoint -q /packages || mount /packages")
    return machine.do(f"apt-get install --yes {options} /packages/{package}", within=300)


class Lab:
    def __init__(self, directory: Path, package: Path):
        self.package = package
        self._directory = directory
        self._image = directory / "image"
        self._installed = directory / "installed"
        self._packages = directory / "packages.img"
        self._machines: list[Machine] = []
        self._shared: Machine | None = None
        self._new_install: Machine | None = None
        subprocess.run([HERE / "make-image", package, self._image], check=True)
        hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in (package, Path(__file__))]
        made_of = (self._image / "recipe").read_text() + " ".join(hashes)
        if not self._is_made_of(made_of):
            self._pack(package)
            (directory / "made_of").write_text(made_of)

    def bare(self, name: str) -> Machine:
        """A machine that has just been set up; /packages holds belfry.deb and belfry-newer.deb. It is off."""
        return self._new(name, self._image / "disk.img")

    def with_belfry(self, name: str) -> Machine:
        """A machine on which `apt install` has been done, and which was then shut down in order. It is off."""
        if not self._new_install and not self._installed.exists():
            self.newly_installed()
        if self._new_install:
            self._new_install.shut_down()
            self._new_install.home.rename(self._installed)
            self._new_install = None
        return self._new(name, self._installed / "disk.qcow2")

    def newly_installed(self) -> Machine:
        """A machine on which `apt install` has just been done. It is on; what it becomes all others begin with."""
        shutil.rmtree(self._installed, ignore_errors=True)
        machine = self.bare("installing")
        machine.boot()
        install(machine)
        self._new_install = machine
        return machine

    def shared(self) -> Machine:
        """One with the package that is on already: for cases that leave it as they found it."""
        if self._shared is None:
            self._shared = self.with_belfry("shared")
            self._shared.boot()
        return self._shared

    def forget_shared(self) -> None:
        """After a case that failed, and has left who knows what."""
        if self._shared:
            self._shared.cut_power()
            self._shared = None

    def last_words(self) -> str:
        """Of the daemons whose machines are on, and still answer."""
        said = ""
        for machine in self._machines:
            try:
                if machine.is_on():
                    journal = machine.ask("journalctl --unit=belfry.service --lines=40", within=10).output
                    said += f"\n-- {machine.home.name}\n{journal}"
            except (MachineError, OSError) as error:
                said += f"\n-- {machine.home.name}: {error}"
        return said

    def excuse(self, last_seconds: float) -> str:
        """Why a failure within the last so many seconds may be no fault of Belfry's; empty: it is one."""
        for machine in self._machines:
            try:
                if machine.is_on() and (seconds := machine.standstill(last_seconds)):
                    return f"{machine.home.name} stood still for {seconds:.1f} s"
            except (MachineError, OSError) as error:
                return f"{machine.home.name}: {error}"
        return ""

    def close(self) -> None:
        """Ends the machines that were one case's own."""
        kept = [machine for machine in self._machines if machine in (self._shared, self._new_install)]
        for machine in self._machines:
            if machine not in kept:
                machine.cut_power()
        self._machines = kept

    def _new(self, name: str, image: Path) -> Machine:
        machine = Machine(self._directory / name, image, self._image, self._packages)
        self._machines.append(machine)
        return machine

    def _is_made_of(self, things: str) -> bool:
        note = self._directory / "made_of"
        return note.exists() and note.read_text() == things

    def _pack(self, package: Path) -> None:
        """A second disk, for what the machine has to get: it has no network."""
        folder = self._directory / "packages"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(self._installed, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copy(package, folder / "belfry.deb")
        self._make_newer(package, folder / "belfry-newer.deb")
        self._packages.unlink(missing_ok=True)
        subprocess.run(["truncate", "--size=64M", self._packages], check=True)
        subprocess.run(["mkfs.ext4", "-q", "-L", "packages", "-d", folder, self._packages], check=True)
        shutil.rmtree(folder)

    def _make_newer(self, package: Path, newer: Path) -> None:
        """The same package with a later version, and with another schedules.yaml: what an upgrade needs."""
        root = self._directory / "newer"
        subprocess.run(["dpkg-deb", "--raw-extract", package, root], check=True)
        control = root / "DEBIAN" / "control"
        control.write_text(re.sub(r"(?m)^Version: .*$", r"\g<0>+newer", control.read_text()))
        with (root / "etc/belfry/schedules.yaml").open("a") as file:
            file.write("# newer\n")
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", root, newer], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(root)
