from __future__ import annotations

import re

import pytest

from bot import texts
from bot.texts import placeholders, say, sentences

KEYS = sorted(sentences("ja"))


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_every_language_has_the_same_sentences(lang: str) -> None:
    assert sorted(sentences(lang)) == KEYS
    for key in KEYS:
        assert placeholders(sentences(lang)[key]) == placeholders(sentences("ja")[key]), key


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_every_sentence_is_fit_to_print(key: str, lang: str) -> None:
    sentence = sentences(lang)[key]
    assert sentence
    assert sentence == sentence.strip()
    assert not re.search(r"[!！]|\t| {2}|\.\.|。。", sentence)
    for name in placeholders(sentence):
        assert f"{{{name}}}" in sentence  # plain, with neither conversion nor format
    if lang == "en":
        # Japanese stands only in examples of what to type, never as a sentence.
        assert not re.search("です|ます|ください", sentence)


@pytest.mark.parametrize("key", KEYS)
def test_japanese_is_written_in_one_way(key: str) -> None:
    """As the head of ja.toml says."""
    sentence = sentences("ja")[key]
    japanese = "[ぁ-んァ-ヶ一-鿿]"
    assert not re.search(
        rf"{japanese} ?(?:AI|LINE|LINEのID)(?= )|(?:AI|LINE) (?={japanese})", sentence
    )
    assert not re.search(rf"{japanese}[?:()]|[?:](?={japanese})", sentence), "half-width marks"
    assert not re.search("[０-９Ａ-Ｚａ-ｚ]", sentence), "full-width figures"
    assert not re.search("「[^」]*「", sentence), "『』 stand within 「」"
    assert not re.search("下さい|出来|言葉(?<!合言葉)|して(?:くれ|ね)|しろ。|なさい", sentence)


@pytest.mark.parametrize("key", [key for key in KEYS if key.startswith(("failed.", "problem."))])
def test_whoever_is_refused_hears_a_polite_sentence_and_what_to_do(key: str) -> None:
    sentence = sentences("ja")[key]
    assert re.search(r"(です|ます|ません|ました|でした|ください|しょうか)。", sentence)
    assert "ください。" in sentence


def test_values_are_filled_in_as_they_are() -> None:
    assert say("picture.titled", prompt="{number} %s {") == "「{number} %s {」を描きました。"


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
        say(key, "ja", **values)


def test_an_unknown_language_is_answered_in_japanese() -> None:
    assert say("pick.label", "fr") == say("pick.label", "ja") == "受け取る"
    assert say("pick.label", "en") == "Receive"


def test_known() -> None:
    assert texts.known("failed.unsafe")
    assert not texts.known("failed.no_such_reason")
