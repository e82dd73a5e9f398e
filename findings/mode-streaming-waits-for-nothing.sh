#!/usr/bin/env bash
# mode-streaming 0.7.1: who waits in a rate limit takes no token, so that waiting together is no limit at all.
# Guess: "async with rate_limit(8)" lets eight a second through, as its documentation has it: it sleeps until a token can be consumed.
#   rate_limit(10, over=60) lets ten a minute through.
# Seen: it sleeps and goes on without taking the token. One after the other twice as many pass; of eighty-one at once all pass after a
#   eighth of a second, not after ten seconds. "over" is the size of the bucket alone: of ten a minute about 70 pass in the first second, if
#   they ask pour() themselves, which counts rightly.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet mode-streaming==0.7.1
"$folder/venv/bin/python" -W ignore - <<'PY'
import asyncio
import selectors
from itertools import pairwise

from mode.utils import times


class Selector(selectors.DefaultSelector):
    """Let the time pass at once instead of waiting."""

    now = 0.0

    def select(self, timeout=None):
        self.now += max(timeout or 0, 0)
        return super().select(0)


def run(painting):
    """Run with a clock of its own, by which bucket and sleep go."""
    selector = Selector()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = times.TIME_MONOTONIC = lambda: selector.now
    moments = loop.run_until_complete(painting(loop))
    loop.close()
    return moments


async def one_by_one(loop):
    bucket, moments = times.rate_limit(8), []
    for _ in range(81):
        async with bucket:
            moments.append(loop.time())
    return moments


async def together(loop):
    bucket, moments = times.rate_limit(8), []

    async def painted():
        async with bucket:
            moments.append(loop.time())

    await asyncio.gather(*(painted() for _ in range(81)))
    return moments


async def asking(loop):
    bucket, moments = times.rate_limit(8), []
    while len(moments) < 81:
        if bucket.pour():
            moments.append(loop.time())
        else:
            await asyncio.sleep(max(bucket.expected_time(), 0.001))
    return moments


for painting, expected in ((asking, 10.0), (one_by_one, 5.0), (together, 0.125)):
    moments = run(painting)
    assert all(a <= b for a, b in pairwise(moments))
    print(f"{painting.__name__}: 81 pass within {moments[-1]:.1f} seconds, at eight a second 10.0")
    assert abs(moments[-1] - expected) < 0.2, f"{painting.__name__}: it takes {moments[-1]} seconds now"


async def ten_a_minute(loop):
    bucket, moments = times.rate_limit(10, over=60), []
    for _ in range(10_000):
        if bucket.pour():
            moments.append(loop.time())
        await asyncio.sleep(0.01)
    return moments


moments = run(ten_a_minute)
second, minute = (sum(moment < end for moment in moments) for end in (1, 60))
print(f"rate_limit(10, over=60): {second} pass in the first second, {minute} in the first minute")
assert 65 <= second <= 71 and 650 <= minute <= 661, "rate_limit(10, over=60) lets others through now"
PY
