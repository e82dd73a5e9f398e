"""python -m bot.moderation: how well it tells near-twins apart, and how long it takes.

python -m bot.moderation [MORE.toml]    with an admin's lists
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from bot.moderation import CATEGORIES, Moderation, get_moderation


class Twins(NamedTuple):
    """A text that is refused, its category, and a similar one that is painted."""

    refused: str
    category: str
    painted: str


def twins() -> list[Twins]:
    """Return the near-twins of twins.tsv."""
    lines = files("bot.moderation").joinpath("twins.tsv").read_text("utf-8").splitlines()
    return [Twins(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def misjudged(judge: Moderation) -> list[str]:
    """Return a line for each text of the twins that is judged wrongly."""
    wrong = []
    for refused, category, painted in twins():
        if (judged := judge.classify(refused)) != category:
            wrong.append(f"{refused}: {judged or 'painted'}, not {category}")
        if judged := judge.classify(painted):
            wrong.append(f"{painted}: {judged}, not painted")
    return wrong


def main(arguments: list[str]) -> int:
    """Print the figures. Returns 1 if a twin is judged wrongly."""
    judge = get_moderation(Path(arguments[0]) if arguments else None)
    judge.classify("裸")  # the dictionary is opened
    pairs = twins()
    each = Counter(pair.category for pair in pairs)
    kept = Counter(pair.category for pair in pairs if judge.classify(pair.refused))
    right = Counter(
        pair.category for pair in pairs if judge.classify(pair.refused) == pair.category
    )
    passed = Counter(pair.category for pair in pairs if not judge.classify(pair.painted))
    print(f"{'category':12}{'pairs':>6}{'refused':>9}{'as that':>9}{'twin painted':>14}")
    for name in CATEGORIES:
        print(f"{name:12}{each[name]:6}{kept[name]:9}{right[name]:9}{passed[name]:14}")
    sums = (counter.total() for counter in (each, kept, right, passed))
    print("{:12}{:6}{:9}{:9}{:14}".format("all", *sums))
    for line in (wrong := misjudged(judge)):
        print(f"wrong: {line}")
    texts = [text for pair in pairs for text in (pair.refused, pair.painted)]
    began = time.process_time()
    for text in texts * 10:
        judge.classify(text)
    print(
        f"{(time.process_time() - began) / len(texts) / 10 * 1e6:.0f} microseconds of a core a text"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
