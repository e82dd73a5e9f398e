"""Stable Diffusion 1.x's size at 512 x 512 on a GPU: speed, memory, time to ready. Unattended.

    .venv/bin/python -m benchmarks.gpu --json var/gpu.json

Weights are random and made on the spot: nothing is downloaded. With --tiny it runs on a small
model, on any machine, to see that it works; such figures mean nothing.
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
from pathlib import Path
from typing import Any

import torch

from benchmarks.report import Report, table, to_json
from benchmarks.sd1 import PEAK_STEPS, make_sd1
from inference import schedulers
from inference.checkpoint import Checkpoint
from inference.model import Model, choose_device, encode, load_model, predict
from inference.options import LoadOptions
from inference.painter import Painter
from inference.request import DrawRequest

BATCHES = (1, 2, 4, 8, 16)
MEMORY_ONE, MEMORY_FOUR = 3.5, 6.0  # GB: what people's cards of 6 GB leave
PROMPT, GUIDANCE = "赤いりんご", 7.5
_READY = """
import inference, sys
from inference.painter import Painter
Painter.load(sys.argv[1], device=sys.argv[2])
"""


def run(
    folder: Path,
    device: torch.device,
    *,
    steps: int,
    batches: tuple[int, ...] = BATCHES,
    compiled: bool = True,
) -> Report:
    """All figures of one checkpoint on one device; steps: of each timed loop."""
    report = Report("gpu")
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", _READY, str(folder), str(device)], check=True)
    report.add("process start to painter ready", time.perf_counter() - begun, "s")
    checkpoint = Checkpoint.find(str(folder))
    model = load_model(checkpoint, device=str(device))
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
        f"{torch.cuda.get_device_name(device) if device.type == 'cuda' else device};"
        f" guidance {GUIDANCE:g}: two UNet rows a picture; a step is one of the whole batch."
    )
    report.notes.append(
        "Published for an H100 at batch 1: "
        + ", ".join(f"{name} {value:g}" for name, value in PEAK_STEPS.items())
        + " steps/s."
    )
    return report


def _compiled(
    report: Report,
    checkpoint: Checkpoint,
    device: torch.device,
    batches: tuple[int, ...],
    steps: int,
) -> None:
    begun = time.perf_counter()
    model = load_model(checkpoint, device=str(device), options=LoadOptions(compile="torch"))
    painter = Painter(model, slots=max(batches))
    painter.engine.warm_up()
    report.add("compiling, all sizes of batch", time.perf_counter() - begun, "s")
    for batch in batches:
        goal = PEAK_STEPS["compiled"] if batch == 1 and device.type == "cuda" else None
        value = _engine(model, batch, steps, painter)
        report.add(f"engine, compiled, batch {batch}", value, "steps/s", at_least=goal)
    painter.close()


@torch.no_grad()
def _loop(model: Model, batch: int, steps: int) -> float:
    """Steps a second of a plain loop around the UNet, as a pipeline takes them."""
    scheduler = schedulers.make(None, model.scheduler_config, steps + 3, model.device)
    side = model.native_size // model.factor
    channels = model.unet.config.in_channels
    latents = torch.randn(batch, channels, side, side, device=model.device)
    both = torch.stack([encode(model, ""), encode(model, PROMPT)]).repeat_interleave(batch, 0)
    begun = 0.0
    for number, at in enumerate(scheduler.timesteps[: steps + 3]):
        if number == 3:  # the first ones choose algorithms
            _wait(model.device)
            begun = time.perf_counter()
        rows = scheduler.scale_model_input(latents, at)
        out = predict(model, torch.cat([rows, rows]), at.expand(2 * batch), both)
        without, wanted = out.chunk(2)
        guided = without + GUIDANCE * (wanted - without)
        latents = scheduler.step(guided, at, latents, return_dict=False)[0]
    _wait(model.device)
    return steps / (time.perf_counter() - begun)


def _engine(model: Model, batch: int, steps: int, painter: Painter | None = None) -> float:
    """Steps a second, of the whole batch, of so many requests that share it."""
    own = painter or Painter(model, slots=batch)
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
    begun = max(it[0] for it in times)  # when the last of them had joined
    ended = min(it[-1] for it in times)
    during = [sum(begun < at <= ended for at in it) for it in times]
    return sum(during) / batch / max(1e-9, ended - begun)


def _memory(report: Report, model: Model) -> None:
    """The most that is allocated at a time, weights and all, while pictures are painted."""
    if model.device.type != "cuda":
        return
    painter = Painter(model)
    for count, goal in ((1, MEMORY_ONE), (4, MEMORY_FOUR)):
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(model.device)
        painter.paint(DrawRequest(PROMPT, count=count, seed=1, steps=4))
        peak = torch.cuda.max_memory_reserved(model.device) / 1e9
        report.add(f"peak memory, {count} of 512 x 512", peak, "GB", at_most=goal)
    painter.close()


@torch.no_grad()
def _flops(model: Model) -> float:
    """Floating-point operations of one UNet row."""
    from torch.utils.flop_counter import FlopCounterMode

    side = model.native_size // model.factor
    rows = torch.zeros(1, model.unet.config.in_channels, side, side, device=model.device)
    with FlopCounterMode(display=False) as counter:
        predict(model, rows, torch.ones(1, device=model.device), encode(model, "")[None])
    return float(counter.get_total_flops())


def _matrix_units(device: torch.device, dtype: torch.dtype) -> float:
    """The most operations a second that a large product of matrices reaches, of five tries."""
    size = 8192 if device.type == "cuda" else 512
    one, other = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    best = 0.0
    for _ in range(6):
        _wait(device)
        begun = time.perf_counter()
        for _ in range(10):
            one @ other
        _wait(device)
        best = max(best, 10 * 2 * size**3 / (time.perf_counter() - begun))
    return best


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table, write the JSON. 1 when a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    add: Any = parser.add_argument
    add("--json", type=Path, help="file for the figures")
    add("--device", help="cuda, cuda:1, cpu (default: best)")
    add("--steps", type=int, default=50, help="of each timed loop")
    add("--batches", type=int, nargs="+", default=list(BATCHES))
    add("--model", type=Path, help="an existing checkpoint instead of random weights")
    add("--tiny", action="store_true", help="a small model, to try the script")
    add("--no-compile", action="store_true")
    options = parser.parse_args(arguments)
    device = choose_device(options.device)
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
    print(table(report))
    if options.json:
        command = "python -m benchmarks.gpu " + " ".join(arguments or sys.argv[1:])
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(to_json([report], command), encoding="utf-8")
    return int(any(it.met is False for it in report.figures))


if __name__ == "__main__":
    raise SystemExit(main())
