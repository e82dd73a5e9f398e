"""The safety checker's verdicts, on a real (tiny) checker whose concepts the tests set."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from inference.engine.painter import EnginePainter
from inference.errors import Unsafe
from inference.images.encode import BLUR_PATCHES
from inference.models.safety_checker import BORDERLINE, SafetyChecker, Verdict
from inference.request import DrawRequest
from tests.inference.conftest import load_fp32

pytestmark = pytest.mark.slow
REQUEST = DrawRequest("赤いりんご", seed=7, steps=2)


@pytest.fixture
def painter(old_checkpoint: Path) -> EnginePainter:
    return load_fp32(old_checkpoint)


@pytest.fixture
def checker(painter: EnginePainter) -> SafetyChecker:
    assert painter.model.safety_checker
    return painter.model.safety_checker


def picture(seed: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)


def show(
    checker: SafetyChecker, pixels: NDArray[np.uint8], by: float, *, care: bool = False
) -> None:
    """Make the picture one of a concept, over its threshold `by` so much."""
    own = checker._checker
    with torch.no_grad():
        seen = own.visual_projection(own.vision_model(checker.preprocess(pixels)[None])[1])[0]
        own.concept_embeds[0] = seen
        own.concept_embeds_weights[0] = 1.0 - by
        if care:
            own.special_care_embeds[1] = seen
            own.special_care_embeds_weights[1] = 0.99


@pytest.mark.parametrize(
    ("by", "care", "verdict"),
    [
        (-0.2, False, Verdict.SAFE),
        (-0.002, False, Verdict.SAFE),
        (0.004, False, Verdict.BORDERLINE),
        (BORDERLINE, False, Verdict.BORDERLINE),
        (0.02, False, Verdict.UNSAFE),
        (0.5, False, Verdict.UNSAFE),
        (0.004, True, Verdict.UNSAFE),  # never borderline where special care is taken
        (-0.005, True, Verdict.UNSAFE),  # over only because of the care
        (-0.02, True, Verdict.SAFE),
    ],
)
def test_by_how_much(checker: SafetyChecker, by: float, care: bool, verdict: Verdict) -> None:
    pixels = picture(1)
    show(checker, pixels, by, care=care)
    assert checker.classify([pixels]) == [verdict]
    assert checker.flags([pixels]) == [verdict is not Verdict.SAFE]


@pytest.mark.parametrize("care", [False, True])
def test_flags_are_those_of_the_library(checker: SafetyChecker, care: bool) -> None:
    pictures = [picture(seed) for seed in range(6)]
    for by in (-0.03, -0.008, 0.0, 0.001, 0.009, 0.03):
        show(checker, pictures[2], by, care=care)
        pixels = torch.stack([checker.preprocess(each) for each in pictures])
        _, theirs = checker._checker(pixels, np.zeros((len(pictures), 1, 1, 3)))
        assert checker.flags(pictures) == [bool(their) for their in theirs]


def test_a_borderline_picture_is_kept_back_unless_a_blur_is_wished(
    painter: EnginePainter, checker: SafetyChecker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checker, "classify", lambda pictures: [Verdict.BORDERLINE] * len(pictures))
    with pytest.raises(Unsafe):
        painter.paint(REQUEST)
    painter.blur_borderline = True
    (blurred,) = painter.paint(REQUEST)
    assert (blurred.flagged, blurred.blurred) == (True, True)
    for data in (blurred.data, blurred.preview):
        with Image.open(BytesIO(data)) as image:
            assert max(image.size) >= 64
            # Nothing finer than the patches: shrinking to them and back changes next to nothing.
            few = image.convert("RGB").resize((BLUR_PATCHES * 2,) * 2, Image.Resampling.BOX)
            back = few.resize(image.size, Image.Resampling.BICUBIC)
            apart = np.abs(np.asarray(back, float) - np.asarray(image.convert("RGB"), float))
            assert apart.mean() < 6


def test_what_is_clearly_over_the_line_is_never_blurred(
    painter: EnginePainter, checker: SafetyChecker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checker, "classify", lambda pictures: [Verdict.UNSAFE] * len(pictures))
    painter.blur_borderline = True
    with pytest.raises(Unsafe):
        painter.paint(REQUEST)
