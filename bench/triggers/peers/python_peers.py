"""croniter and APScheduler over expressions.txt: the same work as next_after.cpp. Prints lines of
`peer zone mean_ns worst_ns done/planned`."""

import sys
import time
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

CALLS = 10_000
LAST_YEAR = 2099  # then again from the start, as the other programs do


def croniter_stepper(expression, zone):
    from croniter import croniter

    start = datetime(2026, 1, 1, tzinfo=zone)

    def steps():
        it = croniter(expression, start)
        for _ in range(CALLS):
            if it.get_next(datetime).year > LAST_YEAR:
                it = croniter(expression, start)

    return steps


def apscheduler_stepper(expression, zone):
    import pytz
    from apscheduler.triggers.cron import CronTrigger

    tz = pytz.timezone(str(zone))
    start = tz.localize(datetime(2026, 1, 1))
    trigger = CronTrigger.from_crontab(expression, timezone=tz)

    def steps():
        t = start
        for _ in range(CALLS):
            t = trigger.get_next_fire_time(t, t)
            if t is None or t.year > LAST_YEAR:
                t = start

    return steps


def measure(name, stepper, zone, expressions):
    figures = []
    for expression in expressions:
        try:
            steps = stepper(expression, zone)
            begin = time.process_time()
            steps()
            figures.append((time.process_time() - begin) * 1e9 / CALLS)
        except Exception as problem:
            print(f"{name}: {expression}: {problem}", file=sys.stderr)
    mean = sum(figures) / len(figures)
    print(f"{name} {zone} {mean:.0f} {max(figures):.0f} {len(figures)}/{len(expressions)}", flush=True)


def main():
    with open(sys.argv[1], encoding="ascii") as file:
        expressions = [line.strip() for line in file if line.strip()]
    for zone in (ZoneInfo("UTC"), ZoneInfo("America/New_York")):
        measure("croniter", croniter_stepper, zone, expressions)
        measure("APScheduler", apscheduler_stepper, zone, expressions)


main()
