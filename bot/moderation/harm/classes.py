"""The classes of harm, in the order of the columns of the weights."""

from __future__ import annotations

from typing import Literal

Place = Literal["words", "photo"]
"""What is judged: a wish in words, or what is to be made of a photo that may show somebody."""

CLASSES: dict[str, tuple[str, ...]] = {
    "words": ("none", "hate", "violence", "sexual", "minors", "voyeur", "cry", "crime", "deceit"),
    "photo": ("none", "undress", "humble"),
}
CATEGORY_OF_CLASS = {
    "hate": "hate",
    "violence": "gore",
    "sexual": "sexual",
    "minors": "minors",
    "voyeur": "sexual",
    "cry": "self_harm",
    "crime": "illegal",
    "deceit": "deception",
    "undress": "sexual",
    "humble": "deception",
}
"""As which of `bot.moderation.CATEGORIES` a class is refused."""
