"""Prepared statements on PostgreSQL do what SQLAlchemy's own execution of them does."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, delete, insert, select, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from bot.store import bans, chats, flags, glance, pending_edits, people, photos
from bot.store.database import Database
from bot.store.glance import Subject
from bot.store.prepared import Prepared
from bot.store.schema import jobs, unsent
from tests.bot.store.test_prepared import (
    FOUND,
    NEW,
    row,
    test_a_value_is_never_read_as_sql,
    test_a_value_that_is_left_out_is_no_null,
)
from tests.scenarios.servers import PostgreSQL

__all__ = ["test_a_value_is_never_read_as_sql", "test_a_value_that_is_left_out_is_no_null"]
pytestmark = pytest.mark.services

SECRET = "ひみつ"

ALL = Prepared(select(jobs).where(jobs.c.chat_id == bindparam("chat")).order_by(jobs.c.id))
GONE = Prepared(delete(jobs).where(jobs.c.chat_id == bindparam("chat")))


@pytest.fixture(scope="module")
def shared(postgres: PostgreSQL) -> Iterator[Database]:
    result = Database(postgres.new_database())
    result.migrate()
    yield result
    result.close()


@pytest.fixture
def database(shared: Database) -> Database:
    with shared.write() as db:
        db.execute(delete(jobs))
    return shared


def test_rows_are_stored_and_found_as_by_sqlalchemy(database: Database) -> None:
    values = {"quote_token": None, "attempts": 3, "lease_until": 1.25, "user_id": "絵筆 'x' \\ 🌸"}
    with database.write() as db:
        assert Prepared(insert(jobs)).run(db, **row(**values)) == 1
        db.execute(insert(jobs), row(id="2", number="5F7-K2M", event_id="f", **values))
    with database.read() as db:
        one, other = (dict(each) for each in db.execute(select(jobs)).mappings())
        assert one == {**other, "id": "1", "number": "4F7-K2M", "event_id": "e"}
        rows = [tuple(each) for each in db.execute(select(jobs).order_by(jobs.c.id))]
        assert ALL.all(db, chat="U1") == rows
        assert ALL.first(db, chat="U1") == rows[0]
        assert (ALL.all(db, chat="U2"), ALL.first(db, chat="U2")) == ([], None)
        assert FOUND.first(db, chat="U1") == ("4F7-K2M", 3)
    with database.write() as db:
        assert (GONE.run(db, chat="U2"), GONE.run(db, chat="U1")) == (0, 2)


@pytest.mark.parametrize(
    ("fields", "error"),
    [({"id": "2"}, IntegrityError), ({"id": "2", "number": "5F7-K2M", "chat_id": "\0"}, DataError)],
)
def test_an_error_is_sqlalchemy_s_rolls_back_and_tells_no_value(
    database: Database, fields: dict[str, Any], error: type[Exception]
) -> None:
    def twice() -> None:
        with database.write() as db:
            NEW.run(db, **row())
            NEW.run(db, **row(secret="ひみつ", **fields))

    with pytest.raises(error) as raised:
        twice()
    assert "ひみつ" not in str(raised.value)
    with database.write() as db:
        assert ALL.all(db, chat="U1") == []
        assert NEW.run(db, **row()) == 1, "the connection goes on"


@pytest.mark.parametrize("by_itself", [True, False])
@pytest.mark.parametrize("fields", [{"chat_kind": None, "id": "2"}, {"number": "5F7-K2M"}])
def test_an_error_quotes_nothing_of_the_row(
    database: Database, fields: dict[str, Any], *, by_itself: bool
) -> None:
    """「Failing row contains (…)」, the server would say, 「Key (id)=(…) already exists」."""

    def fail() -> None:
        values = row(id=SECRET, secret=SECRET)
        with database.write() as db:
            NEW.run(db, **values)
            if by_itself:
                db.execute(insert(jobs), values | fields)
            else:
                NEW.run(db, **values | fields)

    with pytest.raises(IntegrityError) as raised:
        fail()
    shown = "".join(traceback.format_exception(raised.value))
    assert "violates" in shown
    assert SECRET not in shown


def end_connection(db: Connection, database: Database) -> None:
    """Have the server end a connection, as it does when it restarts."""
    pid = db.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with database.write() as other:
        other.exec_driver_sql("SELECT pg_terminate_backend(%s)", (pid,))
    time.sleep(0.2)


def test_a_connection_that_ends_amid_a_transaction(database: Database) -> None:
    """It costs that transaction, and none after it."""

    def lose() -> None:
        with database.write() as db:
            NEW.run(db, **row())
            end_connection(db, database)
            NEW.run(db, **row(id="2", number="5F7-K2M", event_id="f"))

    with pytest.raises(OperationalError):
        lose()
    with database.write() as db:
        assert ALL.all(db, chat="U1") == []
        assert NEW.run(db, **row()) == 1


def test_what_is_run_later_goes_with_the_next_statement_or_the_commit(database: Database) -> None:
    with database.write() as db:
        NEW.run_later(db, **row())
        NEW.run_later(db, **row(id="2", number="5F7-K2M", event_id="f"))
        assert [each[0] for each in ALL.all(db, chat="U1")] == ["1", "2"]
        NEW.run_later(db, **row(id="3", number="6F7-K2M", event_id="g"))
        assert len(list(db.execute(select(jobs.c.id)))) == 3, "SQLAlchemy's own statement"
        NEW.run_later(db, **row(id="4", number="7F7-K2M", event_id="h"))
    with database.read() as db:
        assert [each[0] for each in ALL.all(db, chat="U1")] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("then", ["a statement", "SQLAlchemy", "commit"])
def test_an_error_of_what_is_run_later_undoes_its_transaction(
    database: Database, then: str
) -> None:
    def fail() -> None:
        with database.write() as db:
            NEW.run(db, **row(secret=SECRET))
            NEW.run_later(db, **row(id="2", secret=SECRET))
            if then == "a statement":
                ALL.all(db, chat="U1")
            elif then == "SQLAlchemy":
                db.execute(select(jobs.c.id))

    with pytest.raises(IntegrityError) as raised:
        fail()
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    with database.write() as db:
        assert ALL.all(db, chat="U1") == []
        assert NEW.run(db, **row()) == 1, "the connection goes on"


def test_what_is_run_later_is_not_run_after_a_rollback(database: Database) -> None:
    def give_up() -> None:
        with database.write() as db:
            NEW.run_later(db, **row())
            raise LookupError

    with pytest.raises(LookupError):
        give_up()
    assert database.first(ALL, chat="U1") is None
    with database.write() as db:
        assert ALL.all(db, chat="U1") == []


@pytest.mark.parametrize("later", [True, False])
def test_a_connection_that_ends_before_the_commit(database: Database, *, later: bool) -> None:
    def lose() -> None:
        with database.write() as db:
            NEW.run(db, **row())
            end_connection(db, database)
            if later:
                NEW.run_later(db, **row(id="2", number="5F7-K2M", event_id="f"))

    with pytest.raises(OperationalError):
        lose()
    with database.write() as db:
        assert ALL.all(db, chat="U1") == []
        assert NEW.run(db, **row()) == 1


@pytest.mark.parametrize("later", [False, True])
def test_other_threads_run_while_a_statement_waits(database: Database, *, later: bool) -> None:
    ticks: list[float] = []
    waited = threading.Event()

    def tick() -> None:
        while not waited.wait(0.01):
            ticks.append(time.monotonic())

    thread = threading.Thread(target=tick)
    with database.write() as db:
        Prepared(text("SELECT 1")).first(db)
        thread.start()
        if later:
            Prepared(text("SELECT 1")).run_later(db)
        Prepared(text("SELECT 1 FROM pg_sleep(1)")).first(db)
        waited.set()
        thread.join()
    assert len(ticks) > 1


def test_a_look_at_many_chats_is_a_look_at_each(database: Database) -> None:
    with database.write() as db:
        NEW.run(db, **row(user_id="U1"))
        db.execute(insert(jobs), row(id="2", number="5F7-K2M", event_id="f", user_id="U1"))
        chats.touch(db, "U1", "user")
        pending_edits.start(db, "C1", "U2", "job", None)
        photos.add(db, message_id="m2", chat_id="C1", user_id="U3", fetch=False)
        people.enqueue_profile(db, "C1", "U1", None)
        bans.ban(db, "U4")
        db.execute(insert(unsent).values(message_id="m1", at=1.0))
    subjects = [
        Subject(chat, user, message)
        for chat in ("U1", "C1", "U4", "絵'")
        for user in ("U1", "U2", "U3", "U4", None)
        for message in ("m1", None)
    ]
    for _ in range(2):
        with database.write() as db:
            looks = [glance.take(db, *subject) for subject in subjects]
            assert glance.take_all(db, subjects) == looks
            assert glance.take_all(db, subjects[:1]) == looks[:1]
            assert len(set(map(str, looks))) > 8
            flags.set_flag(db, flags.DRAINING, False)
