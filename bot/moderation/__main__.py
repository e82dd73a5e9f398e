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

from bot.moderation import CATEGORIES, Moderation, moderation


class Twins(NamedTuple):
    """What is refused, as what, and what looks like it and is not."""

    refused: str
    category: str
    painted: str


def twins() -> list[Twins]:
    """The near-twins of twins.tsv."""
    lines = files("bot.moderation").joinpath("twins.tsv").read_text("utf-8").splitlines()
    return [Twins(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def mistakes(judge: Moderation) -> list[str]:
    """The twins that are told wrongly, one line each."""
    wrong = []
    for refused, category, painted in twins():
        if (found := judge.category(refused)) != category:
            wrong.append(f"{refused}: {found or 'painted'}, not {category}")
        if found := judge.category(painted):
            wrong.append(f"{painted}: {found}, not painted")
    return wrong


def main(arguments: list[str]) -> int:
    """Print the figures; 1 when a twin is told wrongly."""
    judge = moderation(Path(arguments[0]) if arguments else None)
    judge.category("裸")  # the dictionary is opened
    pairs = twins()
    each = Counter(it.category for it in pairs)
    kept = Counter(it.category for it in pairs if judge.category(it.refused))
    right = Counter(it.category for it in pairs if judge.category(it.refused) == it.category)
    passed = Counter(it.category for it in pairs if not judge.category(it.painted))
    print(f"{'category':12}{'pairs':>6}{'refused':>9}{'as that':>9}{'twin painted':>14}")
    for name in CATEGORIES:
        print(f"{name:12}{each[name]:6}{kept[name]:9}{right[name]:9}{passed[name]:14}")
    sums = (it.total() for it in (each, kept, right, passed))
    print("{:12}{:6}{:9}{:9}{:14}".format("all", *sums))
    for line in (wrong := mistakes(judge)):
        print(f"wrong: {line}")
    texts = [text for pair in pairs for text in (pair.refused, pair.painted)]
    began = time.process_time()
    for text in texts * 10:
        judge.category(text)
    print(
        f"{(time.process_time() - began) / len(texts) / 10 * 1e6:.0f} microseconds of a core a text"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
