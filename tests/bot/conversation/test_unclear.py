"""What is unclear is asked about, with a button for the question that it may be."""

from __future__ import annotations

from typing import Any

import pytest

from bot import messages
from bot.intent import Situation, classify, decide
from bot.intent.kinds import KINDS, group_of
from bot.settings import Settings
from bot.texts import gettext, sentences
from tests.bot.conversation.test_router import Talk
from tests.bot.harness import House, event

UNCLEAR = "みんなにみられとる?"  # to the classifier it may be about privacy, and is not sure
TOPICS = [key.partition(".")[2] for key in sentences("ja") if key.startswith("asked_about.")]


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


def buttons(house: House) -> list[str]:
    """The postback data of the buttons under the last answer."""
    [*_, last] = house.deliveries()
    items: list[dict[str, Any]] = last["messages"][-1]["quickReply"]["items"]
    return [item["action"]["data"] for item in items]


def tap(talk: Talk, topic: str) -> None:
    talk.tell(event(type="postback", postback={"data": f"asked:about.{topic}"}))


def test_an_unclear_question_is_answered_by_a_tap(talk: Talk, house: House) -> None:
    assert decide(classify(UNCLEAR, Situation())).action == "ask"
    talk.says(UNCLEAR)
    assert talk.jobs == []
    assert "asked:about.privacy" in buttons(house)
    tap(talk, "privacy")
    assert "90日後に" in talk.answers[-1]
    talk.says("はい")
    assert talk.jobs == [], "the question is answered, and no longer open"


def test_other_buttons_keep_their_labels() -> None:
    """「写真から描く」 paints, and the topic of photos, 「写真から描けますか？」, is another."""
    [message] = messages.wish_question("桜", "ja", has_photo=True, topics=["photo"])
    labels = [item["action"]["label"] for item in message["quickReply"]["items"]]
    assert labels == ["写真から描く", "新しく描く", "写真から描けますか？", "使い方"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_topic_has_an_answer(talk: Talk, house: House, language: str) -> None:
    """None is painted, or asked about in its turn; a label has at most 20 characters."""
    if language == "en":
        talk.says("English")
    wrong = []
    for topic in TOPICS:
        words = gettext(f"asked_about.{topic}", language)
        before, jobs = len(house.deliveries()), len(talk.jobs)
        tap(talk, topic)
        rows = house.deliveries()[before:]
        asked_again = gettext("asked.wish", language, text=words)
        if len(words) > 20 or len(talk.jobs) > jobs or not rows or asked_again in str(rows):
            wrong.append((topic, words, rows))
    assert wrong == []


def test_every_question_has_a_topic() -> None:
    known = {key.partition(".")[2] for key in sentences("en") if key.startswith("asked_about.")}
    kinds = {kind for kind in KINDS if group_of(kind) in {"command", "question", "erase"}}
    named = {kind.removeprefix("question.").replace(".", "_") for kind in kinds}
    # Help has a button of its own; of a language, or of what is no matter of the bot, none is sure.
    assert known == named - {"help", "language", "knowledge"}


def test_an_old_button_of_a_topic_that_is_gone(talk: Talk) -> None:
    tap(talk, "no such topic")
    assert gettext("asked.late", "ja") in talk.answers[-1]
