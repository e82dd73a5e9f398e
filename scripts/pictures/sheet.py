"""Forty prompts and what the embedded model makes of them, as its card shows them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image

from inference.models.weights_digest import MAME_FOLDER
from inference.training.evaluate import SHEET, open_painter, sheet
from scripts.pictures.files import palette_png


def forty() -> bytes:
    """Paint the sheet of `make eval`: one picture for each prompt, the seed is its place."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.png"
        sheet(open_painter(MAME_FOLDER), path, SHEET)
        with Image.open(path) as picture:
            return palette_png(picture)
