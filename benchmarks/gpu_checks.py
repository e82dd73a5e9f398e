"""Checks of the CUDA path: what is painted there, alone, together and as a CPU paints it."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.check_runner import CheckRunner, require
from benchmarks.gpu_families import (
    NEAR,
    beside_diffusers,
    load_for_checks,
    mean_difference,
    pixels_of,
)
from inference.errors import PaintError, Stopped
from inference.models.schedulers import SCHEDULERS
from inference.painter import Painter
from inference.request import DrawRequest, Picture

NEAR_CPU = 12.0  # a CPU computes in another precision
Check = Callable[[], object]


def run_paint_checks(runner: CheckRunner, name: str, folder: str | None, device: str) -> None:
    """Check one model. folder: a checkpoint; None: mame."""
    loaded: list[Painter] = []

    def load() -> str:
        painter = load_for_checks(folder, device)
        loaded.append(painter)
        if device.startswith("cuda"):
            require(painter.info.dtype == "float16", f"it computes in {painter.info.dtype}")
        return painter.info.numerics

    if not runner.run(f"{name}: load", load):
        return
    painter = loaded[0]
    for scheduler in SCHEDULERS:
        runner.run(f"{name}: twice by {scheduler}", _twice(painter, scheduler))
    for title, check in (
        ("four at once as each alone", _four),
        ("eight requests together as each alone", _together),
        ("from a picture", _from_picture),
        ("a part repainted", _repainted),
        ("cancelled at a step", _cancelled),
        ("too late", _too_late),
    ):
        runner.run(f"{name}: {title}", partial(check, painter))
    runner.run(f"{name}: as on the CPU", lambda: _as_on_cpu(painter, folder))
    for scheduler in ("ddim", "euler", "dpmpp_2m"):
        beside = partial(beside_diffusers, painter, folder, scheduler, device)
        runner.run(f"{name}: as diffusers' pipeline by {scheduler}", beside)
    runner.run(f"{name}: closes", painter.close)


def _twice(painter: Painter, scheduler: str) -> Check:
    def check() -> str:
        request = DrawRequest("赤いりんご", seed=7, steps=6, scheduler=scheduler)
        first, second = (painter.paint(request)[0] for _ in range(2))
        spread, apart = float(pixels_of(first).std()), mean_difference(first, second)
        require(spread > 0.5, "the picture has one colour")
        require(apart < NEAR, f"the second is {apart:.2f} of 255 apart")
        return f"spread {spread:.1f}, apart {apart:.3f}"

    return check


def _four(painter: Painter) -> str:
    together = painter.paint(DrawRequest("猫", count=4, seed=100, steps=6))
    require([each.seed for each in together] == [100, 101, 102, 103], "other seeds came back")
    apart = [
        mean_difference(picture, painter.paint(DrawRequest("猫", seed=picture.seed, steps=6))[0])
        for picture in together
    ]
    require(max(apart) < NEAR, f"apart {apart}")
    return f"apart {max(apart):.3f} at most"


def _together(painter: Painter) -> str:
    side = painter.info.native_size
    prompts = ("猫", "犬", "赤い車", "富士山", "桜", "青い背景の犬", "月", "魚")
    requests = [
        DrawRequest(prompt, seed=n, steps=6 + n % 3, count=1 + n % 2, width=side, height=side)
        for n, prompt in enumerate(prompts)
    ]
    alone = [painter.paint(request) for request in requests]
    calls = painter.status().unet_calls
    shared = paint_at_once(painter, requests)
    calls = painter.status().unet_calls - calls
    apart = max(
        mean_difference(one, other)
        for ones, others in zip(alone, shared, strict=True)
        for one, other in zip(ones, others, strict=True)
    )
    require(apart < NEAR, f"apart {apart:.2f}")
    return f"{calls} calls for {sum(request.steps or 0 for request in requests)} steps"


def paint_at_once(painter: Painter, requests: list[DrawRequest]) -> list[list[Picture]]:
    """Paint requests in as many threads. Raises CheckFailed if one of them is not painted."""
    painted: dict[int, list[Picture]] = {}

    def person(number: int) -> None:
        painted[number] = painter.paint(requests[number], timeout=30)

    threads = [
        threading.Thread(target=person, args=(n,), daemon=True) for n in range(len(requests))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(35)
    require(len(painted) == len(requests), f"only {sorted(painted)} were painted")
    return [painted[number] for number in range(len(requests))]


def _from_picture(painter: Painter) -> str:
    side = painter.info.native_size
    image = Image.new("RGB", (side, side), "white")
    ImageDraw.Draw(image).ellipse((side // 4, side // 4, 3 * side // 4, 3 * side // 4), fill="red")
    spreads = []
    for strength in (0.0, 0.3, 0.75, 1.0):
        request = DrawRequest("猫", seed=3, steps=6, image=_png(image), strength=strength)
        spreads.append(round(float(pixels_of(painter.paint(request)[0]).std()), 1))
    require(min(spreads) > 0.5, f"a picture of one colour: {spreads}")
    return f"spreads {spreads}"


def _repainted(painter: Painter) -> str:
    side = painter.info.native_size
    noise = np.random.default_rng(1).integers(0, 255, (side, side, 3)).astype(np.uint8)
    image, mask = Image.fromarray(noise), Image.new("L", (side, side), 0)
    mask.paste(255, (0, 0, side // 2, side))
    request = DrawRequest("猫", seed=3, steps=6, image=_png(image), mask=_png(mask))
    painted = pixels_of(painter.paint(request)[0])
    height, width = painted.shape[:2]
    source = image.resize((width, height), Image.Resampling.LANCZOS)
    apart = np.abs(painted - np.asarray(source).astype(np.int16))
    kept, repainted = apart[:, width // 2 + 4 :].max(), apart[:, : width // 2 - 4].mean()
    require(kept <= 1, f"what was to stay differs by {kept}")
    require(repainted > 1, "nothing was repainted")
    return f"repainted part {repainted:.1f} apart"


def _cancelled(painter: Painter) -> str:
    seen: list[int] = []
    try:
        painter.paint(
            DrawRequest("猫", seed=1, steps=200),
            on_step=lambda done, _: seen.append(done),
            should_stop=lambda: len(seen) >= 3,
        )
    except Stopped:
        painter.paint(DrawRequest("猫", seed=1, steps=2))
        return f"after {len(seen)} steps, and the next was painted"
    require(False, "it painted on")
    return ""


def _too_late(painter: Painter) -> str:
    try:
        painter.paint(DrawRequest("猫", seed=1, steps=500), timeout=0.05)
    except PaintError as error:
        require(error.code == "too_late", f"the code is {error.code}")
        return error.code
    require(False, "it was painted all the same")
    return ""


def _as_on_cpu(painter: Painter, folder: str | None) -> str:
    request = DrawRequest("赤いりんご", seed=5, count=2, steps=6)
    with load_for_checks(folder, "cpu") as other:
        apart = [
            mean_difference(one, two)
            for one, two in zip(painter.paint(request), other.paint(request), strict=True)
        ]
        require(max(apart) < NEAR_CPU, f"apart {apart} from {other.info.numerics}")
    return f"apart {max(apart):.2f} at most"


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
