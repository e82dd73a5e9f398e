"""Letters in lines, and what changes which letters there are."""

from __future__ import annotations

from bot.prompt.options.letter_edits import beside_letters, edited, wants_same_letters
from bot.prompt.options.letter_lines import in_rows
from bot.prompt.options.letter_phrases import extract_letters


def test_words_are_broken_where_a_word_begins() -> None:
    assert in_rows("お母さんいつもありがとう", 2) == "お母さんいつも\nありがとう"
    assert in_rows("祝 還暦 父", 3) == "祝\n還暦\n父"
    assert in_rows("寿", 2) == "寿"
    assert in_rows("祝\n還暦", 1) == "祝還暦"
    assert in_rows("HAPPY\nDAY", 1) == "HAPPY DAY"


def test_letters_are_edited_in_words() -> None:
    assert edited("いや、20日です", "3月19日") == "3月20日"
    assert edited("大文字にして", "Love") == "LOVE"
    assert edited("大文字にして", "ゆき") is None
    assert edited("20日です", "ゆき") is None
    assert edited("夜にして", "ゆき") is None
    assert beside_letters("文字は残して背景を青に") == "背景を青に"
    assert wants_same_letters("こっちにも同じ文字入れて")


def test_words_without_marks() -> None:
    expected = {
        "桜の絵に寿って金色で入れて": ("桜", "寿", None, "gold"),
        "ようこそって上に": ("", "ようこそ", "top", None),
        "赤飯って書いて": ("", "赤飯", None, None),
        "下に「春」、右に「夏」": ("", "春\n夏", "bottom", None),
        "犬と猫と入れて": None,
        "帽子を右に入れて": None,
        "さっきの文字を右下に": None,
    }
    got = {}
    for text in expected:
        rest, letters = extract_letters(text)
        got[text] = letters and (rest, letters.text, letters.place, letters.colour)
    assert got == expected
