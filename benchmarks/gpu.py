"""Stable Diffusion 1.x at 512 x 512 on a GPU: speed, memory, time to ready. Runs unattended.

--check: whether a GPU paints what it should, instead of how fast.
"""

from __future__ import annotations

import inference  # noqa: F401  # before torch: it sets how torch's threads wait

# isort: split
import argparse
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import torch

from benchmarks.check_runner import CheckRunner
from benchmarks.report import Report, table, to_json
from benchmarks.sd1 import PEAK_STEPS, make_sd1
from inference.backends.load import load_accelerated
from inference.engine.painter import EnginePainter
from inference.load_options import LoadOptions
from inference.models import schedulers
from inference.models.checkpoint import Checkpoint
from inference.models.conditioning import concatenate
from inference.models.device import choose_device
from inference.models.model import Model, condition, predict
from inference.request import DrawRequest

BATCHES = (1, 2, 4, 8, 16)
MEMORY_ONE, MEMORY_FOUR = 3.5, 6.0  # GB: what people's cards of 6 GB leave
PROMPT, GUIDANCE = "赤いりんご", 7.5
NO_CUDA = (
    "torch sees no CUDA device here, so there is nothing to check: look at nvidia-smi, and at"
    " whether torch was built for CUDA. With --device cpu, what does not need one is checked."
)
_READY = """
import inference, sys
from inference.engine.painter import EnginePainter
from inference.painter import load_painter
load_painter(sys.argv[1], device=sys.argv[2])
"""


def run(
    folder: Path,
    device: torch.device,
    *,
    steps: int,
    batches: tuple[int, ...] = BATCHES,
    compiled: bool = True,
) -> Report:
    """Measure one checkpoint on one device. steps: denoising steps of each timed loop."""
    report = Report("gpu")
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", _READY, str(folder), str(device)], check=True)
    report.add("process start to painter ready", time.perf_counter() - started, "s")
    checkpoint = Checkpoint.find(str(folder))
    model = load_accelerated(checkpoint, device=str(device))
    flops, matrix = _flops(model), _matrix_units(device, model.dtype)
    report.add("matrix units at best", matrix / 1e12, "TFLOP/s")
    report.add("one step of one picture, both rows", 2 * flops / 1e12, "TFLOP")
    for batch in batches:
        report.add(f"roofline, batch {batch}", matrix / (2 * flops * batch), "steps/s")
    for batch in batches:
        report.add(f"plain, batch {batch}", _loop(model, batch, steps), "steps/s")
    _memory(report, model)
    for batch in batches:
        value = _engine(model, batch, steps)
        report.add(f"engine, batch {batch}", value, "steps/s")
    del model
    if compiled:
        _compiled(report, checkpoint, device, batches, steps)
    report.notes.append(
        f"{_device_name(device)};"
        f" guidance {GUIDANCE:g}: two UNet rows a picture; a step is one of the whole batch."
    )
    report.notes.append(
        "Published for an H100 at batch 1: "
        + ", ".join(f"{name} {value:g}" for name, value in PEAK_STEPS.items())
        + " steps/s."
    )
    return report


def check(device: torch.device, *, seconds: float, mame: bool = True) -> Report:
    """Check the painter on a device with small random weights, within so many seconds.

    On a GPU that it computes and keeps to its memory there; on a CPU what does not need a GPU.
    mame: whether to check the embedded model too.
    """
    from benchmarks.gpu_checks import run_paint_checks
    from benchmarks.gpu_families import in_float32, load_for_checks, run_family_checks
    from benchmarks.gpu_memory import run_memory_checks
    from tests.inference.tiny import make_checkpoint

    runner, name = CheckRunner(seconds), str(device)
    with tempfile.TemporaryDirectory() as place:
        tiny = str(make_checkpoint(Path(place) / "tiny"))
        models = {"tiny": tiny, "mame": None} if mame else {"tiny": tiny}
        for title, folder in models.items():
            run_paint_checks(runner, title, folder, name)
            runner.run(f"{title}: in float32", partial(in_float32, folder, name))
        run_family_checks(runner, Path(place), name)
        if device.type == "cuda":
            with load_for_checks(tiny, name) as painter:
                run_memory_checks(runner, painter)
    report = runner.report()
    report.notes.append(_device_name(device))
    return report


def _device_name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else str(device)


def _compiled(
    report: Report,
    checkpoint: Checkpoint,
    device: torch.device,
    batches: tuple[int, ...],
    steps: int,
) -> None:
    started = time.perf_counter()
    model = load_accelerated(checkpoint, device=str(device), options=LoadOptions(compile="torch"))
    painter = EnginePainter(model, slots=max(batches))
    painter.engine.warm_up()
    report.add("compiling, all sizes of batch", time.perf_counter() - started, "s")
    for batch in batches:
        goal = PEAK_STEPS["compiled"] if batch == 1 and device.type == "cuda" else None
        value = _engine(model, batch, steps, painter)
        report.add(f"engine, compiled, batch {batch}", value, "steps/s", at_least=goal)
    painter.close()


