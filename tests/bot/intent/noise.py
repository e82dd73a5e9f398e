"""Texts that nobody means anything by: long, invisible, broken, one kana."""

from __future__ import annotations

import random


def noise(chance: random.Random) -> str:
    """A text that nobody means anything by."""
    alphabets = (
        "あいうえおがぎぱんっーアイウガパンッ",
        "亜漢字絵描猫犬赤夜海",
        "abcXYZ019",
        "、。！？…「」（）〜ｗw",
        "😀🍎👨‍👩‍👧🇯🇵❤️",
        "\u0000\u0007\u200b\u202e\ufeff\ud800\ue000\u3099\u0301",
        " 　\n\t",
    )
    length = chance.choice((1, 1, 2, 3, 5, 10, 40, 200, 10_000 if chance.random() < 0.02 else 60))
    if chance.random() < 0.3:
        return chance.choice(chance.choice(alphabets)) * length
    letters = "".join(chance.sample(alphabets, chance.randint(1, 4)))
    return "".join(chance.choice(letters) for _ in range(length))
