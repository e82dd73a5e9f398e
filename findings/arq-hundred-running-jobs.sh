#!/usr/bin/env bash
# arq 0.28.0: once 100 jobs run, no worker starts another, however many workers there are.
# Guess: six workers with max_jobs=20 run 120 jobs at once if as many wait: queue_read_limit is only how many one poll reads.
# Seen: they run 100, and 50 wait beside 20 free places. A job stays in the queue until it is done, and each poll reads the
#   queue's first 100 (max_jobs * 5, at least 100): all are running, on this worker or on another. A seventh worker adds
#   nothing. With queue_read_limit=1000 all 120 places are taken.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet arq==0.28.0 fakeredis==2.41.0 redis==5.3.1
"$folder/venv/bin/python" - <<'PY'
import asyncio
import logging
from unittest import mock

from arq import Worker, func
from arq.connections import ArqRedis
from fakeredis import FakeAsyncRedis, FakeServer

logging.disable()


async def run(workers, **options):
    """Give how many of 150 jobs are running on each worker once no more are started."""
    server = FakeServer()

    def redis():
        return ArqRedis(FakeAsyncRedis(server=server).connection_pool)

    queue = redis()
    for number in range(150):
        await queue.enqueue_job("paint", number)
    running, polls, finish = [0] * workers, [0] * workers, asyncio.Event()

    def worker(place):
        async def paint(context, number):
            running[place] += 1
            await finish.wait()

        studio = Worker(
            [func(paint, name="paint")],
            redis_pool=redis(),
            max_jobs=20,
            poll_delay=0.05,
            handle_signals=False,
            **options,
        )
        beat = studio.heart_beat

        async def polled():
            polls[place] += 1
            await beat()

        studio.heart_beat = polled
        return studio

    studios = [worker(place) for place in range(workers)]
    tasks = [asyncio.create_task(studio.async_run()) for studio in studios]
    before = None
    while before != running:  # five whole polls of all workers, and nothing new
        before, goal = list(running), min(polls) + 5
        while min(polls) < goal:
            await asyncio.sleep(0.1)
            assert not any(task.done() for task in tasks)
    waiting = await queue.zcard("arq:queue") - sum(running)
    for task in tasks:
        task.cancel()
    finish.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    return running, waiting


async def no_info(*_):
    """Stand in for the worker's log of Redis's version, which the fake does not know."""


with mock.patch("arq.worker.log_redis_info", no_info):
    seen = {
        "5 workers": asyncio.run(run(5)),
        "6 workers": asyncio.run(run(6)),
        "7 workers": asyncio.run(run(7)),
        "6 workers, queue_read_limit=1000": asyncio.run(run(6, queue_read_limit=1000)),
    }
for name, (running, waiting) in seen.items():
    print(f"{name}: {sum(running)} jobs run, {waiting} wait; on each worker {running}")
assert [(sum(running), waiting) for running, waiting in seen.values()] == [(100, 50), (100, 50), (100, 50), (120, 30)], seen
PY
