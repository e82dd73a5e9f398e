"""Which language a chat is spoken to in: its person's, a group's, or the one that was asked for."""

from __future__ import annotations

from typing import Any

import pytest

from bot import messages
from bot.conversation import language as language_choice
from bot.conversation import router
from bot.jobs import DELIVERED
from bot.line.rich_menus import RichMenuClient
from bot.queue.app import FETCH_PROFILES, TaskMessage
from bot.settings import Settings
from bot.store.database import Database
from bot.store.schema import chats, jobs
from bot.tasks import profiles
from bot.texts import gettext
from tests.bot.conftest import TIMEOUT
from tests.bot.conversation.test_router import bring_to
from tests.bot.harness import (
    AOI,
    GROUP,
    WISH,
    House,
    Line,
    body_of,
    event,
    in_group,
    parse_events,
)

SELF = {"mentionees": [{"index": 0, "length": 3, "type": "user", "isSelf": True}]}


def hand(database: Database, settings: Settings, *events: dict[str, Any]) -> list[TaskMessage]:
    replies: list[TaskMessage] = []
    for incoming in parse_events(body_of(*events)):
        with database.write() as db:
            replies += router.handle_event(db, incoming, settings)
    return replies


def mentioning(text: str) -> dict[str, Any]:
    made = event(f"@絵筆 {text}", source=in_group())
    made["message"]["mention"] = SELF
    return made


def language(house: House, chat: str = AOI) -> str:
    (row,) = [row for row in house.rows(chats) if row["id"] == chat]
    return str(row["language"])


def said(house: House) -> list[dict[str, Any]]:
    """The messages of the newest delivery."""
    result: list[dict[str, Any]] = house.deliveries()[-1]["messages"]
    return result


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("英語で話して", "en"),
        ("英語でお願いします。", "en"),
        ("Speak English!", "en"),
        ("English, please", "en"),
        ("speak in english", "en"),
        ("日本語で話して", "ja"),
        ("日本語で話してください！", "ja"),
        ("Japanese please", "ja"),
        ("英語の本", None),
        ("英語で話している人", None),
        ("English garden", None),
        ("", None),
    ],
)
def test_words_that_choose(text: str, wanted: str | None) -> None:
    assert language_choice.requested_language(text) == wanted


def test_in_a_1to1_chat(database: Database, settings: Settings, house: House) -> None:
    hand(database, settings, event("英語で話して"))
    assert language(house) == "en"
    assert said(house) == messages.language_chosen("en")
    hand(database, settings, event("help"))
    assert said(house) == messages.help_message(
        "en", "user", terms_url=f"{settings.public_url}/terms"
    )
    (wake, *_) = hand(database, settings, event("赤いりんご"))
    assert house.job(wake.id).language == "en"
    hand(database, settings, event("日本語で話して"))
    assert (language(house), said(house)) == ("ja", messages.language_chosen("ja"))


def test_in_a_group_whoever_mentions_the_bot(
    database: Database, settings: Settings, house: House
) -> None:
    assert hand(database, settings, event("英語で話して", source=in_group())) == []
    assert language(house, GROUP) == "ja"
    hand(database, settings, mentioning("speak English"))
    assert language(house, GROUP) == "en"
    answer = messages.language_chosen("en")
    assert [{**item, "quoteToken": ""} for item in said(house)] == [{**answer[0], "quoteToken": ""}]
    hand(database, settings, mentioning("日本語で話して"))
    assert language(house, GROUP) == "ja"


@pytest.mark.parametrize(
    ("profile", "spoken"), [("ja", "ja"), ("en", "en"), ("en-GB", "en"), ("th", "en"), ("", "ja")]
)
def test_a_1to1_chat_begins_in_its_persons_language(
    *,
    database: Database,
    talking: Settings,
    house: House,
    line: Line,
    profile: str,
    spoken: str,
) -> None:
    line.state.people[AOI].language = profile
    client = RichMenuClient(talking, timeout=TIMEOUT)
    replies = hand(database, talking, event(type="follow", follow={"isUnblocked": False}))
    assert FETCH_PROFILES in replies
    assert profiles.fetch_profiles(database, client) == 1
    assert language(house) == spoken
    hand(database, talking, event("！"))
    assert said(house)[0]["text"] == gettext("problem.empty", spoken)


def test_what_was_chosen_stays_whatever_a_profile_says(
    *, database: Database, talking: Settings, house: House, line: Line
) -> None:
    line.state.people[AOI].language = "en"
    hand(database, talking, event("日本語で話して"))  # before LINE has told of the person
    profiles.fetch_profiles(database, RichMenuClient(talking, timeout=TIMEOUT))
    assert language(house) == "ja"


def test_a_profile_in_a_group_changes_nothing_there(
    *, database: Database, talking: Settings, house: House, line: Line
) -> None:
    line.state.people[AOI].language = "en"
    hand(database, talking, mentioning("赤いりんご"))
    profiles.fetch_profiles(database, RichMenuClient(talking, timeout=TIMEOUT))
    assert language(house, GROUP) == "ja"


def test_two_more_in_a_japanese_chat(house: House, settings: Settings) -> None:
    bring_to(house, house.add(chat=AOI), DELIVERED)
    for text in ("two more", "Can I have two more, please?", "another 2"):
        hand(house.database, settings, event(text))
        newest = max(house.rows(jobs), key=lambda row: float(row["created_at"]))
        assert (newest["request"]["prompt"], newest["request"]["count"]) == (WISH, 2), text
        bring_to(house, newest["id"], DELIVERED)
    hand(house.database, settings, event("Please make it again"))
    newest = max(house.rows(jobs), key=lambda row: float(row["created_at"]))
    assert (newest["request"]["prompt"], newest["request"]["way"]) == (WISH, "again")
