"""What the bot said and somebody sends back is no wish; what it wrote to be sent back is."""

from __future__ import annotations

from collections import defaultdict

import pytest

from bot import messages
from bot.prompt import clean, read
from bot.prompt.pasted.own_sentences import is_own
from bot.settings import Settings
from bot.texts import gettext, sentences
from tests.bot.conversation.test_router import Talk
from tests.bot.harness import House
from tests.bot.prompt.examples import CORPUS, wrong_rows

SAID = ("problem.", "failed.", "going_on.ask", "busy.", "left.", "photo.ask", "prefix.set",
        "talk.", "help.ask.body", "fallback.", "refused.illegal", "refused.hate",
        "waiting.state", "ticket.body")  # fmt: skip


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_sentence_of_the_bot_is_known(lang: str) -> None:
    values: dict[str, str] = defaultdict(lambda: "3")
    said = [
        sentence.format_map(values)
        for key, sentence in sentences(lang).items()
        if key.startswith(SAID) and len(sentence) > 20
    ]
    assert len(said) > 60
    assert not wrong_rows((text, is_own(clean(text)), True) for text in said)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_wish_among_them_is_read_without_them(lang: str) -> None:
    values: dict[str, str] = defaultdict(lambda: "3")
    said = [
        sentence.format_map(values)
        for key, sentence in sentences(lang).items()
        if not key.startswith("setup.") and is_own(clean(sentence.format_map(values)))
    ]
    assert len(said) > 150
    assert not wrong_rows(
        (text, read(text).prompt, "赤いりんご")
        for sentence in said
        for text in (f"赤いりんご\n{sentence}", f"赤いりんご {sentence}", f"{sentence}\n赤いりんご")
        if sentence.endswith(("。", ".")) or text.startswith("赤")
    )


def test_what_is_short_but_no_wish_is_known() -> None:
    for key in ("position.now", "position.next", "picture.untitled", "defaults.title"):
        for lang in ("ja", "en"):
            assert is_own(clean(gettext(key, lang))) or lang == "en", key
    for text in ("絵筆が描いた「赤いりんご」です。", "「赤いりんご」の絵を描きますか。",
                 "Shall I paint “赤いりんご”?"):  # fmt: skip
        assert read(text).prompt == "赤いりんご"


def test_a_message_of_several_sentences_is_known() -> None:
    full = "\n".join(gettext(key, "ja", **values) for key, values in (
        ("busy.waiting", {"limit": 3}), ("busy.soon", {"when": "1分ほど"}),
    ))  # fmt: skip
    [question] = messages.ask_change("4F7-K2M", "ja", "group", position=1)
    assert is_own(clean(full))
    assert is_own(clean(question["text"]))
    for text in (full, question["text"]):
        assert is_own(clean(text.replace("。\n", "。"))), "on one line"
        for sentence in text.split("。")[:-1]:
            assert is_own(clean(sentence)) == (len(sentence) > 12), sentence


def test_wishes_are_none_of_them() -> None:
    texts = [text for text, *_ in CORPUS]
    texts += ["「赤いりんご」を描きました。", "こう読みました：赤いりんご、横長、4枚", "赤いりんご"]
    texts += ["何を描きましょうかと考える画家", "4F7-K2M", "受付番号 4F7-K2M"]
    texts += [text for key, text in sentences("ja").items() if ".try_" in key]
    assert not wrong_rows((text, is_own(clean(text)), False) for text in texts)


def test_nothing_is_painted_of_what_the_bot_said(talk: Talk) -> None:
    talk.says("赤いりんご")
    for key in ("problem.only_controls", "talk.sad", "going_on.same", "help.care.body"):
        talk.says(gettext(key, "ja"))
        assert gettext("problem.empty", "ja") in talk.answers[-1], key
    assert len(talk.jobs) == 1
