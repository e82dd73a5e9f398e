"""The webhook, with its job stored, against a Flask application that does nothing at all."""

from __future__ import annotations

import statistics
import time

from benchmarks.house import MeasuredHouse, house
from benchmarks.report import Report, percentile

RATIO, P99 = 0.4, 100.0
ROUNDS, COUNT = 5, 800
PACED_ROUNDS, PACED, RATE = 3, 400, 100.0
TARGETS = ("web", "hello")


def run(
    *,
    rounds: int = ROUNDS,
    count: int = COUNT,
    paced_rounds: int = PACED_ROUNDS,
    paced: int = PACED,
) -> Report:
    """Requests a second as fast as they go, then latencies at a steady rate; by turns."""
    report = Report("callback")
    with house("broker", "web") as place:
        place.start_hello()
        for target in TARGETS:
            place.load(target, max(8, count // 2))  # warms up
        settled(place)
        _fast(place, report, rounds, count)
        _steady(place, report, paced_rounds, paced)
    return report


def _fast(place: MeasuredHouse, report: Report, rounds: int, count: int) -> None:
    speed: dict[str, list[float]] = {it: [] for it in TARGETS}
    cpu: dict[str, list[float]] = {it: [] for it in TARGETS}
    load: list[float] = []
    lag: list[float] = []
    for _ in range(rounds):
        for target in TARGETS:
            before = place.cpu(target)
            outcome = place.load(target, count)
            if target == "web":
                lag.append(settled(place) * 1000)
            cpu[target].append((place.cpu(target) - before) * 1000 / count)
            speed[target].append(count / outcome.seconds)
            load.append(outcome.cpu_seconds * 1000 / count)
    report.add("/callback with a stored job", speed["web"], "requests/s")
    report.add("bare Flask", speed["hello"], "requests/s")
    report.add("ratio", _ratios(speed["web"], speed["hello"]), "", at_least=RATIO)
    report.add("processor time, /callback", cpu["web"], "ms/request")
    report.add("processor time, bare Flask", cpu["hello"], "ms/request")
    report.add("ratio of processor times", _ratios(cpu["hello"], cpu["web"]), "")
    report.add("processor time, load", load, "ms/request")
    report.add("last message after last answer", lag, "ms")
    report.raw["fast"] = {"per_second": speed, "cpu_ms": cpu, "load_cpu_ms": load, "lag_ms": lag}


def _steady(place: MeasuredHouse, report: Report, rounds: int, count: int) -> None:
    latencies: dict[str, list[list[float]]] = {it: [] for it in TARGETS}
    for _ in range(rounds):
        for target in TARGETS:
            latencies[target].append(place.load(target, count, RATE).latencies)
            settled(place)
    for target, name in (("web", "/callback"), ("hello", "bare Flask")):
        p50 = [statistics.median(it) for it in latencies[target]]
        p99 = [percentile(it, 0.99) for it in latencies[target]]
        report.add(f"{name} at {RATE:g}/s, p50", p50, "ms")
        bound = P99 if target == "web" else None
        report.add(f"{name} at {RATE:g}/s, p99", p99, "ms", at_most=bound)
    report.raw["steady_ms"] = latencies


def settled(place: MeasuredHouse, quiet: float = 0.3, longest: float = 20.0) -> float:
    """Wait until no more messages reach the broker; the seconds until the last one did."""
    start = last = current = time.monotonic()
    seen = place.waiting()
    while current - last < quiet and current - start < longest:
        time.sleep(0.01)
        waiting, current = place.waiting(), time.monotonic()
        if waiting != seen:
            seen, last = waiting, current
    return last - start


def _ratios(one: list[float], other: list[float]) -> list[float]:
    return [a / max(b, 1e-9) for a, b in zip(one, other, strict=True)]
