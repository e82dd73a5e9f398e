"""The inbox: every event is handled once, in the order of its chat, whoever dies when."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.conversation import router
from bot.moderation import get_moderation
from bot.queue.app import READ_INBOX, TaskMessage
from bot.settings import Settings
from bot.store import glance, inbox, schema
from bot.store.clock import now
from bot.store.database import Database
from bot.tasks import read_inbox
from bot.tasks.read_inbox import InboxReader
from bot.tasks.sweep import sweep
from tests.bot.harness import AOI, House, body_of, event, signed, together

RIN = "U" + "7" * 32
rows = schema.inbox


class Chat:
    """The web process, which stores; couriers read when a test says so."""

    def __init__(self, client: FlaskClient, house: House, settings: Settings) -> None:
        self._client, self.house, self._settings = client, house, settings
        self.published: list[TaskMessage] = []
        self.stopping = threading.Event()

    def post(self, *events: Any) -> None:
        body = body_of(*events)
        answer = self._client.post("/callback", data=body, headers=signed(body))
        assert answer.status_code == 200

    def limit(self, **limits: Any) -> None:
        self._settings = replace(self._settings, **limits)

    def reader(self) -> InboxReader:
        publish = self.published.extend
        return InboxReader(self._settings, self.house.database, publish, self.stopping)

    def read(self) -> float | None:
        return self.reader().read()

    def read_until_parked(self) -> None:
        for _ in range(read_inbox.MAX_TRIES):
            self.house.set(rows, rows.c.lease_until.is_not(None), lease_until=0.0)
            self.read()

    @property
    def waiting(self) -> list[dict[str, Any]]:
        return [row for row in self.house.rows(rows) if row["parked_at"] is None]

    @property
    def prompts(self) -> list[str]:
        jobs = sorted(self.house.rows(schema.jobs), key=lambda row: float(row["created_at"]))
        return [job["request"]["prompt"] for job in jobs if job["request"]]


@pytest.fixture
def chat(app: Any, house: House, settings: Settings) -> Chat:
    return Chat(FlaskClient(app, app.response_class), house, settings)


def by(user: str) -> dict[str, str]:
    return {"type": "user", "userId": user}


def failing(
    monkeypatch: pytest.MonkeyPatch, error: Callable[[], BaseException], word: str
) -> list[str]:
    """Let the handling of texts with this word raise, after it has written its rows."""
    real, seen = router.handle_event, []

    def handle(db: Any, incoming: Any, *rest: Any, **named: Any) -> Any:
        replies = real(db, incoming, *rest, **named)
        if word in (incoming.text or ""):
            seen.append(incoming.text)
            raise error()
        return replies

    monkeypatch.setattr(router, "handle_event", handle)
    return seen


# --- stored, woken, handled


def test_the_web_process_only_stores(chat: Chat) -> None:
    wish = event("りんご")
    chat.post(wish, event(type="follow", source=by(RIN)))
    first, second = chat.waiting
    assert json.loads(first["body"]) == wish
    assert (first["type"], first["chat_key"], first["user_id"]) == ("message", AOI, AOI)
    assert first["message_id"] == wish["message"]["id"]
    assert (second["type"], second["chat_key"]) == ("follow", RIN)
    for table in (schema.events, schema.jobs, schema.chats):
        assert chat.house.rows(table) == []


def test_what_is_handled_is_gone(chat: Chat) -> None:
    chat.post(event("りんご"), event("ヘルプ", source=by(RIN)))
    assert chat.read() is None
    assert chat.house.rows(rows) == []
    assert chat.prompts == ["りんご"]
    [job] = chat.house.rows(schema.jobs)
    assert TaskMessage("draw", job["id"]) in chat.published
    assert [each.task for each in chat.published].count("send") == 1


def test_a_reply_token_counts_from_the_webhook(chat: Chat) -> None:
    chat.post(event("りんご"))
    came_at = now() - 40
    chat.house.set(rows, rows.c.seq > 0, received_at=came_at)
    chat.read()
    [token] = chat.house.rows(schema.reply_tokens)
    assert token["received_at"] == came_at
    [stored] = chat.house.rows(schema.events)
    assert stored["received_at"] == came_at


def test_an_event_sent_again_is_handled_once(chat: Chat) -> None:
    wish = event("りんご")
    again = {**wish, "deliveryContext": {"isRedelivery": True}}
    chat.post(wish)
    chat.post(again)
    assert len(chat.waiting) == 1
    chat.read()
    chat.post(again)
    chat.read()
    assert chat.prompts == ["りんご"]
    assert chat.house.rows(rows) == []


def test_many_couriers_handle_each_event_once_and_in_order(chat: Chat) -> None:
    people = [f"U{number:032x}" for number in range(5)]
    for position in range(4):
        chat.post(*(event("あ" * (position + 1), source=by(user)) for user in people))
    together([chat.read] * 6)
    chat.read()
    assert chat.house.rows(rows) == []
    jobs = sorted(chat.house.rows(schema.jobs), key=lambda row: float(row["created_at"]))
    for user in people:
        sentence = [len(job["request"]["prompt"]) for job in jobs if job["user_id"] == user]
        assert sentence == sorted(sentence)
    assert len({job["event_id"] for job in jobs}) == len(jobs)


def test_two_couriers_never_have_one_chat(database: Database, chat: Chat) -> None:
    chat.post(event("りんご"), event("みかん"), event("もも", source=by(RIN)))
    with database.write() as db:
        first = inbox.claim(db, "one", 60.0, 10)
    with database.write() as db:
        second = inbox.claim(db, "two", 60.0, 10)
    assert [row.tries for row in first] == [1, 1]
    assert second == [], "the second of a chat waits for the first"
    chat.house.set(rows, rows.c.lease_until.is_not(None), lease_until=0.0)
    with database.write() as db:
        assert len(inbox.claim(db, "three", 60.0, 10)) == 1, "after a death each is taken alone"


def test_an_event_between_the_last_look_and_the_end_is_read(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread is woken for it while the first still holds the reader."""
    reader, real = chat.reader(), inbox.has_due
    late = [event("みかん")]

    def has_due(db: Any) -> bool:
        result = real(db)
        if not result and late:
            chat.post(late.pop())
            thread = threading.Thread(target=reader.read)
            thread.start()
            thread.join(10)
        return result

    monkeypatch.setattr(inbox, "has_due", has_due)
    chat.post(event("りんご"))
    reader.read()
    assert set(chat.prompts) == {"りんご", "みかん"}


