"""That the last change is to be taken back."""

from __future__ import annotations

from bot.prompt import clean
from bot.prompt.changes.undo import is_undo

TAKES_BACK = (
    "ひとつまえの",
    "いっこまえの",
    "もとの",
    "元の",
    "1つ前のやつで",
    "変更前のに",
    "戻す",
)
OTHERS = ("ひとつまえの怪獣", "前の", "もとの家に犬", "元の木", "いっこの飴", "さっきの")


def test_what_was_before_is_taken_back_in_few_words() -> None:
    assert [text for text in TAKES_BACK if not is_undo(clean(text))] == []
    assert [text for text in OTHERS if is_undo(clean(text))] == []
