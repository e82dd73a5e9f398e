"""What letters over a picture cost, beside encoding the picture, which is done anyway."""

from __future__ import annotations

import time

import numpy as np
from PIL import Image, ImageFilter

from benchmarks.report import Report
from bot.composition.letters import set_letters
from bot.prompt.options.letters import Letters
from inference.images.encode import encode_image

AT_MOST = 60.0  # milliseconds for a picture of 1024 x 1024
SIDE = 1024
ROUNDS = 9
TEXTS = {
    "across": Letters("お誕生日おめでとう！いつもありがとう"),
    "down": Letters("今年もよろしくお願いいたします", vertical=True),
}


def run(*, rounds: int = ROUNDS) -> Report:
    """Set letters over a picture, by turns with encoding it; all in processor time."""
    report = Report("letters")
    picture = _picture()
    encoding: list[float] = []
    setting: dict[str, list[float]] = {name: [] for name in TEXTS}
    for letters in TEXTS.values():  # fonts and phrases are loaded once a process
        set_letters(picture, letters)
    for _ in range(rounds):
        started = time.process_time()
        encode_image(picture, seed=7, model="a model")
        encoding.append((time.process_time() - started) * 1000)
        for name, letters in TEXTS.items():
            started = time.process_time()
            set_letters(picture, letters)
            setting[name].append((time.process_time() - started) * 1000)
    report.add(f"encoding a picture of {SIDE} x {SIDE}", encoding, "ms")
    for name, values in setting.items():
        report.add(f"letters {name}", values, "ms", at_most=AT_MOST)
        shares = [one / other for one, other in zip(values, encoding, strict=True)]
        report.add(f"letters {name}, of encoding", shares, "times")
    report.raw["milliseconds"] = {"encoding": encoding, **setting}
    return report


def _picture() -> Image.Image:
    """Return a picture with as much in it as a painted one has."""
    noise = np.random.default_rng(7).integers(0, 255, (64, 64, 3), np.uint8)
    large = Image.fromarray(noise).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return large.filter(ImageFilter.GaussianBlur(3))
