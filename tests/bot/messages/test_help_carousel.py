"""The help: pages of examples that do, when tapped, what typing them would do."""

from __future__ import annotations

from typing import Any

import pytest

from bot import jobs, messages, texts
from bot.conversation import language, router
from bot.conversation.picture_actions import ACTION_PHRASES
from bot.messages import help_carousel
from bot.messages.help_carousel import PAGES, example_text, examples
from bot.prompt import parse_command, read
from bot.prompt.changes.parser import parse_change
from bot.prompt.options.model_styles import offered_styles
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.store.database import Database
from inference.models import catalog
from simulator import rules
from simulator.rules.context import Context
from tests.bot.harness import AOI, GROUP, House, body_of, event, in_group, parse_events

TERMS = "https://bot.example/terms"
every_language = pytest.mark.parametrize("lang", texts.LANGUAGES)
every_kind = pytest.mark.parametrize("kind", ["user", "group", "room"])


def actions(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        component["action"]
        for bubble in message["contents"]["contents"]
        for component in bubble.get("footer", {}).get("contents", [])
    ]


def hand(database: Database, settings: Settings, *events: dict[str, Any]) -> list[TaskMessage]:
    replies: list[TaskMessage] = []
    for incoming in parse_events(body_of(*events)):
        with database.write() as db:
            replies += router.handle_event(db, incoming, settings)
    return replies


@every_language
@every_kind
def test_it_is_one_carousel_with_all_of_it_in_the_text(lang: str, kind: str) -> None:
    (built,) = messages.help_message(lang, kind, terms_url=TERMS)
    assert rules.check({"messages": [built]}, Context()) == [built]
    assert len(built["contents"]["contents"]) == len(PAGES) + 1
    text = built["altText"]
    assert len(text.encode("utf-16-le")) // 2 <= 1_500
    for page in PAGES:
        assert texts.gettext(f"help.{page}.title", lang) in text
        body = texts.sentences(lang)[f"help.{page}.body"].format(max_count=4)
        assert body in text
    assert TERMS in text
    assert actions(built)[-1] == {
        "type": "uri",
        "label": texts.gettext("help.rules.open", lang),
        "uri": TERMS,
    }


def test_without_an_address_there_is_no_page_of_rules() -> None:
    (built,) = messages.help_message("ja", "user")
    assert len(built["contents"]["contents"]) == len(PAGES)


@every_language
def test_in_a_1to1_chat_a_tap_sends_the_words(lang: str) -> None:
    (built,) = messages.help_message(lang, "user")
    sent = [action["text"] for action in actions(built)]
    assert {action["type"] for action in actions(built)} == {"message"}
    assert sent == [example.text for page in PAGES for example in examples(page, lang)]


@every_language
def test_in_a_group_a_tap_is_a_postback_since_a_button_cannot_mention(lang: str) -> None:
    (built,) = messages.help_message(lang, "group")
    assert {action["type"] for action in actions(built)} == {"postback"}
    for item in actions(built):
        action, _, place = item["data"].partition(":")
        assert action == help_carousel.TRY_ACTION
        assert example_text(place, lang) == item["displayText"]


@every_language
def test_every_example_is_understood(lang: str) -> None:
    for page in ("ask", "styles", "shape", "care"):
        for example in examples(page, lang):
            reading = read(example.text)
            assert reading.problem is None, example
            assert reading.prompt
    assert {parse_command(example.text).kind for example in examples("wait", lang)} == {  # type: ignore[union-attr]
        "status",
        "pick",
        "cancel",
    }
    again, *changes = [example.text for example in examples("go_on", lang)]
    assert again in ACTION_PHRASES["again"].split()
    assert all(parse_change(item) for item in changes)
    kept = [parse_command(example.text) for example in examples("keep", lang)]
    assert [command and command.kind for command in kept] == ["album", "erase"]
    (other,) = [example.text for example in examples("language", lang)]
    assert language.requested_language(other) not in {None, lang}


MODELS = (None, "rinna/japanese-stable-diffusion", "CompVis/stable-diffusion-v1-4", "/a/folder")


@every_language
@pytest.mark.parametrize("model", MODELS)
def test_styles_are_shown_by_what_this_model_paints_well(lang: str, model: str | None) -> None:
    (built,) = messages.help_message(lang, "group", terms_url=TERMS, model=model)
    assert rules.check({"messages": [built]}, Context()) == [built]
    shown = list(examples("styles", lang, model))
    known = [example.prompt for example in catalog.examples(model)]
    labels = {style.label for style in offered_styles(model)}
    assert len(shown) == len(known)
    for example, prompt in zip(shown, known, strict=True):
        reading = read(example.text)
        assert (reading.problem, len(reading.styles)) == (None, 1)
        assert reading.styles[0] in labels
        assert example.text.startswith(prompt)
        place = example.data.removeprefix(f"{help_carousel.TRY_ACTION}:")
        assert example_text(place, lang, model=model) == example.text


def test_english_says_which_language_the_model_reads() -> None:
    reads = texts.gettext("greeting.reads", "en")
    for model, is_said in zip(MODELS, (True, True, False, True), strict=True):
        (built,) = messages.help_message("en", "user", model=model)
        assert (reads in built["altText"]) is is_said
        assert "in Japanese" not in built["altText"]


@pytest.mark.parametrize("place", ["", "ask", "ask:0", "ask:9", "ask:x", "no:1", "rules:1"])
def test_a_place_that_is_none(place: str) -> None:
    assert example_text(place, "ja") is None


def test_a_tap_in_a_group_paints_the_example(
    database: Database, settings: Settings, house: House
) -> None:
    tap = event(type="postback", postback={"data": "try:shape:1"}, source=in_group())
    replies = hand(database, settings, tap)
    assert [message.task for message in replies] == ["draw"]
    job = house.job(replies[0].id)
    assert (job.chat_id, job.user_id, job.state) == (GROUP, AOI, jobs.QUEUED)
    assert job.request is not None
    assert job.request.prompt == "青い海"
    assert job.request.count == 2


def test_a_tap_in_a_group_on_a_word_that_is_no_wish(
    database: Database, settings: Settings, house: House
) -> None:
    tap = event(type="postback", postback={"data": "try:wait:1"}, source=in_group())
    assert [message.task for message in hand(database, settings, tap)] == ["send"]
    (sentence,) = house.deliveries()
    assert texts.gettext("command.nothing_waiting", "ja") in sentence["messages"][0]["text"]


def test_a_button_of_an_older_help_shows_the_new_one(
    database: Database, settings: Settings, house: House
) -> None:
    tap = event(type="postback", postback={"data": "try:gone:1"}, source=in_group())
    hand(database, settings, tap)
    (sentence,) = house.deliveries()
    assert sentence["messages"][0]["type"] == "flex"


def test_typing_brings_it(database: Database, settings: Settings, house: House) -> None:
    hand(database, settings, event("使い方"))
    (sentence,) = house.deliveries()
    assert sentence["messages"] == messages.help_message(
        "ja", "user", terms_url=f"{settings.public_url}/terms"
    )
