"""Shapes that a model of squares was not trained on."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.images.extend import extend
from inference.models.checkpoint import EMBEDDED
from inference.request import DrawRequest
from tests.inference.conftest import load_fp32

pytestmark = pytest.mark.slow

WISH = DrawRequest("赤いりんご", seed=7, steps=2)


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((512, 288), (192, 341)),
        ((288, 512), (341, 192)),
        ((64, 64), (192, 192)),
        ((3, 1), (192, 576)),
    ],
)
def test_the_picture_stands_untouched_in_the_middle(
    size: tuple[int, int], shape: tuple[int, int]
) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (192, 192, 3), np.uint8)
    canvas = extend(pixels, size)
    assert canvas.shape == (*shape, 3)
    top, left = ((long - 192) // 2 for long in shape)
    assert (canvas[top : top + 192, left : left + 192] == pixels).all()


def test_grounds_go_on() -> None:
    """Sky above and sea below: beside them are sky and sea; above all is sky, below all sea."""
    sky, sea = (200, 230, 250), (20, 60, 200)
    pixels = np.empty((192, 192, 3), np.uint8)
    pixels[:120], pixels[120:] = sky, sea
    wide, tall = extend(pixels, (2, 1)), extend(pixels, (1, 2))
    assert (wide[:110] == sky).all()
    assert (wide[130:] == sea).all()
    assert (tall[:96] == sky).all()
    assert (tall[-96:] == sea).all()


def test_a_model_of_squares_paints_squares_and_delivers_what_was_asked(
    checkpoint: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "square"
    shutil.copytree(checkpoint, folder)
    (folder / "mame.json").write_text(json.dumps({"native_size": 64, "square": True}))
    painter = load_fp32(folder)
    square = painter.paint(replace(WISH, width=512, height=512))[0]
    wide = painter.paint(replace(WISH, width=512, height=256))[0]
    assert (wide.width, wide.height) == (512, 256)
    middle = Image.open(BytesIO(wide.data)).crop((128, 0, 384, 256)).resize((512, 512))
    there = np.asarray(Image.open(BytesIO(square.data)), np.float32)
    off = np.abs(np.asarray(middle, np.float32) - there)[64:-64, 64:-64]
    assert off.mean() < 8, "the same square, half as large"

    # What starts from a picture keeps the picture's shape.
    file = BytesIO()
    Image.linear_gradient("L").resize((256, 128)).convert("RGB").save(file, "PNG")
    redone = painter.paint(replace(WISH, image=file.getvalue(), strength=0.2))[0]
    assert redone.width > 1.5 * redone.height
    columns = np.asarray(Image.open(BytesIO(redone.data)), np.float32).mean(axis=(1, 2))
    assert columns.std() > 1, "not the edge of a square, gone on"
    painter.close()


def test_mame_is_such_a_model() -> None:
    assert json.loads((EMBEDDED / "mame.json").read_text("utf-8"))["square"] is True


def test_a_checkpoint_says_how_large_it_is_delivered(checkpoint: Path, tmp_path: Path) -> None:
    own = {"native_size": 64, "min_output_side": 300}
    pictures = []
    for name, more in (("plain", {}), ("sharp", {"sharpen": True})):
        folder = tmp_path / name
        shutil.copytree(checkpoint, folder)
        (folder / "mame.json").write_text(json.dumps(own | more))
        painter = load_fp32(folder)
        made = painter.paint(WISH)[0]
        assert (made.width, made.height) == (320, 320), "by a whole factor"
        pictures.append(np.asarray(Image.open(BytesIO(made.data)), np.int16))
        wide = painter.paint(replace(WISH, width=128, height=64))[0]
        assert (wide.width, wide.height) == (640, 320)
        painter.close()
    plain, sharp = (np.abs(np.diff(picture, axis=1)).mean() for picture in pictures)
    assert sharp > 1.1 * plain
