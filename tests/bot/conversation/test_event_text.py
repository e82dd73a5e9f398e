"""A text is read before the transaction that answers it, and only once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection

from bot import jobs
from bot.conversation import event_text, router
from bot.line.events import parse_event
from bot.prompt import MAX_PROMPT, Reading, read
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.store import inbox, schema
from bot.store.clock import now
from bot.tasks.read_inbox import InboxReader
from bot.texts import gettext
from tests.bot.harness import AOI, House, event, in_group


def test_a_text_is_read_while_nobody_waits_for_the_database(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_while_reading: list[bool] = []
    write, depth = house.database.write, [0]

    @contextmanager
    def counted_write() -> Iterator[Connection]:
        with write() as db:
            depth[0] += 1
            try:
                yield db
            finally:
                depth[0] -= 1

    def watched_read(*given: Any) -> Reading:
        open_while_reading.append(depth[0] > 0)
        return read(*given)

    incoming = event("夜の富士山、浮世絵風")
    row: dict[str, Any] = {"event_id": incoming["webhookEventId"], "type": "message"}
    row |= {"chat_key": AOI, "user_id": AOI, "message_id": incoming["message"]["id"]}
    row |= {"trace": None, "received_at": now(), "body": json.dumps(incoming)}
    with write() as db:
        inbox.add(db, [row])
    monkeypatch.setattr(house.database, "write", counted_write)
    monkeypatch.setattr("bot.conversation.event_text.read", watched_read)
    published: list[TaskMessage] = []
    InboxReader(settings, house.database, published.extend, threading.Event()).read()

    assert open_while_reading == [False]
    assert [message.task for message in published][:1] == ["draw"]


def test_what_is_not_said_to_the_bot_is_not_read_ahead() -> None:
    aside = event("今日何食べる？", source=in_group())
    assert "reading" not in vars(event_text.read_ahead(parse_event(json.dumps(aside))))
    wish = event_text.read_ahead(parse_event(json.dumps(event("赤いりんご"))))
    assert vars(wish)["reading"].prompt == "赤いりんご"


@pytest.mark.parametrize(
    "text",
    [
        "あ" * (MAX_PROMPT + 1),
        "㍿" * 251,  # NFKC makes four characters of one
        "ﷺ" * 56,  # and eighteen of this one
        "/管理 " + "x" * MAX_PROMPT,
        "助けて、" * 300,
        "data:" + "A" * 4_995,
    ],
)
def test_what_is_too_long_is_said_so_before_anything_reads_it(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    def refuse(*given: Any) -> None:
        raise AssertionError("a reader was asked")

    for reader in ("read", "parse_command", "strip_small_talk"):
        monkeypatch.setattr(event_text, reader, refuse)
    request = list(router.ROUTES)
    too_long = next(
        place for place, handler in enumerate(request) if handler.__name__ == "_refuse_too_long"
    )
    refusing: list[router.Handler] = [refuse] * (len(request) - too_long - 1)
    monkeypatch.setattr(router, "ROUTES", (*request[: too_long + 1], *refusing))
    incoming = parse_event(json.dumps(event(text)))
    with house.database.write() as db:
        router.handle_event(db, incoming, settings, read_before=event_text.read_ahead(incoming))
    [answer] = house.deliveries()
    sentence = gettext("problem.too_long", "ja", limit=MAX_PROMPT)
    assert [message["text"] for message in answer["messages"]] == [sentence]


def test_only_taps_groups_words_and_unsent_messages_come_before_too_long() -> None:
    names = [handler.__name__ for handler in router.ROUTES]
    before = names[: names.index("_refuse_too_long")]
    assert set(before) == {
        "handle_join",
        "handle_postback",
        "_ignore_unsent",
        "mention_from_prefix",
    }


@pytest.mark.parametrize("mention", ["@絵筆 ", ""])
def test_a_wish_that_is_edited_until_it_is_too_long_is_cancelled(
    house: House, settings: Settings, mention: str
) -> None:
    wish = event("@絵筆 赤いりんご", source=in_group())
    bot = {"index": 0, "length": 3, "type": "user", "userId": "U0", "isSelf": True}
    wish["message"]["mention"] = {"mentionees": [bot]}
    edited = event(mention + "赤い" * MAX_PROMPT, type="messageEdited", source=in_group())
    edited["message"]["id"] = wish["message"]["id"]
    if mention:
        edited["message"]["mention"] = {"mentionees": [bot]}
    for incoming in (wish, edited):
        with house.database.write() as db:
            router.handle_event(db, parse_event(json.dumps(incoming)), settings)
    [job] = house.rows(schema.jobs)
    assert job["state"] == jobs.CANCELLED
    assert gettext("problem.too_long", "ja", limit=MAX_PROMPT) in json.dumps(
        house.deliveries()[-1]["messages"], ensure_ascii=False
    )
