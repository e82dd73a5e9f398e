#!/usr/bin/env bash
# aiobreaker 1.2.0: away from UTC, an open circuit says the wrong time of its reopening.
# Guess: 30 seconds after it opened a circuit is tried again, and that is what opens_at, time_remaining and sleep_until_open() say.
# Seen: it opens by UTC's clock and tells what is left by the local one. In New York it has five hours and 30 seconds to sleep, in Tokyo
#   opens_at and reopen_time are None from the first moment, as after its time, though it refuses every call; sleep_until_open() raises there.
#   In UTC and in London's winter it is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet aiobreaker==1.2.0 freezegun==1.5.5
"$folder/venv/bin/python" -W ignore::DeprecationWarning - <<'PY'
import asyncio
from datetime import timedelta
from types import SimpleNamespace

import aiobreaker.state
from freezegun import freeze_time

slept = []


async def sleep(seconds):
    slept.append(seconds)


aiobreaker.state.asyncio = aiobreaker.circuitbreaker.asyncio = SimpleNamespace(sleep=sleep)


def paint():
    raise ConnectionError("the painter is away")


def seen(offset):
    """Return what an open circuit says, and how long it refuses, `offset` hours away from UTC."""
    with freeze_time("2026-12-01 12:00:00", tz_offset=offset) as clock:
        breaker = aiobreaker.CircuitBreaker(fail_max=1, timeout_duration=timedelta(seconds=30))
        try:
            breaker.call(paint)
        except aiobreaker.CircuitBreakerError as caught:
            error = caught
        slept.clear()
        try:
            asyncio.run(error.sleep_until_open())
        except TypeError as caught:
            slept.append(type(caught).__name__)
        says = breaker.opens_at
        clock.tick(29)
        try:
            raise SystemExit(f"refuses no longer: {breaker.call(lambda: 'a picture')}")
        except aiobreaker.CircuitBreakerError:
            clock.tick(2)
        assert breaker.call(lambda: "a picture") == "a picture"  # tried again after 30 seconds, everywhere
        return says and f"{says:%H:%M:%S}", slept[0]


everywhere = {place: seen(offset) for place, offset in (("UTC", 0), ("London", 0), ("Tokyo", 9), ("Berlin", 1), ("New York", -5))}
for place, (opens, wait) in everywhere.items():
    print(f"{place}: opens at {opens}, sleeps {wait}")
assert everywhere["UTC"] == everywhere["London"] == ("12:00:30", 30.0), everywhere
assert everywhere["Tokyo"] == everywhere["Berlin"] == (None, "TypeError"), f"east of UTC it is {everywhere['Tokyo']} now"
assert everywhere["New York"] == ("12:00:30", 5 * 3600 + 30.0), f"in New York it is {everywhere['New York']} now"
PY
