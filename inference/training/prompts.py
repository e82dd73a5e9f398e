"""What the evaluation asks for: lists whose sentences no caption of the training ever is.

prompts.tsv is as it was for the first weights, so that all can be compared; style_prompts.tsv asks
for what came later: 富士山, styles made by procedure, the year's events, a hundred more things.
second_prompts.tsv is for weights that are done: in other frames than both, and nothing is chosen by
what comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PROMPTS = Path(__file__).with_name("prompts.tsv")
STYLE_PROMPTS = Path(__file__).with_name("style_prompts.tsv")
SECOND_PROMPTS = Path(__file__).with_name("second_prompts.tsv")


@dataclass(frozen=True)
class Ask:
    """One prompt and what a picture of it must show.

    group: thing, synonym, ground, two, count, place, style or sentence; in the list of styles fuji,
    woodblock, paper, ink, pixels, event or later. things: one emoji, or two, of things.tsv. ground:
    a key of GROUND_COLOURS, or of SCENE_WORDS, which no arithmetic tells. place: a key of
    PLACE_WORDS. style: an index of STYLE_WORDS. None or "": not asked for.
    """

    group: str
    prompt: str
    things: tuple[str, ...]
    ground: str = ""
    count: int | None = None
    place: str = ""
    style: int | None = None


@lru_cache(maxsize=3)
def load_prompts(path: Path = PROMPTS) -> tuple[Ask, ...]:
    """Every line of a list, in order."""
    asks = []
    for line in path.read_text("utf-8").splitlines()[1:]:
        group, prompt, things, ground, count, place, style = line.split("\t")
        asks.append(
            Ask(
                group,
                prompt,
                tuple(things.split()),
                ground,
                int(count) if count else None,
                place,
                int(style) if style else None,
            )
        )
    return tuple(asks)


@lru_cache(maxsize=1)
def held_out() -> frozenset[str]:
    """The prompts that captions must keep away from."""
    lists = (PROMPTS, STYLE_PROMPTS, SECOND_PROMPTS)
    return frozenset(ask.prompt for path in lists for ask in load_prompts(path))
