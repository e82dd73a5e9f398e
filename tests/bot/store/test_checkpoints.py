"""Checkpoints of SQLite: a thread makes them, and no commit does."""

from __future__ import annotations

import gc
import sqlite3
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bot.store.checkpoints import _Checkpoints, checkpoint_apart
from bot.store.database import Database
from tests.scenarios.processes import eventually

LONG = 3600.0  # seconds: never, as far as a test goes
PATIENCE = 30.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a folder with 絵#1.db"


@pytest.fixture
def threads() -> Iterator[list[threading.Thread]]:
    """The threads of this test, once asked for."""
    before = set(threading.enumerate())
    own: list[threading.Thread] = []
    yield own
    own += [each for each in threading.enumerate() if each not in before]
    for thread in own:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "it ends with its database"


def is_larger(file: Path, size: int) -> bool:
    return file.stat().st_size > size


def fill(database: Database, pages: int) -> None:
    """Write about so many pages, a few in each transaction."""
    with database.write() as db:
        db.exec_driver_sql("CREATE TABLE IF NOT EXISTS t (x BLOB)")
    for _ in range(pages // 10):
        with database.write() as db:
            db.exec_driver_sql("INSERT INTO t VALUES (zeroblob(40960))")


def test_no_commit_makes_one(file: Path, threads: list[threading.Thread]) -> None:
    """A thousand pages are what SQLite itself waits for."""
    plain = Database(f"sqlite:///{file}.plain")
    fill(plain, 3000)
    plain_size = Path(f"{file}.plain").stat().st_size
    plain.close()
    database = Database(f"sqlite:///{file}")
    checkpoint_apart(database, LONG)
    fill(database, 3000)
    assert plain_size > 4_000_000
    assert file.stat().st_size < 100_000
    database.close()


def test_the_thread_makes_one_after_a_commit(file: Path, threads: list[threading.Thread]) -> None:
    database = Database(f"sqlite:///{file}")
    checkpoint_apart(database, 0.01)
    for size in (2_000_000, 4_000_000):
        fill(database, 500)
        eventually("a checkpoint", partial(is_larger, file, size), PATIENCE)
    with database.read() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 100
    database.close()


def test_a_reader_holds_up_no_writer(file: Path, threads: list[threading.Thread]) -> None:
    database = Database(f"sqlite:///{file}")
    checkpoint_apart(database, 0.01)
    fill(database, 10)
    with database.read() as reader:
        reader.exec_driver_sql("SELECT * FROM t").fetchall()
        fill(database, 500)  # what comes after the reader's beginning stays in the log
    fill(database, 10)
    eventually("a checkpoint", partial(is_larger, file, 2_000_000), PATIENCE)
    database.close()


def test_a_file_that_is_gone_is_not_made_again(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    with pytest.raises(sqlite3.OperationalError):
        _Checkpoints(database, LONG)._make()
    assert not file.exists()
    database.close()


def test_it_ends_with_a_database_that_nobody_closed(
    file: Path, threads: list[threading.Thread]
) -> None:
    database = Database(f"sqlite:///{file}")
    checkpoint_apart(database, LONG)
    fill(database, 10)
    del database
    gc.collect()


def test_it_does_nothing_with_postgresql() -> None:
    before = set(threading.enumerate())
    checkpoint_apart(Database("postgresql+psycopg://nobody@127.0.0.1:9/nothing"))
    assert "checkpoints" not in {thread.name for thread in set(threading.enumerate()) - before}
