"""People who come when they like: latency and throughput, sharing a batch or one after the other.

Requests arrive by a Poisson process at 0.5, 0.8 and 1.1 of what one after the other can do. Both
ways get the very same arrivals and requests. "One after the other" is the same engine behind a
queue of one, as a worker with one slot would be; broker and network are left out of both.
"""

from __future__ import annotations

import random
import statistics
import threading
import time

from benchmarks.report import Report, percentile
from inference.options import LoadOptions
from inference.painter import Painter
from inference.pipelines import PipelinePainter
from inference.request import DrawRequest

SHARES = (0.5, 0.8, 1.1)
ROUNDS, REQUESTS = 4, 60
KEEPING_UP = 0.98  # below capacity both paint as fast as people come; what differs is the last one
_PROMPTS = ("赤いりんご", "青い電車", "夜の富士山", "白い猫", "桜")


def run(
    *,
    rounds: int = ROUNDS,
    requests: int = REQUESTS,
    steps: int | None = None,
    model: str | None = None,
) -> Report:
    """At each share of capacity, the engine and the queue of one by turns."""
    report = Report("arrivals")
    painter = Painter.load(model, options=LoadOptions(compile="auto"))  # as a worker does
    steps = steps or painter.info.default_steps
    capacity = 1 / statistics.median(_alone(painter, steps) for _ in range(5))
    report.add("capacity, one after the other", capacity, "pictures/s")
    for share in SHARES:
        latencies: dict[str, list[float]] = {"engine": [], "one by one": []}
        seconds = dict.fromkeys(latencies, 0.0)
        for number in range(rounds):  # by turns: a machine is not equally fast all the time
            arrivals = _arrivals(share * capacity, requests, number)
            for name in latencies:
                turn = threading.Lock() if name == "one by one" else None
                took, lasted = _serve(painter, arrivals, steps, turn)
                latencies[name] += took
                seconds[name] += lasted
        found = {}
        for name, all_took in latencies.items():
            found[name] = _measures(all_took) | {"pictures/s": len(all_took) / seconds[name]}
            report.raw[f"{share} {name}"] = all_took
            for measure, value in found[name].items():
                unit = "" if measure == "pictures/s" else "s"
                report.add(f"{share:g} {name}, {measure}", value, unit)
        for measure, ours in found["engine"].items():
            theirs = found["one by one"][measure]
            paced = measure == "pictures/s"
            ratio = ours / theirs if paced else theirs / ours
            least = KEEPING_UP if paced and share < 1 else 1.0
            report.add(f"{share:g} ratio, {measure}", ratio, "", at_least=least)
    painter.close()
    return report


def _alone(painter: Painter | PipelinePainter, steps: int) -> float:
    begun = time.perf_counter()
    painter.paint(DrawRequest(_PROMPTS[0], steps=steps, seed=0))
    return time.perf_counter() - begun


def _arrivals(rate: float, requests: int, number: int) -> list[float]:
    """Seconds after the start; always the same for the same rate and round."""
    dice = random.Random(7 + number)
    at, found = 0.0, []
    for _ in range(requests):
        at += dice.expovariate(rate)
        found.append(at)
    return found


def _serve(
    painter: Painter | PipelinePainter,
    arrivals: list[float],
    steps: int,
    turn: threading.Lock | None,
) -> tuple[list[float], float]:
    """The latency of each request, and the seconds until the last was painted."""
    latencies = [0.0] * len(arrivals)
    begun = time.perf_counter()
    queue = _Fifo(len(arrivals)) if turn else None

    def person(number: int) -> None:
        time.sleep(max(0.0, begun + arrivals[number] - time.perf_counter()))
        request = DrawRequest(_PROMPTS[number % len(_PROMPTS)], seed=number, steps=steps)
        if queue:
            queue.wait(number)
        try:
            painter.paint(request)
        finally:
            if queue:
                queue.next()
        latencies[number] = time.perf_counter() - begun - arrivals[number]

    threads = [threading.Thread(target=person, args=(n,)) for n in range(len(arrivals))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return latencies, time.perf_counter() - begun


class _Fifo:
    """First come, first served; a lock would let threads pass each other."""

    def __init__(self, count: int) -> None:
        self._turns = [threading.Event() for _ in range(count + 1)]
        self._current = 0
        self._turns[0].set()

    def wait(self, number: int) -> None:
        self._turns[number].wait()

    def next(self) -> None:
        self._current += 1
        self._turns[self._current].set()


def _measures(latencies: list[float]) -> dict[str, float]:
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {"mean": statistics.mean(latencies)} | {
        name: percentile(latencies, share) for name, share in shares.items()
    }
