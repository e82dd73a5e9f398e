"""Texts are cut where a character ends, wherever the bot cuts one."""

from __future__ import annotations

from unicodedata import normalize

from bot.messages import picture_messages, wish_question
from bot.messages.questions import MAX_QUOTED_CHARS
from bot.moderation import appeals
from bot.tasks.profiles import MAX_NAME_CHARS, sanitize_name
from bot.texts.graphemes import cut, end_from

CHARACTERS = (
    "\U0001f1ef\U0001f1f5",  # a flag
    "\U0001f44d\U0001f3fd",  # a thumb with a colour of skin
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",  # a family
    "1\ufe0f\u20e3",  # a keycap
    "か\u309a",  # a kana whose mark is a letter of its own
    "葛\U000e0100",  # a variant of a kanji
    "g\u0308\u0301",
)


def test_no_character_is_cut() -> None:
    wrong = []
    for character in CHARACTERS:
        for lead in range(9):
            text = "あ" * lead + character + "い" * 9
            shortened = cut(text, 8)
            whole = {text[:8]} if lead > 8 else {"あ" * lead, "あ" * lead + character}
            rest = shortened.rstrip("い")
            if rest not in whole or len(shortened) > 8:
                wrong.append((ascii(character), lead, ascii(shortened)))
    assert wrong == []


def test_what_fits_is_kept_and_what_never_fits_is_cut() -> None:
    assert cut("りんご", 3) == "りんご"
    assert cut("", 3) == ""
    assert cut("e" + "\u0301" * 50, 10) == "e" + "\u0301" * 9


def test_the_title_of_a_picture_ends_with_a_whole_character() -> None:
    wrong = []
    for character in CHARACTERS:
        for lead in range(50, 62):
            prompt = "あ" * lead + character + "いいね" * 10
            [_, bubble] = picture_messages(
                "4F7-K2M", [("https://a/1", "https://a/2")], lang="ja", prompt=prompt
            )
            title = bubble["contents"]["body"]["contents"][0]["text"]
            body = title.removeprefix("「").split("…")[0].lstrip("あ").rstrip("いね")
            if body not in ("", character):
                wrong.append((ascii(character), lead, ascii(body)))
    assert wrong == []


def test_a_name_ends_with_a_whole_character() -> None:
    family = CHARACTERS[2]
    for lead in range(MAX_NAME_CHARS - 6, MAX_NAME_CHARS + 1):
        name = sanitize_name("あ" * lead + family + "い" * 9)
        assert name.lstrip("あ").rstrip("い") in ("", family), ascii(name)
        assert normalize("NFC", name) == name


def test_words_that_are_quoted_end_with_a_whole_character() -> None:
    wrong = []
    for character in CHARACTERS:
        for most, quote in (
            (MAX_QUOTED_CHARS, lambda text: wish_question(text, "ja")[0]["text"]),
            (appeals.MAX_CHARS, appeals.mask),
        ):
            for lead in range(most - 6, most + 1):
                shown = quote("あ" * lead + character + "い" * most)
                body = shown.removeprefix("「").split("…")[0].lstrip("あ").rstrip("い")
                if body not in ("", character, appeals.mask(character)):
                    wrong.append((ascii(character), lead, ascii(body)))
    assert wrong == []


def test_an_end_begins_with_a_whole_character() -> None:
    for character in CHARACTERS:
        text = f"あ{character}い"
        assert end_from(text, 1) == f"{character}い"
        for inside in range(2, 1 + len(character)):  # where tokens may be parted
            assert end_from(text, inside) == f"{character}い", ascii(character)
        assert end_from(text, 1 + len(character)) == "い"
        assert end_from(text, len(text)) == ""
