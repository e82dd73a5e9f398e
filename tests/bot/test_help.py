"""The help: pages of examples that do, when tapped, what typing them would do."""

from __future__ import annotations

from typing import Any

import pytest

from bot import conversation, help_pages, jobs, languages, messages, texts
from bot.database import Database
from bot.events import parse
from bot.going_on import WORDS
from bot.help_pages import PAGES, example, examples
from bot.prompt import command, read
from bot.prompt.changes import change
from bot.queue import Wake
from bot.settings import Settings
from simulator import rules
from simulator.rules.context import Context
from tests.bot.house import AOI, GROUP, House, body_of, event, in_group

TERMS = "https://bot.example/terms"
every_language = pytest.mark.parametrize("lang", texts.LANGUAGES)
every_kind = pytest.mark.parametrize("kind", ["user", "group", "room"])


def actions(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        component["action"]
        for bubble in message["contents"]["contents"]
        for component in bubble.get("footer", {}).get("contents", [])
    ]


def hand(database: Database, settings: Settings, *events: dict[str, Any]) -> list[Wake]:
    wakes: list[Wake] = []
    for it in parse(body_of(*events)):
        with database.write() as db:
            wakes += conversation.handle(db, it, settings)
    return wakes


@every_language
@every_kind
def test_it_is_one_carousel_with_all_of_it_in_the_text(lang: str, kind: str) -> None:
    (built,) = messages.help(lang, kind, terms_url=TERMS)
    assert rules.check({"messages": [built]}, Context()) == [built]
    assert len(built["contents"]["contents"]) == len(PAGES) + 1
    text = built["altText"]
    assert len(text.encode("utf-16-le")) // 2 <= 1_500
    for page in PAGES:
        assert texts.say(f"help.{page}.title", lang) in text
        body = texts.sentences(lang)[f"help.{page}.body"].format(max_count=4)
        assert body in text
    assert TERMS in text
    assert actions(built)[-1] == {
        "type": "uri",
        "label": texts.say("help.rules.open", lang),
        "uri": TERMS,
    }


def test_without_an_address_there_is_no_page_of_rules() -> None:
    (built,) = messages.help()
    assert len(built["contents"]["contents"]) == len(PAGES)


@every_language
def test_in_a_1to1_chat_a_tap_sends_the_words(lang: str) -> None:
    (built,) = messages.help(lang)
    sent = [it["text"] for it in actions(built)]
    assert {it["type"] for it in actions(built)} == {"message"}
    assert sent == [it.text for page in PAGES for it in examples(page, lang)]


@every_language
def test_in_a_group_a_tap_is_a_postback_since_a_button_cannot_mention(lang: str) -> None:
    (built,) = messages.help(lang, "group")
    assert {it["type"] for it in actions(built)} == {"postback"}
    for it in actions(built):
        action, _, place = it["data"].partition(":")
        assert action == help_pages.TRY
        assert example(place, lang) == it["displayText"]


@every_language
def test_every_example_is_understood(lang: str) -> None:
    for page in ("ask", "styles", "shape", "care"):
        for it in examples(page, lang):
            reading = read(it.text)
            assert reading.problem is None, it
            assert reading.prompt
    assert {command(it.text).kind for it in examples("wait", lang)} == {  # type: ignore[union-attr]
        "status",
        "pick",
        "cancel",
    }
    again, *changes = [it.text for it in examples("go_on", lang)]
    assert again in WORDS["again"].split()
    assert all(change(it) for it in changes)
    assert [command(it.text).kind for it in examples("keep", lang)] == ["album", "erase"]  # type: ignore[union-attr]
    (other,) = [it.text for it in examples("language", lang)]
    assert languages.asked(other) not in {None, lang}


@pytest.mark.parametrize("place", ["", "ask", "ask:0", "ask:9", "ask:x", "no:1", "rules:1"])
def test_a_place_that_is_none(place: str) -> None:
    assert example(place) is None


def test_a_tap_in_a_group_paints_the_example(
    database: Database, settings: Settings, house: House
) -> None:
    tap = event(type="postback", postback={"data": "try:shape:1"}, source=in_group())
    wakes = hand(database, settings, tap)
    assert [it.task for it in wakes] == ["draw"]
    job = house.job(wakes[0].id)
    assert (job.chat_id, job.user_id, job.state) == (GROUP, AOI, jobs.QUEUED)
    assert job.request is not None
    assert job.request["prompt"] == "青い海"
    assert job.request["count"] == 2


def test_a_tap_in_a_group_on_a_word_that_is_no_wish(
    database: Database, settings: Settings, house: House
) -> None:
    tap = event(type="postback", postback={"data": "try:wait:1"}, source=in_group())
    assert [it.task for it in hand(database, settings, tap)] == ["send"]
    (said,) = house.deliveries()
    assert texts.say("command.nothing_waiting") in said["messages"][0]["text"]


def test_a_button_of_an_older_help_shows_the_new_one(
    database: Database, settings: Settings, house: House
) -> None:
    tap = event(type="postback", postback={"data": "try:gone:1"}, source=in_group())
    hand(database, settings, tap)
    (said,) = house.deliveries()
    assert said["messages"][0]["type"] == "flex"


def test_typing_brings_it(database: Database, settings: Settings, house: House) -> None:
    hand(database, settings, event("使い方"))
    (said,) = house.deliveries()
    assert said["messages"] == messages.help(terms_url=f"{settings.public_url}/terms")
