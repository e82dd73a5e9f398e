from __future__ import annotations

import re

import pytest

from bot import texts
from bot.texts import gettext, placeholders, sentences

KEYS = sorted(sentences("ja"))


JAPANESE = "[ぁ-んァ-ヶ一-鿿]"


def test_every_language_has_the_same_sentences() -> None:
    for lang in texts.LANGUAGES:
        assert sorted(sentences(lang)) == KEYS
        for key in KEYS:
            assert placeholders(sentences(lang)[key]) == placeholders(sentences("ja")[key]), key


def test_every_sentence_is_fit_to_print() -> None:
    wrong = [
        (lang, key, sentence)
        for lang in texts.LANGUAGES
        for key, sentence in sentences(lang).items()
        if not sentence
        or sentence != sentence.strip()
        or re.search(r"[!！]|\t| {2}|\.\.|。。", sentence)
        # A placeholder has neither a conversion nor a format.
        or any(f"{{{name}}}" not in sentence for name in placeholders(sentence))
        # Japanese occurs in English only in examples of what to type, never as a sentence.
        or (lang == "en" and re.search("です|ます|ください", sentence))
    ]
    assert wrong == []


def test_japanese_is_written_in_one_way() -> None:
    """As the head of ja.toml says."""
    rules = {
        "a blank around AI or LINE": rf"{JAPANESE} ?(?:AI|LINE|LINEのID)(?= )"
        rf"|(?:AI|LINE) (?={JAPANESE})",
        "half-width marks": rf"{JAPANESE}[?:()]|[?:](?={JAPANESE})",
        "full-width figures": "[０-９Ａ-Ｚａ-ｚ]",
        "「」 within 「」": "「[^」]*「",
        "kanji or an order": "下さい|出来|言葉(?<!合言葉)|して(?:くれ|ね)|しろ。|"
        "(?<!おやすみ)(?<!おかえり)なさい",
    }
    wrong = [
        (rule, key, sentence)
        for rule, pattern in rules.items()
        for key, sentence in sentences("ja").items()
        if re.search(pattern, sentence)
    ]
    assert wrong == []


def test_whoever_is_refused_reads_a_polite_sentence_and_what_to_do() -> None:
    polite = r"(です|ます|ません|ました|でした|ください|しょうか)。"
    wrong = [
        (key, sentence)
        for key, sentence in sentences("ja").items()
        if key.startswith(("failed.", "problem."))
        and not (re.search(polite, sentence) and "ください。" in sentence)
    ]
    assert wrong == []


def test_values_are_filled_in_as_they_are() -> None:
    assert (
        gettext("picture.titled", "ja", prompt="{number} %s {") == "「{number} %s {」を描きました。"
    )


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("no.such.key", {}),
        ("failed", {}),
        ("number.line", {}),
        ("number.line", {"nummer": "A1B-2C3"}),
        ("number.line", {"number": "A1B-2C3", "more": 1}),
        ("pick.label", {"number": "A1B-2C3"}),
    ],
)
def test_a_mistake_in_the_code_is_loud(key: str, values: dict[str, object]) -> None:
    with pytest.raises(KeyError):
        gettext(key, "ja", **values)


def test_an_unknown_language_is_answered_in_japanese() -> None:
    assert gettext("pick.label", "fr") == gettext("pick.label", "ja") == "受け取る"
    assert gettext("pick.label", "en") == "Receive"


def test_known() -> None:
    assert texts.has_text("failed.unsafe")
    assert not texts.has_text("failed.no_such_reason")
