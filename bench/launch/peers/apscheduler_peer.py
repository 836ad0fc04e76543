"""apscheduler_peer COUNT DUE [PROGRAM] FILE: COUNT jobs that are due at the instant DUE, each a subprocess `PROGRAM FILE`;
or without PROGRAM a function, which appends to FILE when it executes, as 8 bytes of nanoseconds since 1970. Ends when all
are over. Its defaults drop what is a second late, so it is told to drop nothing."""

import os
import struct
import subprocess
import sys
import threading
import time
from datetime import datetime, timezone

from apscheduler.schedulers.background import BackgroundScheduler

count, due, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
marks = os.open(command[-1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
over = threading.Semaphore(0)


def execute():
    if len(command) > 1:
        subprocess.run(command, check=True)
    else:
        os.write(marks, struct.pack("q", time.time_ns()))


def job():
    execute()
    over.release()


scheduler = BackgroundScheduler(timezone=timezone.utc, job_defaults={"misfire_grace_time": None})
for _ in range(count):
    scheduler.add_job(job, "date", run_date=datetime.fromtimestamp(due, timezone.utc))
scheduler.start()
for _ in range(count):
    over.acquire()
