"""Statements compiled once: the same outcome and the same errors as SQLAlchemy's own execution."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, or_, select
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError

from bot.store.database import Database
from bot.store.prepared import Prepared
from bot.store.schema import events, jobs

NEW = Prepared(insert(jobs))
FOUND = Prepared(
    select(jobs.c.number, jobs.c.attempts).where(
        jobs.c.chat_id == bindparam("chat"),
        or_(jobs.c.state == "queued", jobs.c.state == "drawing"),
    )
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    result = Database(f"sqlite:///{tmp_path / 'efude.db'}")
    result.migrate()
    yield result
    result.close()


def row(**fields: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "number": "4F7-K2M",
        "secret": "s",
        "event_id": "e",
        "chat_id": "U1",
        "chat_kind": "user",
        "language": "ja",
        "request": {"prompt": "赤いりんご", "count": 2},
        "state": "queued",
        "created_at": 1.5,
        **fields,
    }


def test_it_stores_what_the_statement_itself_would_store(database: Database) -> None:
    with database.write() as db:
        assert NEW.run(db, **row()) == 1
        db.execute(insert(jobs), row(id="2", number="5F7-K2M", event_id="f"))
    with database.read() as db:
        one, other = (dict(row) for row in db.execute(select(jobs)).mappings())
    assert one == {**other, "id": "1", "number": "4F7-K2M", "event_id": "e"}
    assert one["request"] == {"prompt": "赤いりんご", "count": 2}
    assert one["attempts"] == 0, "the column's default"


def test_it_finds_with_values_and_constants(database: Database) -> None:
    with database.write() as db:
        assert FOUND.first(db, chat="U1") is None
        NEW.run(db, **row())
        NEW.run(db, **row(id="2", number="5F7-K2M", event_id="f", state="drawn", chat_id="U2"))
        assert FOUND.first(db, chat="U1") == ("4F7-K2M", 0)
        assert FOUND.first(db, chat="U2") is None


def test_a_value_is_never_read_as_sql(database: Database) -> None:
    with database.write() as db:
        NEW.run(db, **row(chat_id="'; DROP TABLE jobs; --"))
        assert FOUND.first(db, chat="'; DROP TABLE jobs; --") is not None


def test_a_value_that_is_left_out_is_no_null(database: Database) -> None:
    new = Prepared(insert(jobs))
    with database.write() as db:
        new.run(db, **row(user_id="U1"))
        with pytest.raises((KeyError, SQLAlchemyError)):
            new.run(db, **row(id="2", number="5F7-K2M", event_id="f"))


def test_an_error_is_sqlalchemy_s_rolls_back_and_tells_no_value(database: Database) -> None:
    def twice() -> None:
        with database.write() as db:
            NEW.run(db, **row())
            NEW.run(db, **row(id="2", secret="ひみつ"))

    with pytest.raises(IntegrityError) as raised:
        twice()
    assert "UNIQUE" in str(raised.value)
    assert "ひみつ" not in str(raised.value)
    with database.read() as db:
        assert db.execute(select(jobs.c.id)).all() == []


def test_a_database_without_tables_is_an_operational_error(tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(OperationalError, match="no such table"), empty.write() as db:
        NEW.run(db, **row())
    empty.close()
    assert issubclass(OperationalError, SQLAlchemyError), "the webhook answers 500 to these"


def test_the_statement_may_depend_on_the_database(database: Database) -> None:
    request: list[str] = []

    def make(dialect: str) -> Any:
        request.append(dialect)
        return insert(events)

    statement = Prepared(make)
    with database.write() as db:
        for name in "abc":
            statement.run(db, id=name, type="message", mode="active", received_at=1.0)
    assert request == ["sqlite"]


def test_what_is_run_later_is_there_for_the_next_statement(database: Database) -> None:
    with database.write() as db:
        NEW.run_later(db, **row())
        assert FOUND.first(db, chat="U1") == ("4F7-K2M", 0)
