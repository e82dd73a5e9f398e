"""Chats and the events that LINE may send twice."""

from __future__ import annotations

from bot.store import chats, schema
from bot.store.clock import now
from bot.store.database import Database
from tests.bot.harness import AOI, GROUP, House, together


def test_an_event_is_new_once(database: Database) -> None:
    def store(event_id: str) -> bool:
        with database.write() as db:
            return chats.record_event(db, event_id, "message", "active")

    assert store("one") is True
    assert store("one") is False
    assert store("two") is True


def test_of_many_deliveries_at_once_one_is_the_first(database: Database) -> None:
    def store(event_id: str) -> bool:
        with database.write() as db:
            return chats.record_event(db, event_id, "message", "active")

    for number in range(10):
        results = together([lambda n=number: store(f"e{n}")] * 4)  # type: ignore[misc]
        assert sorted(results) == [False, False, False, True]


def test_a_chat_is_reachable_until_it_is_lost_and_again_when_it_speaks(house: House) -> None:
    with house.database.write() as db:
        assert chats.is_reachable(db, AOI) is False
        assert chats.touch(db, AOI, "user") == "ja"
        assert chats.is_reachable(db, AOI) is True
        chats.mark_unreachable(db, AOI)
        chats.mark_unreachable(db, GROUP)  # never seen: nothing to lose
        assert chats.is_reachable(db, AOI) is False
        chats.touch(db, AOI, "user")
        assert chats.is_reachable(db, AOI) is True
        assert chats.is_reachable(db, GROUP) is False


def test_a_chat_keeps_its_language(house: House) -> None:
    with house.database.write() as db:
        chats.touch(db, AOI, "user")
    house.set(schema.chats, schema.chats.c.id == AOI, language="en")
    with house.database.write() as db:
        assert chats.touch(db, AOI, "user") == "en"


def test_silent_chats_are_forgotten_and_talking_ones_are_not(house: House) -> None:
    with house.database.write() as db:
        for chat in (AOI, GROUP):
            chats.touch(db, chat, "user")
    house.set(schema.chats, schema.chats.c.id != "", seen_at=now() - 100 * 86400)
    with house.database.write() as db:
        chats.touch(db, AOI, "user")
        chats.delete_silent(db, now() - 90 * 86400)
    assert [row["id"] for row in house.rows(schema.chats)] == [AOI]
