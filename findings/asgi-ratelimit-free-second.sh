#!/usr/bin/env bash
# asgi-ratelimit 0.10.0: in memory, every limit is off for the last second of its window.
# Guess: under Rule(second=1) one request a second is let through, under Rule(minute=3) three a minute, whenever they are asked.
# Seen: the time is cut to whole seconds and a window ends after its last one; in that second what is left to wait is 0, and 0 is read as
#   "let through". So a limit by the second is off every other second: of 200 asked four a second 125 pass, not 50. By the minute one second
#   in 61 is free. No error, no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet asgi-ratelimit==0.10.0 httpx==0.28.1
"$folder/venv/bin/python" - <<'PY'
import asyncio

import httpx
from ratelimit import RateLimitMiddleware, Rule
from ratelimit.backends.simple import MemoryBackend


class Loop(asyncio.SelectorEventLoop):
    """Tell the time that the script sets."""

    clock = 1000.0

    def time(self):
        return self.clock


async def paint(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"a picture"})


async def person(scope):
    return "a person", "default"


async def ask(rule, wait, count):
    """Return of each request whether it was let through, one sent every `wait` seconds."""
    loop, seen = asyncio.get_running_loop(), []
    limited = RateLimitMiddleware(paint, person, MemoryBackend(), {"^/": [rule]})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(limited), base_url="http://bot") as client:
        for _ in range(count):
            answer = await client.get("/paint")
            assert answer.status_code in (200, 429), answer
            seen.append(answer.status_code == 200)
            loop.clock += wait
    return seen


def run(rule, wait, count):
    loop = Loop()
    try:
        return loop.run_until_complete(ask(rule, wait, count))
    finally:
        loop.close()


def drawn(seen):
    return "".join("#" if passed else "." for passed in seen)


seen = run(Rule(second=1), 0.25, 200)
print(f"second=1, four asked a second: {drawn(seen[:32])}… {sum(seen)} of 200 in 50 seconds")
assert sum(seen) == 125, f"{sum(seen)} of 200 pass now"
assert drawn(seen) == "#...####" * 25, seen

seen = run(Rule(minute=3), 0.25, 244)
print(f"minute=3, four asked a second: {sum(seen[:240])} in 60 seconds, {sum(seen[240:])} of 4 in the next one")
assert sum(seen[:240]) == 3 and all(seen[240:]), f"{sum(seen[240:])} pass in the 61st second now"
PY
