#!/usr/bin/env bash
# cacheout 0.17.0: a memoized function called with one argument by name is answered for another argument of the same value.
# Guess: paint("cat", steps=4) and paint("cat", count=4) are two calls with two answers; the key is made of what each parameter was given.
# Seen: an argument given by name is put in line where the positional ones end, whichever parameter it is for. Where those between have
#   their defaults, steps=4, count=4 and seed=4 are one key: whoever asks for four pictures gets the one of four steps. In every kind of
#   cache, for coroutines too; typed=True changes nothing. lru_cache of Python and cachetools tell them apart.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cacheout==0.17.0 cachetools==8.0.2
"$folder/venv/bin/python" - <<'PY'
import asyncio
from functools import lru_cache

import cacheout
import cachetools

CALLS = [{"seed": 4}, {"steps": 4}, {"count": 4}, {"count": 2, "steps": 4}, {"seed": 4, "count": 2}]


def paint(wish, seed=0, steps=20, count=1):
    return f"{count} of {wish}, {steps} steps, seed {seed}"


async def paint_later(wish, seed=0, steps=20, count=1):
    return paint(wish, seed, steps, count)


right = [paint("a cat", **call) for call in CALLS]
assert len(set(right)) == 5
for name, cached in (
    ("lru_cache", lru_cache(paint)),
    ("cachetools", cachetools.cached(cachetools.LRUCache(100))(paint)),
):
    assert [cached("a cat", **call) for call in CALLS] == right, f"{name} mixes them up too"

cached = cacheout.Cache().memoize()(paint)
seen = [cached("a cat", **call) for call in CALLS]
for call, answer, expected in zip(CALLS, seen, right, strict=True):
    print(call, "->", answer, "" if answer == expected else f"  (right: {expected})")
assert seen[0] == right[0] and seen[1] == seen[2] == right[0], f"cacheout tells them apart now: {seen}"
assert cached.cache_key("a cat", seed=4) == cached.cache_key("a cat", steps=4) == cached.cache_key("a cat", 4)
assert seen[3] == right[3] and seen[4] == right[3], seen  # two by name: seed 4 and count 2 are answered for steps 4 and count 2

for kind in ("memoize", "fifo_memoize", "lifo_memoize", "lfu_memoize", "lru_memoize", "mru_memoize", "rr_memoize"):
    cached = getattr(cacheout, kind)(typed=True)(paint)
    assert [cached("a cat", **call) for call in CALLS[:3]] == right[:1] * 3, f"{kind} tells them apart now"
print("the same in all seven kinds, typed too")


async def later():
    cached = cacheout.Cache().memoize()(paint_later)
    return [await cached("a cat", **call) for call in CALLS[:3]]


assert asyncio.run(later()) == right[:1] * 3, "coroutines are told apart now"
print("and of coroutines")
PY
