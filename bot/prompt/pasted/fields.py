"""What pasted text said in the syntax of a tool, and requests in JSON or as a query string."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

RATIO = re.compile(r"(?P<width>[0-9]{1,4})[:/x](?P<height>[0-9]{1,4})")
_QUERY = re.compile(r"prompt=[^&]+(?:&[a-z_]{1,24}=[^&]*){1,20}")


@dataclass
class Pasted:
    """What was said in the syntax of a tool; None or empty if nothing was."""

    negatives: list[str] = field(default_factory=list)
    ratio: float | None = None  # width / height
    seed: int | None = None
    count: int | None = None
    sides: dict[str, int] = field(default_factory=dict)  # "w" and "h", given one by one

    def leave_out(self, thing: str) -> None:
        """Add a thing to what is left out."""
        if thing not in self.negatives:
            self.negatives.append(thing)

    def take_ratio(self, match: re.Match[str]) -> None:
        """Take a width and a height, unless one is 0."""
        width, height = int(match["width"]), int(match["height"])
        if width and height:
            self.ratio = width / height

    def take_side(self, side: str, value: str) -> None:
        """Take a width, "w", or a height, "h", of 1 to 9,999 pixels."""
        if value.isdecimal() and 0 < int(value) < 10_000:
            self.sides[side] = int(value)
        if len(self.sides) == 2:
            self.ratio = self.sides["w"] / self.sides["h"]

    def take_seed(self, value: str) -> None:
        """Take a seed; -1, which is any, is none."""
        if value.isdecimal():
            self.seed = int(value)

    def take_count(self, value: str) -> None:
        """Take how many pictures."""
        if value.isdecimal():
            self.count = int(value)


def from_fields(text: str, pasted: Pasted) -> str:
    """Return the prompt of a request in JSON or of a query string as pasted text.

    Returns the text itself if it is none.
    """
    fields = _fields(text)
    parts = fields.get("text_prompts")
    if isinstance(parts, list) and parts and isinstance(parts[0], dict):
        fields.setdefault("prompt", parts[0].get("text"))
    prompt = fields.get("prompt")
    if not isinstance(prompt, str):
        return text
    for name in ("width", "height"):
        pasted.take_side(name[0], str(fields.get(name, "")))
    for name in ("n", "num_images", "num_outputs", "batch_size", "count"):
        pasted.take_count(str(fields.get(name, "")))
    for name in ("size", "aspect_ratio"):
        if size := RATIO.fullmatch(str(fields.get(name, ""))):
            pasted.take_ratio(size)
    pasted.take_seed(str(fields.get("seed", "")))
    unwanted = fields.get("negative_prompt")
    negative = f" Negative prompt: {unwanted}" if isinstance(unwanted, str) and unwanted else ""
    return f"{prompt}{negative}"


def _fields(text: str) -> dict[str, Any]:
    if _QUERY.fullmatch(text):
        return dict(parse_qsl(text))
    if not text.startswith("{") or '"' not in text:
        return {}
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return table if isinstance(table, dict) else {}
