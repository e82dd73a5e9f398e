"""Draw every thing of things.tsv in every style, once, with its transparency."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from inference.training.captions import KEYWORDS, keywords, load_things
from inference.training.config import STYLES, Config
from inference.training.drawings import OWN
from inference.training.fetch import icons, package_json

Pixels = npt.NDArray[np.uint8]


def slug(label: str) -> str:
    """An English emoji label as the icon sets spell it: "mount fuji" -> "mount-fuji"."""
    return re.sub(r"[^a-z0-9]+", "-", label.lower().replace("’", "").replace("ñ", "n")).strip("-")


def find_icon(icon_set: dict[str, Any], name: str) -> str | None:
    """The SVG body of an icon or of the icon that it is an alias of."""
    if name not in icon_set["icons"]:
        name = icon_set.get("aliases", {}).get(name, {}).get("parent", "")
    icon = icon_set["icons"].get(name)
    return None if icon is None else str(icon["body"])


def draw(body: str, view: int, size: int) -> Pixels:
    """An SVG body as RGBA pixels, uint8 [size, size, 4]."""
    import resvg_py

    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {view} {view}" width="{size}" height="{size}">{body}</svg>'
    )
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg))
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"), dtype=np.uint8)


def render(config: Config) -> None:
    """Write work/pictures.npz: rgba uint8 [n, size, size, 4], emoji [n], style index [n]."""
    if (config.work / "pictures.npz").exists():
        return
    rgba: list[Pixels] = []
    emoji: list[str] = []
    styles: list[int] = []
    for index, style in enumerate(STYLES):
        pictures, names = render_style(config, style, config.size)
        rgba += pictures
        emoji += names
        styles += [index] * len(names)
    text = json.dumps(keywords(config.work), ensure_ascii=False)
    (config.work / KEYWORDS).write_text(text, "utf-8")
    save_pictures(config.work, np.stack(rgba), emoji, styles)
    print(f"render: {len(rgba)} pictures of {len(set(emoji))} things", flush=True)


def render_style(config: Config, style: str, size: int) -> tuple[list[Pixels], list[str]]:
    """Every thing of things.tsv as one icon set draws it, and the emoji of each picture."""
    labels = {
        entry["emoji"].replace("\ufe0f", ""): slug(entry["label"])
        for entry in package_json(config.work, "emojibase-data/en/data.json")
    }
    icon_set = icons(config.work, style)
    rgba: list[Pixels] = []
    emoji: list[str] = []
    for thing in load_things(config.work):
        if thing.emoji in OWN:
            if style in STYLES:  # none of them is kept from the training, so they test no judge
                rgba.append(OWN[thing.emoji](size, STYLES.index(style)))
                emoji.append(thing.emoji)
            continue
        body = find_icon(icon_set, labels[thing.emoji])
        if body is None:  # a few things are missing from a set; the other styles have them
            continue
        rgba.append(draw(body, int(icon_set["width"]), size))
        emoji.append(thing.emoji)
    return rgba, emoji


def save_pictures(work: Path, rgba: Pixels, emoji: list[str], styles: list[int]) -> None:
    """Keep rendered pictures where the later stages look for them."""
    work.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {"rgba": rgba, "emoji": np.array(emoji), "style": np.array(styles)}
    np.savez_compressed(work / "pictures.npz", **arrays)


def load_pictures(work: Path) -> tuple[Pixels, list[str], list[int]]:
    """What save_pictures kept."""
    with np.load(work / "pictures.npz") as data:
        return data["rgba"], [str(e) for e in data["emoji"]], [int(s) for s in data["style"]]
