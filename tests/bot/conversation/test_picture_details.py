"""Which words ask for the numbers of a picture."""

from __future__ import annotations

from bot.conversation.picture_details import asks_for_details
from bot.prompt import clean

ASKED = (
    "シード教えて",
    "この絵の種の番号って何番？",
    "シードって見れる？",
    "seed番号を教えて",
    "くわしく",
)
OTHERS = ("ひまわりの種", "種って何？", "シード123で犬", "同じシードで犬", "シードル", "種を教えて")


def test_the_seed_is_asked_for_in_many_words() -> None:
    assert [text for text in ASKED if not asks_for_details(clean(text))] == []
    assert [text for text in OTHERS if asks_for_details(clean(text))] == []
