"""Throughput and latency of the webhook, storing its event, beside a naive bot and bare Flask."""

from __future__ import annotations

import statistics
import time

from benchmarks.house import MeasuredHouse, house
from benchmarks.report import Report, percentile

RATIO, TIMES_NAIVE, CPU_MS = 0.55, 1.8, 1.0
ROUNDS, COUNT = 5, 800
PACED_ROUNDS, PACED = 3, 400
RATES = {100.0: 8.0, 400.0: 25.0}  # requests a second: the most ms that the p99 may be
NAMES = {"web": "/callback with a stored event", "naive": "naive bot", "hello": "bare Flask"}


def run(
    *,
    rounds: int = ROUNDS,
    count: int = COUNT,
    paced_rounds: int = PACED_ROUNDS,
    paced: int = PACED,
) -> Report:
    """Measure requests a second at full speed, then latencies at fixed rates, in turn."""
    report = Report("callback")
    with house("broker", "web") as place:
        place.start_beside("hello", "naive")
        for target in NAMES:
            place.load(target, max(8, count // 2))  # warms up
        settled(place)
        _fast(place, report, rounds, count)
        for rate in RATES:
            _steady(place, report, paced_rounds, paced, rate)
    return report


def _fast(place: MeasuredHouse, report: Report, rounds: int, count: int) -> None:
    speed: dict[str, list[float]] = {name: [] for name in NAMES}
    cpu: dict[str, list[float]] = {name: [] for name in NAMES}
    load: list[float] = []
    for _ in range(rounds):
        for target in NAMES:
            before = place.cpu(target)
            outcome = place.load(target, count)
            settled(place)
            cpu[target].append((place.cpu(target) - before) * 1000 / count)
            speed[target].append(count / outcome.seconds)
            load.append(outcome.cpu_seconds * 1000 / count)
    for target, name in NAMES.items():
        report.add(name, speed[target], "requests/s")
    report.add("ratio", _ratios(speed["web"], speed["hello"]), "", at_least=RATIO)
    report.add(
        "times the naive bot", _ratios(speed["web"], speed["naive"]), "", at_least=TIMES_NAIVE
    )
    for target, name in NAMES.items():
        bound = CPU_MS if target == "web" else None
        report.add(f"processor time, {name}", cpu[target], "ms/request", at_most=bound)
    report.add("processor time, load", load, "ms/request")
    report.raw["fast"] = {"per_second": speed, "cpu_ms": cpu, "load_cpu_ms": load}


def _steady(place: MeasuredHouse, report: Report, rounds: int, count: int, rate: float) -> None:
    latencies: dict[str, list[list[float]]] = {name: [] for name in NAMES}
    for _ in range(rounds):
        for target in NAMES:
            latencies[target].append(place.load(target, count, rate).latencies)
            settled(place)
    for target, name in NAMES.items():
        p50 = [statistics.median(values) for values in latencies[target]]
        p99 = [percentile(values, 0.99) for values in latencies[target]]
        report.add(f"{name} at {rate:g}/s, p50", p50, "ms")
        bound = RATES[rate] if target == "web" else None
        report.add(f"{name} at {rate:g}/s, p99", p99, "ms", at_most=bound)
    report.raw[f"steady_ms_{rate:g}"] = latencies


def settled(place: MeasuredHouse, quiet: float = 0.3, longest: float = 20.0) -> float:
    """Wait until no more messages reach the broker; return the seconds until the last one did."""
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
