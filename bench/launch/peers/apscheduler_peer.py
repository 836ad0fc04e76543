"""apscheduler_peer COUNT DUE PROGRAM ARG: COUNT jobs that are due at the instant DUE, each a subprocess. Ends when all
are over. Its defaults drop what is a second late, so it is told to drop nothing."""

import subprocess
import sys
import threading
from datetime import datetime, timezone

from apscheduler.schedulers.background import BackgroundScheduler

count, due, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
over = threading.Semaphore(0)


def job():
    subprocess.run(command, check=True)
    over.release()


scheduler = BackgroundScheduler(timezone=timezone.utc, job_defaults={"misfire_grace_time": None})
for _ in range(count):
    scheduler.add_job(job, "date", run_date=datetime.fromtimestamp(due, timezone.utc))
scheduler.start()
for _ in range(count):
    over.acquire()
