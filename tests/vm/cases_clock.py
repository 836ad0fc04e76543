"""Clocks of a real kernel that somebody sets, batteries that were empty, and time zones that change."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from case import case, expect, expect_equal
from lab import Lab
from service import Service, boot_with, instant

SPACING = 10  # seconds from one slot of the job `tens` to the next

JOBS = """
timezone: UTC
jobs:
  tens:
    schedule: "*/10 * * * * *"
    run: "true"
  pulse:
    schedule: every 2s
    run: "true"
"""


@dataclass
class Step:
    """One `date -s`: what the wall clock said before it and after it, the seconds since the boot, and the runs that there
    were by then."""

    before: datetime
    after: datetime
    uptime: float
    tens: int
    pulses: int


def uptime(service: Service) -> float:
    return float(service.machine.do("cat /proc/uptime").split()[0])


def set_clock(service: Service, by: timedelta) -> Step:
    """In a moment in which no slot of `tens` is near, and none has come since the runs were counted."""
    said = service.machine.do(
        f"""
        until
          begin=$(date +%s)
          test $((begin % {SPACING})) -ge 2 && test $((begin % {SPACING})) -le 5 &&
          tens=$(belfry runs tens -n 1000 --json | grep -o '"slot":"' | wc -l) &&
          pulses=$(belfry runs pulse -n 1000 --json | grep -o '"slot":' | wc -l) &&
          test $(date +%s) -lt $((begin / {SPACING} * {SPACING} + {SPACING} - 1))
        do
          sleep 0.2
        done
        date +%s.%N
        date --set="@$(($(date +%s) + {int(by.total_seconds())}))" > /dev/null
        date +%s.%N
        echo $tens $pulses
        cat /proc/uptime
        """,
        within=120,
    ).split()
    before, after = (datetime.fromtimestamp(float(word), UTC) for word in said[:2])
    return Step(before, after, float(said[4]), int(said[2]), int(said[3]))


def started(service: Service, job: str) -> list[tuple[datetime, str]]:
    """Slot and trigger of each run, in the order in which they were opened."""
    return [(instant(run["slot"]), run["trigger"]) for run in service.runs(job) if run["slot"]]


def wait_for_slot_after(service: Service, job: str, moment: datetime, within: int = 45) -> None:
    text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    newer = f"""belfry runs {job} -n 1 --json | grep -o '"slot": *"[^"]*"' | cut -d'"' -f4"""
    service.machine.wait_until(f'slot=$({newer}); test -n "$slot" && expr "$slot" ">" "{text}"', within=within)


def slots_between(begin: datetime, end: datetime) -> list[datetime]:
    """Of `tens`: later than begin, up to end."""
    first = datetime.fromtimestamp((int(begin.timestamp()) // SPACING + 1) * SPACING, UTC)
    count = max(0, int((end - first).total_seconds()) // SPACING + 1)
    return [first + timedelta(seconds=SPACING * i) for i in range(count)]


def ready(lab: Lab) -> Service:
    """Its clock is put right again after each case, so that the next begins in the present."""
    service = Service(lab.shared())
    service.wait_until_up()
    service.load(JOBS)
    wait_for_slot_after(service, "tens", service.now() - timedelta(seconds=1), within=30)
    return service


def ready_again(lab: Lab) -> Service:
    """With a ledger of its own: an earlier step back left slots that lie in the future."""
    lab.shared().do("systemctl stop belfry.service; rm -r /var/lib/belfry/*; systemctl start belfry.service")
    return ready(lab)


def outcomes(service: Service, since: datetime, upto: datetime) -> dict[str, int]:
    counts: dict[str, int] = {}
    for slot in service.slots("tens", since.strftime("%Y-%m-%dT%H:%M:%SZ")):
        if instant(slot["last"]) <= upto:
            name = slot["outcome"] + (f" ({slot['reason']})" if slot["reason"] else "")
            counts[name] = counts.get(name, 0) + slot["count"]
    return counts


def expect_no_burst(service: Service, step: Step) -> None:
    """Of `pulse`, every two seconds."""
    pulses = len(service.runs("pulse")) - step.pulses
    expect(pulses <= (uptime(service) - step.uptime) / 2 + 2, f"the interval made no burst: {pulses} runs")


def forwards(service: Service, by: timedelta) -> None:
    step = set_clock(service, by)
    wait_for_slot_after(service, "tens", step.after)
    ran = started(service, "tens")[step.tens :]
    expect_no_burst(service, step)
    passed = slots_between(step.before, step.after)
    following = passed[-1] + timedelta(seconds=SPACING)
    # One run speaks for all that were passed over, and it is the newest; then each comes at its time.
    expect_equal(ran[0], (passed[-1], "catch-up"), "the first run after the step")
    expect_equal(ran[1], (following, "schedule"), "the second")
    counts = outcomes(service, step.before, following)
    expect_equal(counts.pop("ran"), 2, "slots that ran")
    expect_equal(sum(counts.values()), len(passed) - 1, f"slots that did not, {counts}")
    expect_equal(service.audit(), "", "the audit")


def backwards(service: Service, by: timedelta) -> None:
    step = set_clock(service, -by)
    service.wait_for_runs("pulse", step.pulses + 5)
    expect_no_burst(service, step)
    ran = started(service, "tens")[step.tens :]
    expect(all(slot > step.before for slot, _ in ran), f"after {step}, nothing that was decided ran again: {ran}")
    expect_equal(service.audit(), "", "the audit")


@case("clock: set forward by 35 seconds, one run speaks for the slots that were passed over")
def forward_seconds(lab: Lab) -> None:
    forwards(ready(lab), timedelta(seconds=35))


@case("clock: set back by 35 seconds, no slot runs twice, intervals go on, and the schedule goes on behind the newest slot")
def back_seconds(lab: Lab) -> None:
    service = ready(lab)
    newest = started(service, "tens")[-1][0]
    backwards(service, timedelta(seconds=35))
    wait_for_slot_after(service, "tens", newest, within=60)
    slots = [slot for slot, _ in started(service, "tens")]
    expect_equal(slots, sorted(set(slots)), "slots strictly increase")


@case("clock: set forward by three hours")
def forward_hours(lab: Lab) -> None:
    forwards(ready(lab), timedelta(hours=3))


@case("clock: set back by three hours: silent until then, but for intervals")
def back_hours(lab: Lab) -> None:
    backwards(ready(lab), timedelta(hours=3))


@case("clock: set forward by a year: one run, and a few rows of the ledger for three million slots")
def forward_year(lab: Lab) -> None:
    service = ready_again(lab)
    forwards(service, timedelta(days=365))


@case("clock: set back by a year: it was wrong before, so the schedule begins again at once")
def back_year(lab: Lab) -> None:
    service = ready(lab)
    step = set_clock(service, -timedelta(days=365))
    service.wait_for_runs("tens", step.tens + 2)
    ran = started(service, "tens")[step.tens :]
    expected = slots_between(step.after, step.after + timedelta(seconds=SPACING * len(ran)))
    expect_equal([slot for slot, _ in ran], expected, "from the first slot after the step on, each once")
    expect_equal({trigger for _, trigger in ran}, {"schedule"}, "none of them is made up for")
    said = service.machine.do("journalctl --unit=belfry.service --output=cat --lines=100")
    expect("clock" in said, "the journal says it loudly")
    expect_equal(service.audit(), "", "the audit")


@case("clock: a new time zone database under the running daemon moves what comes next")
def zone_database(lab: Lab) -> None:
    service = ready_again(lab)
    service.load("timezone: Europe/Berlin\njobs: { noon: { schedule: '0 12 * * *', run: 'true' } }")
    before = instant(service.ask("next -n 1")[0]["due"])
    service.machine.do(
        """
        cp /usr/share/zoneinfo/Asia/Tokyo /usr/share/zoneinfo/Europe/Berlin.new
        mv /usr/share/zoneinfo/Europe/Berlin.new /usr/share/zoneinfo/Europe/Berlin
        """
    )
    service.machine.wait_until("belfry next -n 1 --json | grep -q T03:00:00", within=90)
    after = instant(service.ask("next -n 1")[0]["due"])
    expect(after != before, f"next is {after}, and was {before}")
    said = service.machine.do("journalctl --unit=belfry.service --output=cat --lines=50")
    expect("noon: " in said and "T03:00:00Z, was " in said, f"the journal names the job and both times: {said}")


@dataclass
class Rebooted:
    """A machine that has run JOBS in the present, and was then booted with another clock."""

    service: Service
    today: datetime  # when it was shut down
    already: int  # runs of `tens` by then

    def put_clock_right(self) -> datetime:
        self.service.machine.do(f"date --set=@{int(self.today.timestamp()) + 600}")
        return self.service.now()


def rebooted(lab: Lab, name: str, *, clock: str, settings: str = "") -> Rebooted:
    service = boot_with(lab, name, settings + JOBS)
    wait_for_slot_after(service, "tens", service.now() - timedelta(seconds=1))
    today = service.now()
    already = len(started(service, "tens"))
    service.machine.reboot(clock=clock)
    return Rebooted(service, today, already)


def expect_each_slot_once(service: Service) -> None:
    slots = [slot for slot, _ in started(service, "tens")]
    expect_equal(len(slots), len(set(slots)), "no slot ran twice")
    expect_equal(service.audit(), "", "the audit")


def expect_caught_up_once(found: Rebooted, put_right: datetime) -> None:
    """In the present: one run speaks for what was missed, then each slot has its own."""
    service = found.service
    wait_for_slot_after(service, "tens", put_right, within=120)
    ran = [(slot, trigger) for slot, trigger in started(service, "tens")[found.already :] if slot > found.today]
    most = 2 + (service.now() - put_right).total_seconds() / SPACING
    expect(len(ran) <= most, f"one for all that was missed: {ran}")
    expect_equal([trigger for _, trigger in ran].count("catch-up"), 1, f"runs that make up for what was missed: {ran}")


@case("clock: a machine that boots in 2001 makes no storm when its clock is put right")
def boot_in_the_past(lab: Lab) -> None:
    found = rebooted(lab, "past", clock="2001-02-03T04:05:06", settings="daemon: { wait_for_clock: 1s }")
    service = found.service
    service.wait_until_up(within=120)
    expect(service.now() < found.today - timedelta(days=1), "the clock is wrong")
    expect_caught_up_once(found, found.put_clock_right())
    expect_each_slot_once(service)


@case("clock: a machine that boots in 2001 waits for its clock, says so, and goes on when it is put right")
def wait_for_clock(lab: Lab) -> None:
    found = rebooted(lab, "waits", clock="2001-02-03T04:05:06", settings="daemon: { wait_for_clock: 1h }")
    service, machine = found.service, found.service.machine
    # systemd does not let a machine begin before the day on which it was built itself.
    machine.wait_until("systemctl status belfry.service | grep 'waits for the clock: the clock says'", within=120)
    expect_equal(machine.ask("systemctl is-active belfry.service").output.strip(), "activating", "the service")
    refused = machine.ask("belfry status").output
    expect("systemctl status belfry" in refused, f"belfry status says where to look: {refused}")
    machine.wait_until("journalctl --unit=belfry.service --boot | grep 'waiting up to 1h'", within=60)
    put_right = found.put_clock_right()
    service.wait_until_up(within=60)
    expect_caught_up_once(found, put_right)
    expect_equal(
        [slot for slot, _ in started(service, "tens") if slot < found.today - timedelta(days=1)], [], "runs in the past"
    )
    expect_each_slot_once(service)


@case("clock: a machine that boots in 2035 is not silent when its clock is put right")
def boot_in_the_future(lab: Lab) -> None:
    found = rebooted(lab, "future", clock="2035-02-03T04:05:06")
    service = found.service
    service.wait_until_up(within=120)
    wait_for_slot_after(service, "tens", datetime(2035, 1, 1, tzinfo=UTC), within=120)
    found.put_clock_right()
    already = len(started(service, "tens"))
    service.wait_for_runs("tens", already + 2)
    ran = [slot for slot, _ in started(service, "tens")[already:]]
    expect(all(slot.year == found.today.year for slot in ran), f"it runs in the present: {ran}")
    expect_each_slot_once(service)
