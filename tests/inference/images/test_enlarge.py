"""What a small model paints, made larger."""

from __future__ import annotations

import numpy as np
from PIL import Image

from inference.images.enlarge import enlarge


def steepest(pixels: np.ndarray) -> int:
    return int(np.abs(np.diff(pixels[len(pixels) // 2, :, 0].astype(np.int16))).max())


def test_edges_are_steeper_than_by_lanczos_alone() -> None:
    edge = np.full((24, 24, 3), 40, np.uint8)
    edge[:, 11], edge[:, 12:] = 125, 210  # as soft as a small model leaves them
    plain = np.asarray(Image.fromarray(edge).resize((72, 48), Image.Resampling.LANCZOS))
    sharp = enlarge(edge, (72, 48))
    assert sharp.shape == (48, 72, 3)
    assert sharp.dtype == np.uint8
    assert steepest(sharp) > 1.2 * steepest(plain)


def test_plain_grounds_and_pictures_of_that_size_are_left_alone() -> None:
    ground = np.full((8, 8, 3), 133, np.uint8)
    assert (enlarge(ground, (24, 24)) == 133).all()
    noise = np.random.default_rng(1).integers(0, 255, (8, 8, 3), np.uint8)
    assert enlarge(noise, (8, 8)) is noise
    assert enlarge(noise, (4, 8)) is noise
