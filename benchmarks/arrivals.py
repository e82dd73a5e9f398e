"""Random arrivals: latency and throughput with a shared batch, and one request after the other."""

from __future__ import annotations

import random
import statistics
import threading
import time

from benchmarks.report import Report, percentile
from inference.load_options import LoadOptions
from inference.painter import Painter, load_painter
from inference.request import DrawRequest

SHARES = (0.5, 0.8, 1.1)
ROUNDS, REQUESTS = 4, 60
KEEPING_UP = 0.98  # below capacity both paint as fast as people come; what differs is the last one
PROMPTS = ("赤いりんご", "青い電車", "夜の富士山", "白い猫", "桜")


def run(
    *,
    rounds: int = ROUNDS,
    requests: int = REQUESTS,
    steps: int | None = None,
    model: str | None = None,
) -> Report:
    """Measure the engine and a first-in-first-out queue in turn, at each share of capacity."""
    report = Report("arrivals")
    painter = load_painter(model, options=LoadOptions(compile="auto"))  # as a worker does
    steps = steps or painter.info.default_steps
    capacity = 1 / statistics.median(_alone(painter, steps) for _ in range(5))
    report.add("capacity, one after the other", capacity, "pictures/s")
    for share in SHARES:
        latencies: dict[str, list[float]] = {"engine": [], "one by one": []}
        seconds = dict.fromkeys(latencies, 0.0)
        for number in range(rounds):  # by turns: a machine is not equally fast all the time
            arrivals = arrival_times(share * capacity, requests, number)
            for name in latencies:
                turn = threading.Lock() if name == "one by one" else None
                took, lasted = serve(painter, arrivals, steps, turn)
                latencies[name] += took
                seconds[name] += lasted
        measures = {}
        for name, all_took in latencies.items():
            measures[name] = latency_measures(all_took) | {
                "pictures/s": len(all_took) / seconds[name]
            }
            report.raw[f"{share} {name}"] = all_took
            for measure, value in measures[name].items():
                unit = "" if measure == "pictures/s" else "s"
                report.add(f"{share:g} {name}, {measure}", value, unit)
        for measure, ours in measures["engine"].items():
            queue = measures["one by one"][measure]
            paced = measure == "pictures/s"
            ratio = ours / queue if paced else queue / ours
            least = KEEPING_UP if paced and share < 1 else 1.0
            report.add(f"{share:g} ratio, {measure}", ratio, "", at_least=least)
    painter.close()
    return report


def _alone(painter: Painter, steps: int) -> float:
    started = time.perf_counter()
    painter.paint(DrawRequest(PROMPTS[0], steps=steps, seed=0))
    return time.perf_counter() - started


def arrival_times(rate: float, requests: int, number: int) -> list[float]:
    """Return arrival times in seconds after the start; fixed for a rate and round."""
    dice = random.Random(7 + number)
    at, times = 0.0, []
    for _ in range(requests):
        at += dice.expovariate(rate)
        times.append(at)
    return times


def serve(
    painter: Painter,
    arrivals: list[float],
    steps: int,
    turn: threading.Lock | None,
) -> tuple[list[float], float]:
    """Return the latency of each request, and the seconds until the last was painted."""
    latencies = [0.0] * len(arrivals)
    started = time.perf_counter()
    queue = _Fifo(len(arrivals)) if turn else None

    def person(number: int) -> None:
        time.sleep(max(0.0, started + arrivals[number] - time.perf_counter()))
        request = DrawRequest(PROMPTS[number % len(PROMPTS)], seed=number, steps=steps)
        if queue:
            queue.wait(number)
        try:
            painter.paint(request)
        finally:
            if queue:
                queue.next()
        latencies[number] = time.perf_counter() - started - arrivals[number]

    threads = [threading.Thread(target=person, args=(n,)) for n in range(len(arrivals))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return latencies, time.perf_counter() - started


class _Fifo:
    """First-in-first-out lock; with a threading.Lock, threads could pass each other."""

    def __init__(self, count: int) -> None:
        self._turns = [threading.Event() for _ in range(count + 1)]
        self._current = 0
        self._turns[0].set()

    def wait(self, number: int) -> None:
        self._turns[number].wait()

    def next(self) -> None:
        self._current += 1
        self._turns[self._current].set()


def latency_measures(latencies: list[float]) -> dict[str, float]:
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {"mean": statistics.mean(latencies)} | {
        name: percentile(latencies, share) for name, share in shares.items()
    }