def test_what_is_slow_the_first_time_is_done_before_the_first_event(
    chat: Chat, settings: Settings
) -> None:
    judge = get_moderation(settings.moderation_lists_path)
    vars(judge).pop("_vocabulary", None)
    chat.reader().warm_up()
    assert "_vocabulary" in vars(judge)


def test_what_a_chat_brought_before_counts_though_chats_are_looked_at_together(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has asked once may not ask again in this hour, in one chat or in two."""
    looks: list[int] = []
    real = glance.take_all

    def take_all(db: Any, subjects: Any) -> Any:
        looks.append(len(subjects))
        return real(db, subjects)

    monkeypatch.setattr(glance, "take_all", take_all)
    chat.limit(cooldown_seconds=3600.0)
    group = {"type": "group", "groupId": "C" + "1" * 32, "userId": AOI}
    mention = {"mentionees": [{"index": 0, "length": 3, "type": "user", "isSelf": True}]}
    in_group = event("@絵筆 海", source=group)
    in_group["message"]["mention"] = mention
    chat.post(event("りんご"), event("山", source=by(RIN)), in_group)
    chat.post(event("もも"), event("空", source=by(RIN)))
    chat.read()
    assert looks == [3, 2]
    assert set(chat.prompts) == {"りんご", "山"}
    assert len(chat.house.rows(schema.people)) == 2


def test_a_look_at_chats_that_fails_costs_no_try(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_db: Any, _subjects: Any) -> Any:
        raise OperationalError("x", {}, Exception("away"))

    reader = chat.reader()
    chat.post(event("りんご"), event("海", source=by(RIN)))
    with monkeypatch.context() as trouble:
        trouble.setattr(glance, "take_all", away)
        for _ in range(read_inbox.MAX_TRIES + 1):
            with pytest.raises(OperationalError):
                reader.read()
    reader.read()
    assert set(chat.prompts) == {"りんご", "海"}


# --- taken back


def test_an_unsend_overtakes_its_message(chat: Chat) -> None:
    wish = event("りんご")
    chat.post(wish)
    chat.post(event(type="unsend", unsend={"messageId": wish["message"]["id"]}))
    assert [row["type"] for row in chat.waiting] == ["unsend"], "the words are gone at once"
    chat.read()
    assert chat.house.rows(schema.jobs) == []
    chat.post({**wish, "deliveryContext": {"isRedelivery": True}})
    chat.read()
    assert chat.house.rows(schema.jobs) == [], "nor when LINE sends it once more"


def test_an_unsend_while_a_courier_has_the_message(chat: Chat, database: Database) -> None:
    wish = event("りんご")
    chat.post(wish)
    with database.write() as db:
        [claimed] = inbox.claim(db, "courier", 60.0, 1)
    chat.post(event(type="unsend", unsend={"messageId": wish["message"]["id"]}))
    with database.write() as db:
        assert not inbox.remove(db, claimed.seq, "courier")


def test_an_unsend_takes_a_parked_event_along(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, lambda: ValueError("x"), "りんご")
    wish = event("りんご")
    chat.post(wish)
    chat.read_until_parked()
    assert len(chat.house.rows(rows)) == 1
    chat.post(event(type="unsend", mode="standby", unsend={"messageId": wish["message"]["id"]}))
    chat.read()
    assert chat.house.rows(rows) == []


def test_who_is_erased_leaves_nothing_in_the_inbox(chat: Chat, database: Database) -> None:
    group = {"type": "group", "groupId": "C" + "1" * 32, "userId": AOI}
    chat.post(event("りんご"), event("もも", source=group), event("海", source=by(RIN)))
    with database.write() as db:
        inbox.delete_person(db, AOI, until=now() - 60)
        assert inbox.backlog(db).waiting == 3
        inbox.delete_person(db, AOI)
    assert [row["chat_key"] for row in chat.waiting] == [RIN]


# --- what goes wrong


def test_a_poison_event_is_parked_and_its_neighbours_are_served(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = failing(monkeypatch, lambda: ValueError("毒りんご"), "毒")
    poison = event("毒りんご")
    chat.post(event("海"), poison, event("山"), event("空", source=by(RIN)))
    assert chat.read() == read_inbox.RETRY_DELAYS[0]
    assert set(chat.prompts) == {"海", "空"}, "what was written with the poison is undone"
    with capture_logs() as lines:
        chat.read_until_parked()
    [line] = [each for each in lines if each["event"] == "inbox_event.parked"]
    assert line["where"].split(" > ")[-1].startswith("test_read_inbox.py:"), "where it was raised"
    assert len(seen) == read_inbox.MAX_TRIES
    assert set(chat.prompts) == {"海", "空", "山"}
    [parked] = chat.house.rows(rows)
    assert (parked["event_id"], parked["error_code"]) == (poison["webhookEventId"], "failed")
    assert chat.read() is None
    with chat.house.database.write() as db:
        assert not inbox.has_due(db)
        assert inbox.unpark(db, parked["seq"])
        assert not inbox.unpark(db, parked["seq"])
        assert inbox.has_due(db)


@pytest.mark.parametrize(
    "junk",
    [
        "no object",
        7,
        None,
        [],
        {},
        {"type": 7},
        event("りんご", webhookEventId="x" * 300),
        event("りんご", source={"type": "group", "groupId": "C" * 300}),
    ],
)
def test_a_malformed_event_is_parked_at_once_and_named(chat: Chat, junk: object) -> None:
    chat.post(junk, event("海"))
    chat.read()
    assert chat.prompts == ["海"]
    for row in chat.house.rows(rows):
        assert (row["error_code"], row["tries"]) == ("malformed", 1)


def test_a_courier_that_dies_costs_its_batch_nothing(chat: Chat, database: Database) -> None:
    """Its lease runs out. Those that it had begun with are then taken one by one."""
    people = [f"U{number:032x}" for number in range(6)]
    chat.post(*(event("りんご", source=by(user)) for user in people))
    with database.write() as db:
        assert len(inbox.claim(db, "dead", 60.0, 10)) == 6
    chat.read()
    assert chat.prompts == []
    assert READ_INBOX not in sweep(database, 3)
    chat.house.set(rows, rows.c.seq > 0, lease_until=0.0)
    assert READ_INBOX in sweep(database, 3)
    chat.read()
    assert len(chat.prompts) == 6


def test_a_stop_gives_back_what_was_not_begun(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    real = router.handle_event

    def handle(*arguments: Any, **named: Any) -> Any:
        chat.stopping.set()
        return real(*arguments, **named)

    monkeypatch.setattr(router, "handle_event", handle)
    chat.post(*(event("りんご", source=by(f"U{number:032x}")) for number in range(4)))
    chat.read()
    assert len(chat.prompts) == 1
    assert {(row["tries"], row["lease_until"]) for row in chat.waiting} == {(0, None)}


def test_a_database_that_is_away_costs_no_try(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    class Away(OperationalError):
        def __init__(self) -> None:
            super().__init__("x", {}, Exception("away"))

    def postpone(*_arguments: Any) -> bool:
        raise Away

    reader = chat.reader()
    with monkeypatch.context() as trouble:
        failing(trouble, Away, "りんご")
        trouble.setattr(inbox, "postpone", postpone)
        chat.post(event("りんご"), event("海", source=by(RIN)))
        for _ in range(read_inbox.MAX_TRIES + 1):
            with pytest.raises(OperationalError):
                reader.read()
    reader.read()
    assert set(chat.prompts) == {"りんご", "海"}


def test_a_great_webhook_is_stored_in_one_transaction(chat: Chat) -> None:
    chat.post(*(event("りんご", source=by(f"U{number:032x}")) for number in range(300)))
    assert len(chat.waiting) == 300
    chat.read()
    assert chat.house.rows(rows) == []
    assert len(chat.prompts) == 300


class _WakingLock:
    """A lock at whose first release somebody else has just asked for the inbox to be read."""

    def __init__(self, woken: threading.Event) -> None:
        self._lock, self._calls = threading.Lock(), iter([woken.set])
        self.acquire = self._lock.acquire

    def release(self) -> None:
        for call in self._calls:
            call()
        self._lock.release()


def test_a_retry_is_kept_in_mind_when_somebody_wakes_the_reader_at_its_end(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, lambda: ValueError("毒りんご"), "毒")
    chat.post(event("毒りんご"))
    reader = chat.reader()
    lock: Any = _WakingLock(reader._woken)
    reader._reading = lock
    assert reader.read() == read_inbox.RETRY_DELAYS[0]


@pytest.mark.parametrize(("people", "most"), [(1, 10), (2, 9)])
def test_a_wish_takes_few_statements(chat: Chat, people: int, most: int) -> None:
    """To PostgreSQL each is a round trip, on which the speed of a courier depends.

    Several chats are looked at by one.
    """
    statements: list[str] = []

    def trace(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.set_trace_callback(statements.append)

    chat.post(*(event("赤いりんご", source=by(f"U{n:032x}")) for n in range(people)))
    engine = chat.house.database.engine
    sqlalchemy_event.listen(engine, "checkout", trace)
    try:
        chat.read()
    finally:
        sqlalchemy_event.remove(engine, "checkout", trace)
    assert chat.prompts == ["赤いりんご"] * people
    ends = [n for n, each in enumerate(statements) if each == "COMMIT"]
    wishes = [n for n, each in enumerate(statements) if each.startswith("DELETE FROM inbox")]
    assert len(wishes) == people
    for first in wishes:
        end = next(n for n in ends if n > first)
        assert len(statements[first - 1 : end + 1]) <= most, statements
