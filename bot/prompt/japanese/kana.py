"""Hiragana and katakana in each other's letters."""

from __future__ import annotations

_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_TO_KATAKANA = {hiragana: katakana for katakana, hiragana in _TO_HIRAGANA.items()}


def to_hiragana(text: str) -> str:
    """Return a text with hiragana for katakana; anything else stays."""
    return text.translate(_TO_HIRAGANA)


def to_katakana(text: str) -> str:
    """Return a text with katakana for hiragana; anything else stays."""
    return text.translate(_TO_KATAKANA)
