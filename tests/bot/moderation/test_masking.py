"""Where words with hidden letters stand in a text, and where masks only look like one."""

from __future__ import annotations

from bot.moderation.masking import MaskedWordIndex, find_masked
from bot.moderation.normalize import fold_word
from tests.bot.prompt.examples import wrong_rows

WORDS = ["エロい", "ヌード", "セックス", "porn", "自殺", "強姦", "乳首", "密売", "麻薬取引"]
LONGEST, TOO_LONG = "あかさたなはまやらわ", "あかさたなはまやらわん"
INDEX = MaskedWordIndex(map(fold_word, (*WORDS, LONGEST, TOO_LONG)))


def found(text: str) -> list[tuple[str, str]]:
    """Return (as it stands in the text, the word) of each."""
    return [(text[start:end], word) for start, end, word in find_masked(text, INDEX)]


def test_a_word_with_hidden_letters_is_found_where_it_stands() -> None:
    rows = [
        ("エ○い", [("エ○い", "えろい")]),
        ("○ロい", [("○ロい", "えろい")]),
        ("花、海とp*rnとエ○い", [("p*rn", "porn"), ("エ○い", "えろい")]),
        ("花と海 エ○い", [("エ○い", "えろい")]),
        ("セ○○ス", [("セ○○ス", "せつくす")]),  # half of it is left
        ("○○クス", []),  # and so it is here, but not its first letter
        ("○○い", []),
        ("エ○○", []),
        ("の麻薬○引だ", [("麻薬○引", "麻薬取引")]),
        (LONGEST[:-1] + "○", [(LONGEST[:-1] + "○", LONGEST)]),
        (TOO_LONG[:-1] + "○", []),
    ]
    assert not wrong_rows((text, found(text), expected) for text, expected in rows)


def test_of_two_letters_only_what_is_often_written_so() -> None:
    rows = [
        ("自○", [("自○", "自殺")]),
        ("強○と乳○", [("強○", "強姦"), ("乳○", "乳首")]),
        ("密○", []),
        ("○殺", []),
        ("自○車", []),
    ]
    assert not wrong_rows((text, found(text), expected) for text, expected in rows)


def test_no_letter_of_the_same_script_continues_a_short_word() -> None:
    rows = [
        ("海ヌ○ド海", [("ヌ○ド", "ぬーど")]),
        ("あヌ○ド", [("ヌ○ド", "ぬーど")]),  # of kana one in the middle is enough
        ("あヌー○", []),
        ("ヌー○あ", []),
        ("海ヌー○", [("ヌー○", "ぬーど")]),
        ("カフェ○い", []),  # a small letter begins no word
        ("カフェ○いエ○い、エ○い", [("エ○い", "えろい")] * 2),
    ]
    assert not wrong_rows((text, found(text), expected) for text, expected in rows)
