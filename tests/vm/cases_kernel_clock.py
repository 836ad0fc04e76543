"""What a real kernel does to its clocks beside being set: it lets them run fast, repeats a second, and sleeps."""

import time
from contextlib import contextmanager
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from case import case, expect, expect_equal, figure
from lab import Lab
from service import Service, instant

JOBS = """
timezone: UTC
jobs:
  second:
    schedule: "* * * * * *"
    overlap: allow
    run: "true"
  pulse:
    schedule: every 2s
    run: "true"
"""

# Most of what the daemon does here takes tens of milliseconds, as emulated as it is; a loop that spins takes all there are.
BUSY_AT_MOST = 0.5

# adjtimex(2), for which Debian's least has no program: sets the field `tick` or `status` of struct timex.
ADJTIMEX = r"""
adjtimex() {  # MODES STATUS TICK
  perl -e '
    my ($modes, $status, $tick) = @ARGV;
    my $timex = pack("L x4 q4 l x4 q3 q2 q x112", $modes, 0, 0, 0, 0, $status, 0, 0, 0, 0, 0, $tick);
    syscall(159, $timex) >= 0 or die "adjtimex: $!"' "$@"
}
set_tick() { adjtimex 0x4000 0 "$1"; }        # microseconds by which the clock moves on in a hundredth of a second
insert_leap_second() { adjtimex 0x0010 0x0010 0; }
""".replace("0x4000", str(0x4000)).replace("0x0010", str(0x0010))


def ready(lab: Lab) -> Service:
    """In the present, and with a ledger of its own: other cases left slots that lie in the future."""
    lab.shared().do(
        f"""
        systemctl stop belfry.service
        rm -r /var/lib/belfry/*
        date --set=@{int(time.time())}
        systemctl start belfry.service
        """
    )
    service = Service(lab.shared())
    service.wait_until_up()
    service.load(JOBS)
    service.wait_for_runs("second", 2)
    return service


def processor_seconds(service: Service) -> float:
    """Of the daemon, up to now."""
    fields = service.machine.do(f"cat /proc/{service.main_pid()}/stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@contextmanager
def calm(service: Service) -> Iterator[None]:
    """The daemon does not spin meanwhile."""
    begin, used = time.monotonic(), processor_seconds(service)
    yield
    share = (processor_seconds(service) - used) / (time.monotonic() - begin)
    figure("the daemon's share of the processor meanwhile", f"{share:.1%}", "emulated")
    expect(share < BUSY_AT_MOST, f"the daemon took {share:.0%} of the processor")


def expect_each_slot_once(service: Service, since: datetime) -> list[dict]:
    """None twice, and none early (S5)."""
    runs = [run for run in service.runs_since("second", f"{since:%FT%TZ}") if run["slot"]]
    slots = [instant(run["slot"]) for run in runs]
    expect_equal(slots, sorted(set(slots)), "slots strictly increase")
    expect_equal(service.audit(), "", "the audit")
    return runs


@case("clock: strobing by five seconds there and back, no slot runs twice, and the daemon is calm")
def strobe(lab: Lab) -> None:
    service = ready(lab)
    since = service.now()
    with calm(service):
        service.machine.do(
            """
            for i in $(seq 20); do
              date --set=@$(($(date +%s) + 5)).$(date +%N); sleep 0.5
              date --set=@$(($(date +%s) - 5)).$(date +%N); sleep 0.5
            done
            """,
            within=120,
        )
    expect(len(expect_each_slot_once(service, since)) >= 5, "it runs meanwhile")
    service.expect_each_second_decided("second", since, "the slots meanwhile")


@case("clock: running fast and slow by a tenth, each slot runs once, and none early")
def slew(lab: Lab) -> None:
    service = ready(lab)
    since = service.now()
    with calm(service):
        for tick in (11000, 9000):
            service.machine.do(f"{ADJTIMEX}\nset_tick {tick}; sleep 15")
    service.machine.do(f"{ADJTIMEX}\nset_tick 10000")
    for run in expect_each_slot_once(service, since):
        expect(instant(run["started"]) >= instant(run["slot"]), f"it did not start early: {run}")
    service.expect_each_second_decided("second", since, "the slots meanwhile")


@case("clock: a leap second repeats the last second of a day, and no slot")
def leap_second(lab: Lab) -> None:
    service = ready(lab)
    service.machine.do(f"{ADJTIMEX}\ndate --set=23:59:45; insert_leap_second")
    since = service.now()
    with calm(service):
        service.machine.wait_until("dmesg | grep 'inserting leap second'", within=30)
        midnight = datetime(since.year, since.month, since.day, tzinfo=UTC) + timedelta(days=1)
        service.machine.do("sleep 5")
    slots = [instant(run["slot"]) for run in expect_each_slot_once(service, since)]
    expect(any(slot < midnight for slot in slots) and slots[-1] > midnight, f"it ran before and after: {slots}")
    service.expect_each_second_decided("second", since, "the slots meanwhile")


@case("clock: a machine that sleeps makes up for the night once, and says that it slept")
def sleep(lab: Lab) -> None:
    service = ready(lab)
    machine = service.machine
    since = service.now()
    slept = machine.ask("rtcwake --device /dev/rtc0 --mode mem --seconds 40", within=120)
    expect_equal(slept.code, 0, f"rtcwake: {slept.output}")
    woken = service.now()
    machine.wait_until(f"belfry runs second --since {woken:%FT%TZ} --json | grep -q '\"trigger\":\"schedule\"'")
    runs = expect_each_slot_once(service, since)
    # An emulator that gets no processor for a moment makes small ones of its own.
    made_up = [run for run in runs if run["trigger"] == "catch-up" and run["stands_for"] > 10]
    expect_equal(len(made_up), 1, f"one run makes up for what was slept through: {made_up}")
    expect(made_up[0]["stands_for"] > 30, f"it stands for all of it: {made_up[0]}")
    service.expect_each_second_decided("second", since, "the slots meanwhile")
    told = machine.do(f"belfry why --from {since:%FT%TZ}")
    expect("slept" in told, f"belfry why says it: {told}")
