"""A blind sheet: pictures by two folders' weights, mixed, for somebody who names what is on them.

`python -m inference.training blind --work DIR --source OLD --out NEW` paints thirty prompts by
each and writes DIR/blind.png, whose pictures have nothing but a number, and DIR/blind.json, which
tells what each was asked for and by which weights. Look at the first, write down what you see, and
only then open the second.
"""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image, ImageDraw

from inference.request import DrawRequest
from inference.training.config import Config, dice
from inference.training.evaluate import SHEET, STYLE_SHEET, open_painter
from inference.training.measure import Pixels

PROMPTS = (*SHEET[:16], *STYLE_SHEET[:2], *SHEET[16:28])
COLUMNS, SIDE, LINE = 10, 144, 14  # pictures in a row; pixels of a picture and of its number


def blind(config: Config, old: Path, new: Path) -> None:
    """Write blind.png and blind.json into config.work."""
    prompts = PROMPTS[:: 10 if config.toy else 1]
    painted: list[tuple[str, str, Pixels]] = []
    for name, folder in (("old", old), ("new", new)):
        paint = open_painter(folder)
        pictures = paint([DrawRequest(prompt, seed=i) for i, prompt in enumerate(prompts)])
        painted += [(name, *pair) for pair in zip(prompts, pictures, strict=True)]
    dice(config.seed).shuffle(painted)
    page = Image.new("RGB", (COLUMNS * SIDE, -(-len(painted) // COLUMNS) * (SIDE + LINE)), "white")
    pen = ImageDraw.Draw(page)
    for nth, (_, _, picture) in enumerate(painted):
        corner = (nth % COLUMNS * SIDE, nth // COLUMNS * (SIDE + LINE))
        small = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        page.paste(small, (corner[0], corner[1] + LINE))
        pen.text((corner[0] + 2, corner[1] + 1), str(nth + 1), fill="black")
    page.save(config.work / "blind.png")
    key = [{"number": n, "by": by, "prompt": asked} for n, (by, asked, _) in enumerate(painted, 1)]
    text = json.dumps(key, ensure_ascii=False, indent=2) + "\n"
    (config.work / "blind.json").write_text(text, "utf-8")
