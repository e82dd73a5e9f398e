"""The commands in a Japanese shell: no English is left in what people read."""

from __future__ import annotations

import re

import pytest

from bot.cli.language import shell_language
from bot.texts import command_sentences, placeholders, sentences
from bot.texts.written import Written, in_english
from tests.bot.cli.japanese import JAPANESE, english_words

BLANK = re.compile(r"\{\w+\}")


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja"}, "ja"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "java"}, "en"),
        ({"LC_MESSAGES": "ja_JP.eucJP", "LANG": "en_US.UTF-8"}, "ja"),
        ({"LC_ALL": "en_US.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LC_CTYPE": "ja_JP.UTF-8"}, "en"),
        ({"LANGUAGE": "fr:ja", "LANG": "en_US.UTF-8"}, "ja"),
        ({"LANGUAGE": "en:ja", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LANGUAGE": "ja", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANGUAGE": "ja"}, "en"),
    ],
)
def test_the_locale_chooses(environ: dict[str, str], lang: str) -> None:
    assert shell_language(environ) == lang


def test_english_is_found() -> None:
    found = list(
        english_words("worker が alive です\n装置 cuda:0、python -m bot worker\nSeen 3分前")
    )
    assert found == ["alive: worker が alive です", "Seen: Seen 3分前"]


def test_no_sentence_of_the_commands_is_half_english() -> None:
    japanese = {key: BLANK.sub("", text) for key, text in command_sentences("ja").items()}
    assert [found for text in japanese.values() for found in english_words(text)] == []
    plain = {key for key, text in japanese.items() if not JAPANESE.search(text)}
    assert plain - {"storage_error.failed", "alarm_detail.worker_hung.hung"} == set()


def test_what_is_stored_in_english_is_read_again() -> None:
    keys = [key for key in sentences("en") if key.startswith("alarm_detail.")]
    assert len(keys) > 10
    for key in keys:
        values = {name: f"1 {name}" for name in placeholders(sentences("en")[key])}
        table = key.rpartition(".")[0]
        read = Written(table, in_english(key, **values)).in_language("ja")
        assert read == sentences("ja")[key].format_map(values)


def test_several_with_commas_are_read_one_by_one() -> None:
    text = "a:1 at 4F7-K2M, b:2 at 4F7-K2N"
    assert (
        Written("alarm_detail.worker_hung", text).in_language("ja")
        == "a:1（4F7-K2M）、b:2（4F7-K2N）"
    )
    assert str(Written("alarm_detail.worker_hung", text)) == text


@pytest.mark.parametrize("text", ["", "nothing like it", "12 wait, the oldest for", "x, y"])
def test_what_no_sentence_made_stays(text: str) -> None:
    for table in ("alarm_detail.queue_old", "alarm_detail.worker_hung", "no_such_table"):
        assert Written(table, text).in_language("ja") == text
