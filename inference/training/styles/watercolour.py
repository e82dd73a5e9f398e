"""水彩: thin paint on white paper."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image, ImageFilter

from inference.training.grounds import Rgb
from inference.training.styles.shapes import uneven


def wash(picture: Rgb, rng: random.Random) -> Rgb:
    """Paler, soft at the edges, and washed unevenly as wet paper does."""
    size = picture.shape[0]
    water = uneven(rng.getrandbits(32), size, (6, 6))
    edges = Image.fromarray(picture.clip(0, 255).astype(np.uint8))
    edges = edges.filter(ImageFilter.GaussianBlur(size / 110))
    thickness = (0.38 + 0.3 * water[..., None]).astype(np.float32)
    pale: Rgb = 255 - (255 - np.asarray(edges, np.float32)) * thickness
    return pale
