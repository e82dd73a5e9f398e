from __future__ import annotations

import json
from dataclasses import replace
from typing import get_args

from bot.messages import picture_messages, prompt_summary
from bot.prompt import StoredRequest, read
from bot.prompt.request.stored import Fallback
from bot.texts import gettext


def test_the_summary_names_everything_in_both_languages() -> None:
    stored = StoredRequest.from_reading(
        read("夜の富士山を水彩で、横長、4枚、人物なし、シード42、丁寧に、忠実に")
    )
    assert (
        prompt_summary.summary_text(stored, "ja")
        == "こう読みました：水彩風、横長、4枚、人物なし、シード42、丁寧に、忠実に"
    )
    assert prompt_summary.summary_text(stored, "en") == (
        "Read as: watercolour, wide, 4 pictures, without 人物, seed 42, carefully, to the letter"
    )


def test_a_plain_request_needs_no_summary() -> None:
    assert prompt_summary.summary_text(StoredRequest.from_reading(read("猫")), "ja") == ""


def test_cut_words_are_named_and_shortened() -> None:
    stored = StoredRequest("猫", cut_text="、青い空、" + "雲" * 100)
    assert "：青い空、雲" in prompt_summary.summary_text(stored, "ja")
    assert len(prompt_summary.summary_text(stored, "ja")) < 120


def test_what_was_painted_from_words_is_not_said_to_be_from_a_photo() -> None:
    stored = StoredRequest("水彩画", strength=0.4, source_key="p/x", from_photo=True)
    assert "写真から" in prompt_summary.summary_text(stored, "ja")
    fallen = replace(stored, fallbacks=("words_only",))
    for lang, word in (("ja", "写真から"), ("en", "from the photo")):
        sentence = prompt_summary.summary_text(fallen, lang)
        sentence += "".join(prompt_summary.fallback_lines(fallen, 1, lang))
        assert word not in sentence
        assert gettext("fallback.words_only", lang) in sentence
    similar = StoredRequest("海", origin="similar", source_key="p/x", fallbacks=("words_only",))
    assert prompt_summary.summary_text(similar, "ja") == ""


def test_every_fallback_is_said_in_the_answer() -> None:
    for name in get_args(Fallback):
        request = StoredRequest("海", count=4, fallbacks=(name,))
        urls = [("https://x/1", "https://x/2")] * 2
        for lang in ("ja", "en"):
            sentence = json.dumps(
                picture_messages("4F7-K2M", urls, lang=lang, request=request), ensure_ascii=False
            )
            values = {"count": 2} if name == "fewer" else {}
            assert gettext(f"fallback.{name}", lang, **values) in sentence
    unknown = StoredRequest.from_json({"prompt": "海", "fallbacks": ["of a newer version"]})
    assert prompt_summary.fallback_lines(unknown, 1, "ja") == []


def test_a_fallback_is_of_one_job_only() -> None:
    """It is kept in the row, and a picture that is made from that one is asked for anew."""
    stored = StoredRequest("海", fallbacks=("words_only", "fewer"))
    assert StoredRequest.from_json(json.loads(json.dumps(stored.to_json()))) == stored
    assert StoredRequest.from_reading(stored.reading()).fallbacks == ()
