"""A virtual machine that can be started, asked, and cut from its power."""

import base64
import itertools
import os
import re
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

# An emulated machine on one that does other things, too, may take its time. What goes well does not wait for it.
PATIENCE = 4
BOOT_SECONDS = 240 * PATIENCE
MEMORY_MIB = 1024
PROCESSORS = int(os.environ.get("BELFRY_VM_PROCESSORS", 1))
KERNEL_OPTIONS = [
    *("root=/dev/vda", "rw", "console=ttyS0", "quiet", "panic=-1"),
    # What costs instructions and tells nothing here.
    *("mitigations=off", "random.trust_cpu=on", "nokaslr", "cryptomgr.notests", "rcupdate.rcu_expedited=1"),
    *("apparmor=0", "selinux=0", "audit=0"),
    # Of the clocks the one whose rate is known. The others are measured at the boot; where the emulator has no processor
    # at that moment, they are slow ever after, and with them all timers.
    *("no_timer_check", "clocksource=hpet", "nolapic_timer"),
]


class MachineError(Exception):
    pass


class CommandFailed(Exception):
    def __init__(self, script: str, answer: "Answer"):
        super().__init__(f"exit {answer.code} of\n{script.strip()}\n--\n{answer.output.strip()}")


@dataclass(frozen=True)
class Answer:
    code: int
    output: str


class Machine:
    """One machine with a disk of its own: an overlay over `image`, so that many begin from the same state.

    The disk has a volatile cache, as disks have: the guest asks it to flush, and what was flushed is in the host's
    page cache and survives the end of the emulator by `kill -9`. What was not may be lost, as with a real power cut.
    """

    def __init__(self, home: Path, image: Path, kernel: Path, packages: Path):
        self.home = home
        self._kernel = kernel
        self._packages = packages
        self._process: subprocess.Popen | None = None
        self._port: socket.socket | None = None
        self._unread = b""
        self._numbers = itertools.count(1)
        self.boot_seconds = 0.0
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        how = "qcow2" if image.suffix == ".qcow2" else "raw"
        overlay = ["qemu-img", "create", "-q", "-f", "qcow2", "-b", image.resolve(), "-F", how, self.disk]
        subprocess.run(overlay, check=True)

    @property
    def disk(self) -> Path:
        return self.home / "disk.qcow2"

    @property
    def console(self) -> str:
        path = self.home / "console.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # ---- Power ----

    def boot(self, *, clock: str | None = None, options: str = "") -> None:
        """Switches it on, and returns when it takes commands. `clock`: what its battery-backed clock says, in UTC.
        `options`: more for the kernel."""
        begin = time.monotonic()
        port = self.home / "port"
        port.unlink(missing_ok=True)
        self._process = subprocess.Popen(self._command(port, clock, options), stdin=subprocess.DEVNULL)
        self._port = self._connect(port)
        self._unread = b""
        self._wait_for("ready", BOOT_SECONDS)
        self.boot_seconds = time.monotonic() - begin

    def shut_down(self) -> None:
        self._send("systemctl poweroff", 60)  # whose answer may come too late for the port
        self._leave(self._process.wait(BOOT_SECONDS))

    def reboot(self, *, clock: str | None = None, options: str = "") -> None:
        self.shut_down()
        self.boot(clock=clock, options=options)

    def cut_power(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._leave(self._process.wait())

    def is_on(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _leave(self, _code: int) -> None:
        self._port.close()
        self._process = self._port = None

    def _command(self, port: Path, clock: str | None, options: str) -> list:
        drive = "if=virtio,format={},file={},readonly={},cache=unsafe"
        command = [
            *("setpriv", "--pdeathsig", "KILL"),  # it never outlives the test
            *("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "Nehalem", "-m", MEMORY_MIB, "-smp", PROCESSORS),
            *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-nic", "none"),
            *("-serial", f"file:{self.home}/console.log"),
            *("-kernel", self._kernel / "kernel", "-initrd", self._kernel / "initrd"),
            *("-append", " ".join([*KERNEL_OPTIONS, options])),
            *("-drive", drive.format("qcow2", self.disk, "off")),
            *("-drive", drive.format("raw", self._packages, "on")),
            *("-chardev", f"socket,id=agent,path={port},server=on,wait=off"),
            *("-device", "virtio-serial", "-device", "virtserialport,chardev=agent,name=belfry.test"),
            *("-device", "virtio-rng-pci", "-rtc", f"base={clock or 'utc'}"),
        ]
        return [str(word) for word in command]

    # ---- Questions ----

    def ask(self, script: str, *, within: int = 60) -> Answer:
        """Runs a script by bash as root, and gives its exit code and all that it wrote. `within`: seconds of a machine
        that has nothing else to do."""
        number = self._send(script, within * PATIENCE)
        code, output = self._wait_for(str(number), (within + 30) * PATIENCE)
        return Answer(int(code), output)

    def do(self, script: str, *, within: int = 60) -> str:
        """As `ask`, for a script that has to succeed; gives what it wrote."""
        answer = self.ask("set -e\n" + script, within=within)
        if answer.code != 0:
            raise CommandFailed(script, answer)
        return answer.output

    def wait_until(self, script: str, *, within: int = 60) -> str:
        """Asks again and again, there, until the script succeeds."""
        again = f"until ( {script}\n) > /run/until 2>&1; do sleep 0.2; done; cat /run/until"
        answer = self.ask(again, within=within)
        if answer.code != 0:
            last = self.ask("cat /run/until").output
            raise CommandFailed(f"within {within} s: {script}", Answer(answer.code, last))
        return answer.output

    def standstill(self, last_seconds: float) -> float:
        """For how long it stood still, in seconds, within the last so many."""
        now, *notes = self.do("cat /proc/uptime /run/standstills", within=10).splitlines()
        begin = float(now.split()[0]) - last_seconds
        stretches = [[int(word) / 100 for word in line.split()] for line in notes]
        return sum(last - first for first, last in stretches if last > begin)

    def _send(self, script: str, within: int) -> int:
        number = next(self._numbers)
        packed = base64.b64encode(script.encode()).decode()
        self._port.sendall(f"{number} {within} {packed}\n".encode())
        return number

    def _connect(self, path: Path) -> socket.socket:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            port = socket.socket(socket.AF_UNIX)
            try:
                port.connect(os.fspath(path))
                return port
            except OSError:
                port.close()
            if self._process.poll() is not None:
                raise MachineError(f"qemu has ended with {self._process.returncode}")
            time.sleep(0.05)
        raise MachineError("qemu does not listen")

    def _wait_for(self, name: str, seconds: float) -> tuple[str, str]:
        """The answer with this name. Others, of questions that nobody waits for any more, are dropped."""
        deadline = time.monotonic() + seconds
        while True:
            line = self._read_line(name, deadline)
            found = re.fullmatch(r"(\w+) (\d+) ?([\w+/=]*)", line)
            if found and found[1] == name:
                return found[2], base64.b64decode(found[3]).decode(errors="replace")

    def _read_line(self, name: str, deadline: float) -> str:
        while b"\n" not in self._unread:
            self._port.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                more = self._port.recv(65536)
            except TimeoutError:
                raise MachineError(f"no answer '{name}' in time; the console's end:\n{self.console[-2000:]}") from None
            if not more:
                raise MachineError(f"the machine has gone; the console's end:\n{self.console[-2000:]}")
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\n")
        return line.decode(errors="replace").strip()
