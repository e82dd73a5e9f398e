#!/usr/bin/env bash
# dramatiq 2.2.1: WindowRateLimiter counts the clock's whole seconds, so its default window does not slide.
# Guess: limit=5 lets five calls through within any second, as "sliding window" says and unlike BucketRateLimiter.
# Seen: ten pass in 0.02 seconds, five before the clock's second ends and five after, as in a bucket. A window of 3
#   lets ten pass within 2.02 seconds: a window of n is between n - 1 and n seconds long.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet dramatiq==2.2.1
"$folder/venv/bin/python" - <<'PY'
from types import SimpleNamespace
from unittest import mock

from dramatiq.rate_limits import BucketRateLimiter, WindowRateLimiter
from dramatiq.rate_limits.backends import StubBackend

now = 0.0
clock = SimpleNamespace(time=lambda: now, monotonic=lambda: now)


def passed(limiter, *times):
    global now
    counts = []
    for now in times:
        count = 0
        for _ in range(8):
            with limiter.acquire(raise_on_failure=False) as acquired:
                count += bool(acquired)
        counts.append(count)
    return counts


modules = "window", "bucket", "backends.stub"
patches = [mock.patch(f"dramatiq.rate_limits.{module}.time", clock) for module in modules]
for patch in patches:
    patch.start()
backend = StubBackend()
seen = {}
for name, limiter, times in (
    ("window=1", WindowRateLimiter(backend, "push-1", limit=5), (1000.2, 1000.9)),
    ("window=1", WindowRateLimiter(backend, "push-2", limit=5), (1000.99, 1001.01)),
    ("bucket", BucketRateLimiter(backend, "push-3", limit=5, bucket=1000), (1000.99, 1001.01)),
    ("window=3", WindowRateLimiter(backend, "push-4", limit=5, window=3), (1000.99, 1002.99)),
    ("window=3", WindowRateLimiter(backend, "push-5", limit=5, window=3), (1000.99, 1003.01)),
):
    seen[name, times] = passed(limiter, *times)
    print(f"{name}: eight tries each at {times}: {seen[name, times]} pass")
assert list(seen.values()) == [[5, 0], [5, 5], [5, 5], [5, 0], [5, 5]], seen
PY
