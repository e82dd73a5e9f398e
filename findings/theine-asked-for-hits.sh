#!/usr/bin/env bash
# theine 2.0.0: whoever asks for the hits and misses adds some.
# Guess: stats() tells how often get was called and how often it hit; asked twice with nothing between, it tells the same.
# Seen: each question counts as a hit and a miss for each of the cache's parts, 16 or more by the number of processors. A cache that was
#   read once, in vain, has a hit rate of nearly a half at the second question; one that is read once a minute, each time in vain, and
#   asked for its numbers as often, shows half of all as hits. So for memoized functions. The first question alone is right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet theine==2.0.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from theine import Cache, Memoize

cache = Cache(1000)
assert cache.get("picture") == (None, False)
seen = [cache.stats() for _ in range(3)]
parts = seen[1].hit_count
print("read once, missed:", [(stats.request_count, stats.hit_count, round(stats.hit_rate, 2)) for stats in seen])
assert parts >= 16
assert [(stats.request_count, stats.hit_count) for stats in seen] == [(1, 0), (2 * parts + 1, parts), (4 * parts + 1, 2 * parts)]

cache = Cache(1000)
for number in range(60):
    assert cache.get(f"picture {number}") == (None, False)
    stats = cache.stats()
print("read 60 times, all missed:", stats.request_count, "requests,", stats.hit_count, "hits, rate", round(stats.hit_rate, 2))
assert stats.hit_count == 59 * parts and stats.request_count == 60 + 118 * parts

cache = Cache(1000)
for number in range(60):
    cache.get(f"picture {number}")
stats = cache.stats()
print("asked once, at the end:", stats.request_count, "requests,", stats.hit_count, "hits")
assert (stats.request_count, stats.hit_count) == (60, 0)


@Memoize(1000, None)
def paint(wish):
    return wish.upper()


paint("cat")
first, second = paint.cache_stats(), paint.cache_stats()
print("memoized, one call:", first.request_count, first.hit_count, "asked again:", second.request_count, second.hit_count)
assert (first.request_count, first.hit_count) == (1, 0) and second.hit_count == parts
PY
