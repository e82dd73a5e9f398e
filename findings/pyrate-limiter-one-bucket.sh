#!/usr/bin/env bash
# pyrate-limiter 4.5.1: the name that is given to try_acquire() limits nobody: all names share one bucket.
# Guess: limiter.try_acquire("alice") takes from Alice's three a minute, for the name is "the bucket key to acquire from".
# Seen: a Limiter made of a rate, of a bucket or by limiter_factory never looks at the name: Alice and Bob use up what Carol may
#   have. Only a BucketFactory that somebody writes tells them apart. Version 2 did; issues have asked about it since version 3.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pyrate-limiter==4.5.1
"$folder/venv/bin/python" - <<'PY'
from pyrate_limiter import (
    BucketFactory, Duration, InMemoryBucket, Limiter, MonotonicClock, Rate, RateItem,
    SQLiteBucket, StateBucket, TokenBucket, limiter_factory,
)

RATE = Rate(3, Duration.HOUR)
NAMES = ("alice", "bob", "alice", "carol", "carol", "dave")


class OneForEach(BucketFactory):
    """Keeps a bucket for each name."""

    def __init__(self):
        self.clock, self.buckets = MonotonicClock(), {}

    def wrap_item(self, name, weight=1):
        return RateItem(name, self.clock.now(), weight=weight)

    def get(self, item):
        if item.name not in self.buckets:
            self.buckets[item.name] = self.create(InMemoryBucket, [RATE])
        return self.buckets[item.name]


limiters = {
    "a rate": Limiter(RATE),
    "a bucket in memory": Limiter(InMemoryBucket([RATE])),
    "a bucket in SQLite": Limiter(SQLiteBucket.init_from_file([RATE])),
    "a token bucket": Limiter(StateBucket([RATE], algorithm=TokenBucket())),
    "limiter_factory": limiter_factory.create_inmemory_limiter(rate_per_duration=3, duration=Duration.HOUR),
}
for kind, limiter in limiters.items():
    seen = [limiter.try_acquire(name, blocking=False) for name in NAMES]
    print(f"{kind}:", *(f"{name} {'passed' if good else 'REFUSED'}" for name, good in zip(NAMES, seen)))
    assert seen == [True] * 3 + [False] * 3, (kind, seen)

limiter = Limiter(OneForEach())
seen = [limiter.try_acquire(name, blocking=False) for name in NAMES + ("carol", "carol")]
print("a factory of our own:", seen)
assert seen == [True] * 7 + [False], seen
limiter.close()
PY