@torch.no_grad()
def _loop(model: Model, batch: int, steps: int) -> float:
    """Return steps a second of a plain loop around the UNet, as a pipeline runs them."""
    scheduler = schedulers.create_scheduler(None, model.scheduler_config, steps + 3, model.device)
    side = model.native_size // model.factor
    channels = model.unet.config.in_channels
    latents = torch.randn(batch, channels, side, side, device=model.device)
    both = concatenate([condition(model, ""), condition(model, PROMPT)]).repeat(batch)
    started = 0.0
    for number, at in enumerate(scheduler.timesteps[: steps + 3]):
        if number == 3:  # the first ones choose algorithms
            _wait(model.device)
            started = time.perf_counter()
        rows = scheduler.scale_model_input(latents, at)
        out = predict(model, torch.cat([rows, rows]), at.expand(2 * batch), both)
        without, wanted = out.chunk(2)
        guided = without + GUIDANCE * (wanted - without)
        latents = scheduler.step(guided, at, latents, return_dict=False)[0]
    _wait(model.device)
    return steps / (time.perf_counter() - started)


def _engine(model: Model, batch: int, steps: int, painter: EnginePainter | None = None) -> float:
    """Return steps a second of a batch shared by this many requests."""
    own = painter or EnginePainter(model, slots=batch)
    total = steps + 5
    times: list[list[float]] = [[] for _ in range(batch)]

    def person(number: int) -> None:
        request = DrawRequest(PROMPT, seed=number, steps=total, guidance=GUIDANCE)
        own.paint(request, on_step=lambda *_: times[number].append(time.perf_counter()))

    threads = [threading.Thread(target=person, args=(n,)) for n in range(batch)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if painter is None:
        own.close()
    started = max(ends[0] for ends in times)  # when the last of them had joined
    ended = min(ends[-1] for ends in times)
    during = [sum(started < at <= ended for at in ends) for ends in times]
    return sum(during) / batch / max(1e-9, ended - started)


def _memory(report: Report, model: Model) -> None:
    """Report the peak memory, weights included, while pictures are painted."""
    if model.device.type != "cuda":
        return
    painter = EnginePainter(model)
    for count, goal in ((1, MEMORY_ONE), (4, MEMORY_FOUR)):
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(model.device)
        painter.paint(DrawRequest(PROMPT, count=count, seed=1, steps=4))
        peak = torch.cuda.max_memory_reserved(model.device) / 1e9
        report.add(f"peak memory, {count} of 512 x 512", peak, "GB", at_most=goal)
    painter.close()


@torch.no_grad()
def _flops(model: Model) -> float:
    """Return the floating-point operations of one UNet row."""
    from torch.utils.flop_counter import FlopCounterMode

    side = model.native_size // model.factor
    rows = torch.zeros(1, model.unet.config.in_channels, side, side, device=model.device)
    with FlopCounterMode(display=False) as counter:
        predict(model, rows, torch.ones(1, device=model.device), condition(model, ""))
    return float(counter.get_total_flops())


def _matrix_units(device: torch.device, dtype: torch.dtype) -> float:
    """Return the operations a second of a large matrix product, the best of five runs."""
    size = 8192 if device.type == "cuda" else 512
    one, other = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    best = 0.0
    for _ in range(6):
        _wait(device)
        started = time.perf_counter()
        for _ in range(10):
            one @ other
        _wait(device)
        best = max(best, 10 * 2 * size**3 / (time.perf_counter() - started))
    return best


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table, write the JSON. Returns 1 if a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    add: Any = parser.add_argument
    add("--json", type=Path, help="file for the figures")
    add("--device", help="cuda, cuda:1, cpu (default: best)")
    add("--steps", type=int, default=50, help="of each timed loop")
    add("--batches", type=int, nargs="+", default=list(BATCHES))
    add("--model", type=Path, help="an existing checkpoint instead of random weights")
    add("--tiny", action="store_true", help="a small model, to try the script")
    add("--no-compile", action="store_true")
    add("--check", action="store_true", help="check what is painted, instead of measuring")
    add("--seconds", type=float, default=300.0, help="for the checks, at most")
    options = parser.parse_args(arguments)
    if options.check and not options.device and not torch.cuda.is_available():
        print(NO_CUDA, file=sys.stderr)
        return 2
    device = choose_device(options.device)
    if options.check:
        report = check(device, seconds=options.seconds, mame=not options.tiny)
        return _finish(report, options.json, arguments)
    with tempfile.TemporaryDirectory() as place:
        if options.tiny:
            from tests.inference.tiny import make_checkpoint

            folder = make_checkpoint(Path(place) / "tiny")
        else:
            folder = options.model or make_sd1(Path(place) / "sd1")
        report = run(
            folder,
            device,
            steps=options.steps,
            batches=tuple(options.batches),
            compiled=not options.no_compile,
        )
    return _finish(report, options.json, arguments)


def _finish(report: Report, file: Path | None, arguments: list[str] | None) -> int:
    """Print the table and write the JSON. Returns 1 if a target was missed."""
    print(table(report))
    if file:
        command = "python -m benchmarks.gpu " + " ".join(arguments or sys.argv[1:])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(to_json([report], command), encoding="utf-8")
    return int(any(figure.met is False for figure in report.figures))


if __name__ == "__main__":
    raise SystemExit(main())
