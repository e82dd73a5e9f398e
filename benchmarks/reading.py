"""A burst of events: how soon each is answered 200, and how fast one courier reads them."""

from __future__ import annotations

import time

from benchmarks.house import MeasuredHouse, house
from benchmarks.report import Report
from tests.scenarios.processes import eventually

EVENTS, SECONDS = 3000, 3.0
SLOWEST_MS, PER_SECOND = 2000.0, 250.0
WARM_UP = 100


def run(*, events: int = EVENTS, seconds: float = SECONDS) -> Report:
    """Send a burst to a running courier; then read a backlog that grew without one."""
    report = Report("reading")
    with house("broker", "web", "courier") as place:
        place.load("web", WARM_UP)
        _drained(place)
        outcome = place.load("web", events, events / seconds)
        slowest = max(outcome.latencies)
        report.add(f"burst of {events}: slowest answer", slowest, "ms", at_most=SLOWEST_MS)
        behind = _drained(place)
        report.add("burst: last answer to last event read", behind, "s")
        place.kill("courier")
        place.load("web", events)
        place.processes["courier"].start()
        eventually("the courier begins", lambda: place.unread() < events, 120.0, 0.005)
        left, began = place.unread(), time.monotonic()
        _drained(place)
        speed = left / (time.monotonic() - began)
        report.add("a backlog, read by one courier", speed, "/s", at_least=PER_SECOND)
        report.raw["latencies_ms"] = outcome.latencies
    return report


def _drained(place: MeasuredHouse) -> float:
    """Wait until the inbox is empty; return the seconds that it took."""
    started = time.monotonic()
    eventually("all events are read", lambda: place.unread() == 0, 120.0, 0.01)
    return time.monotonic() - started
