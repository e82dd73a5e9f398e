"""Sentences, their pieces, and how the tests of a table of them report."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hypothesis import strategies as st

from bot.line.events import Mention, Span

# (sentence, prompt, the rest in the notation of readings.tsv)
CORPUS = [
    (text, prompt, rest[0] if rest else "")
    for text, prompt, *rest in (
        line.split("\t")
        for line in Path(__file__).with_name("readings.tsv").read_text("utf-8").splitlines()
        if not line.startswith("#")
    )
]

SUBJECTS = st.sampled_from(
    [
        "夜の富士山", "赤いりんご", "横長のソファ", "なしの木",
        "花びら5枚の花", "栓抜き", "正方形の窓", "猫3匹",
        "桜の木の下の少女", "耳なし芳一", "まいたけ", "絵を描いている画家",
        "Mt. Fuji", "三匹の子豚", "2025年の街", "4枚羽の鳥", "ありがとうの花束",
    ]
)  # fmt: skip
STEERING = st.lists(
    st.sampled_from(
        ["横長", "縦長で", "4枚", "三枚", "人物なし", "文字抜きで", "シード42", "お願いします"]
    ),
    max_size=5,
)
TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(
        ["横長", "縦長で", "4枚", "三枚", "人物なし", "文字抜きで", "シード42", "お願いします",
         "を", "の", "。", "夜の富士山", "なし", "枚", "で", " ", "、", "🍎", "\u200d",
         "(love)", "\n"]
    )
    | st.text(max_size=3),
    max_size=12,
).map("".join)  # fmt: skip
_NUMBERS = st.integers(0, 80) | st.integers(0, 2**31)
SPANS = st.lists(st.builds(Span, _NUMBERS, _NUMBERS), max_size=5)
MENTIONS = st.lists(st.builds(Mention, _NUMBERS, _NUMBERS, st.booleans()), max_size=5)
BLANKS = st.sampled_from([" ", "、", "\n", "。", "　"])


def wrong_rows(rows: Iterable[tuple[object, object, object]]) -> str:
    """Return a line for each (input, actual, expected) that differs; "" if none does."""
    return "\n".join(
        f"{row!r}: {actual!r}, not {expected!r}"
        for row, actual, expected in rows
        if actual != expected
    )
