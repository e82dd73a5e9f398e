"""Random arrivals at a small SDXL: the engine's shared batch, and diffusers' pipeline in turns."""

from __future__ import annotations

import inference  # noqa: F401  # before torch: it sets how torch's threads wait

# isort: split
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmarks.arrivals import KEEPING_UP, PROMPTS, arrival_times, latency_measures, serve
from benchmarks.report import Report
from inference.engine.painter import EnginePainter
from inference.images.encode import encode_picture
from inference.models.checkpoint import Checkpoint
from inference.painter import Painter
from inference.pipelines.painter import PipelinePainter
from inference.request import DrawRequest

SHARES = (0.5, 1.1)
ROUNDS, MAX_REQUESTS, STEPS = 3, 60, 20
SECONDS = 170.0  # for the arrivals, about
P95_AT_MOST, PICTURES_AT_LEAST, OVERHEAD = 0.6, 1.2, 3.0
ALONE = 15  # pictures painted alone by each, by turns
_SHAPE: dict[str, Any] = {"sample_size": 16, "block_out_channels": (32, 64)}


def run(
    *,
    rounds: int = ROUNDS,
    seconds: float = SECONDS,
    steps: int = STEPS,
    alone: int = ALONE,
) -> Report:
    """Measure both at half of what one after the other can paint, and at 1.1 of it, by turns.

    seconds: how long the arrivals may take in all, about; the number of requests follows from it.
    """
    from tests.inference.pipelines.families import make_sdxl

    report = Report("sdxl_arrivals")
    with tempfile.TemporaryDirectory() as place:
        checkpoint = Checkpoint.find(str(make_sdxl(Path(place), japanese=True, **_SHAPE)))
        ours = EnginePainter.load(checkpoint, device="cpu")
        theirs = PipelinePainter.load(checkpoint, device="cpu")
    _paint(ours, steps)
    _paint(theirs, steps)
    capacity = 1 / statistics.median(
        _seconds(lambda: _paint(theirs, steps)) for _ in range(max(1, alone // 2))
    )
    report.add("capacity of the pipeline, one after the other", capacity, "pictures/s")
    _one_alone(report, ours, theirs, steps, alone)
    lasting = 2 * sum(1 / share for share in SHARES)  # of a round, in pictures one after the other
    requests = max(3, min(MAX_REQUESTS, int(seconds * capacity / (lasting * rounds))))
    painters: dict[str, Painter] = {"engine": ours, "pipeline": theirs}
    for share in SHARES:
        rate = share * capacity
        arrivals = [arrival_times(rate, requests, number) for number in range(rounds)]
        _compare(report, painters, share, arrivals, steps=steps)
    ours.close()
    theirs.close()
    report.notes.append(
        f"small SDXL with random weights, {ours.info.native_size} px, {steps} steps, guidance"
        f" {ours.info.default_guidance:g}, {rounds} rounds of {requests} requests;"
        f" {ours.info.numerics}."
    )
    return report


def _compare(
    report: Report,
    painters: dict[str, Painter],
    share: float,
    rounds: list[list[float]],
    *,
    steps: int,
) -> None:
    """Serve the same arrivals with both painters by turns, and report both and their ratios."""
    latencies: dict[str, list[float]] = {name: [] for name in painters}
    lasted = dict.fromkeys(painters, 0.0)
    for arrivals in rounds:
        for name, painter in painters.items():
            took, seconds = serve(painter, arrivals, steps, None)
            latencies[name] += took
            lasted[name] += seconds
    measured = {}
    for name, took in latencies.items():
        report.raw[f"{share:g} {name}"] = took
        measured[name] = latency_measures(took) | {"pictures/s": len(took) / lasted[name]}
        for measure, value in measured[name].items():
            report.add(f"{share:g} {name}, {measure}", value, "" if "/" in measure else "s")
    full = share > 1
    for measure, value in measured["engine"].items():
        ratio = value / measured["pipeline"][measure]
        if measure == "pictures/s":
            least = PICTURES_AT_LEAST if full else KEEPING_UP
            report.add(f"{share:g} engine / pipeline, {measure}", ratio, "", at_least=least)
        else:
            most = P95_AT_MOST if full and measure == "p95" else 1.0
            report.add(f"{share:g} engine / pipeline, {measure}", ratio, "", at_most=most)


def _one_alone(
    report: Report, ours: EnginePainter, theirs: PipelinePainter, steps: int, times: int
) -> None:
    """Report how much longer one request alone takes than diffusers' pipeline called directly."""
    pairs = [
        (_seconds(lambda: _paint(ours, steps)), _seconds(lambda: _call_pipeline(theirs, steps)))
        for _ in range(times + 1)
    ][1:]
    report.add("one alone, engine", [own * 1000 for own, _ in pairs], "ms")
    report.add("one alone, diffusers' pipeline", [other * 1000 for _, other in pairs], "ms")
    percent = [(own / other - 1) * 100 for own, other in pairs]
    report.add("one alone, engine beyond the pipeline", percent, "%", at_most=OVERHEAD)
    report.raw["alone_s"] = pairs


def _paint(painter: Painter, steps: int) -> None:
    painter.paint(DrawRequest(PROMPTS[0], seed=1, steps=steps))


def _call_pipeline(painter: PipelinePainter, steps: int) -> None:
    info = painter.info
    [picture] = painter.pipe(
        prompt=PROMPTS[0],
        num_inference_steps=steps,
        guidance_scale=info.default_guidance,
        width=info.native_size,
        height=info.native_size,
        generator=torch.Generator().manual_seed(1),
        output_type="np",
    ).images
    pixels = (picture * 255).round().astype("uint8")
    side = info.native_size * max(1, -(-256 // info.native_size))
    encode_picture(pixels, size=(side, side), seed=1, model=info.name)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    """Measure for a moment only, and print: to see that it works."""
    from benchmarks.report import table

    print(table(run(rounds=1, seconds=5.0, steps=3, alone=2)))


if __name__ == "__main__":
    main()
