"""Time from process start to a ready painter, and to a first picture."""

from __future__ import annotations

import time

from benchmarks.delivery import EVERYONE, ask
from benchmarks.house import house
from benchmarks.report import Report
from tests.scenarios.processes import START_SECONDS, eventually

ROUNDS = 3


def run(*, rounds: int = ROUNDS) -> Report:
    """Start the worker alone and all processes, in turn. The machine's file cache is warm."""
    report = Report("start")
    ready, picture = [], []
    for _ in range(rounds):
        ready.append(_worker())
        picture.append(_house())
    report.add("worker: process start to painter ready", ready, "s")
    report.add("house: migration to first picture", picture, "s")
    report.raw |= {"painter_ready_s": ready, "first_picture_s": picture}
    return report


def _worker() -> float:
    with house("broker") as place:
        started = time.time()
        place.processes["worker"].start()
        ready = eventually(
            "the painter is ready",
            lambda: place.logged_at("worker", "painter.loaded"),
            START_SECONDS,
        )
        return ready - started


def _house() -> float:
    started = time.monotonic()
    with house() as place:
        for name in EVERYONE:
            place.processes[name].start()
        place.wait_until_ready("simulator")
        place.wait_until_ready("web")
        ask(place)
        return time.monotonic() - started
