"""A sticker as a wish: LINE says in English words what it shows, "Happy" and "cat".

The words are in sticker_words.toml; what they do not know stays unsaid.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple


class StickerWish(NamedTuple):
    """prompt: in Japanese, as it is painted. english: the same for who reads English."""

    prompt: str
    english: str


def sticker_wish(keywords: Iterable[str]) -> StickerWish | None:
    """Return what a sticker shows: 「うれしそうな猫」, or for a mood alone a scene.

    Returns None if no keyword says anything that can be painted, or some word of it is said rather
    than shown, 「ありがとう」, and nothing is shown beside it. keywords: as LINE sends them; the
    first that is known of a kind counts.
    """
    words, said = _words(), _known(keywords)
    mood = next((word for word in said if word in words["moods"]), None)
    living = next((word for word in said if word in words["living"]), None)
    if living is not None:
        prompt = words["living"][living]
        if mood is None:
            return StickerWish(prompt, living)
        return StickerWish(words["moods"][mood] + prompt, f"{mood} {living}")
    if (thing := next((word for word in said if word in words["things"]), None)) is not None:
        return StickerWish(words["things"][thing], thing)
    if sticker_talk(said) is not None:
        return None
    scene = next((words["scenes"][word] for word in said if word in words["scenes"]), None)
    return StickerWish(*scene) if scene else None


def sticker_talk(keywords: Iterable[str]) -> str | None:
    """Return the small talk that a sticker stands for, as a key of "talk" in bot.texts, or None."""
    talk = _words()["talk"]
    return next((talk[word] for word in _known(keywords) if word in talk), None)


def _known(keywords: Iterable[str]) -> list[str]:
    return [" ".join(keyword.split()).casefold() for keyword in keywords]


@cache
def _words() -> dict[str, dict[str, Any]]:
    return tomllib.loads(
        files("bot.prompt.translation").joinpath("sticker_words.toml").read_text("utf-8")
    )
