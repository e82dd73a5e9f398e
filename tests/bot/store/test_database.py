"""The database: transactions, migrations, and what its errors say."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, bindparam, event, func, insert, inspect, select
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from structlog.testing import capture_logs

from bot.store import database as database_module
from bot.store.clock import now
from bot.store.database import Database
from bot.store.prepared import Prepared
from bot.store.schema import metadata, unsent
from tests import ROOT
from tests.bot.harness import impatient, together


def note(database: Database, name: str) -> None:
    with database.write() as db:
        db.execute(insert(unsent).values(message_id=name, at=1.0))


def twice(db: Connection, name: str) -> None:
    """Fails, halfway."""
    for _ in range(2):
        db.execute(insert(unsent).values(message_id=name, at=1.0))


def count(database: Database) -> int:
    with database.read() as db:
        return int(db.execute(select(func.count()).select_from(unsent)).scalar_one())


def test_what_is_written_is_there_for_others(database: Database) -> None:
    note(database, "a")
    other = Database(str(database.url))
    assert count(other) == 1
    other.close()


def test_an_error_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as db:
        twice(db, "a")
    assert count(database) == 0


def test_a_savepoint_rolls_back_alone(database: Database) -> None:
    with database.write() as db:
        db.execute(insert(unsent).values(message_id="a", at=1.0))
        with pytest.raises(IntegrityError), db.begin_nested():
            twice(db, "b")
        db.execute(insert(unsent).values(message_id="c", at=1.0))
    with database.read() as db:
        assert list(db.execute(select(unsent.c.message_id)).scalars()) == ["a", "c"]


def test_a_single_look_outlives_its_connection(database: Database) -> None:
    note(database, "a")
    by_name = Prepared(select(unsent.c.at).where(unsent.c.message_id == bindparam("name")))
    assert (database.first(by_name, name="a"), database.first(by_name, name="b")) == ((1.0,), None)
    with database.engine.connect() as connection:
        connection.connection.driver_connection.close()  # type: ignore[union-attr]
    assert database.first(by_name, name="a") == (1.0,)


def test_read_then_write_never_fails_halfway(database: Database) -> None:
    """With BEGIN instead of BEGIN IMMEDIATE one of these would end in "database is locked"."""

    def count_and_add(name: str) -> None:
        with database.write() as db:
            before = db.execute(select(func.count()).select_from(unsent)).scalar_one()
            time.sleep(0.005)
            db.execute(insert(unsent).values(message_id=name, at=float(before)))

    results = together([lambda n=n: count_and_add(f"m{n}") for n in range(8)])  # type: ignore[misc]
    assert results == [None] * 8
    with database.read() as db:
        seen = sorted(db.execute(select(unsent.c.at)).scalars())
    assert seen == [float(n) for n in range(8)], "two counted the same"


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    note(database, "a")
    with database.write() as db:
        db.execute(insert(unsent).values(message_id="b", at=1.0))
        started = time.monotonic()
        assert together([lambda: count(database)]) == [1]
        assert time.monotonic() - started < 2.0


def test_a_database_that_stays_locked_is_an_error_not_a_hang(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    database.migrate()
    impatient(database)
    holder = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(OperationalError):
            note(database, "a")
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    note(database, "a")  # and it works again
    database.close()


def test_errors_do_not_quote_what_people_wrote(database: Database) -> None:
    note(database, "private words")
    with pytest.raises(IntegrityError) as caught:
        note(database, "private words")
    assert "private words" not in str(caught.value)


def test_wal_and_its_settings_are_in_force(database: Database) -> None:
    with database.read() as db:
        assert db.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert db.exec_driver_sql("PRAGMA synchronous").scalar() == 1


def test_times_are_seconds_of_this_century() -> None:
    assert abs(now() - time.time()) < 5


# --- migrations


@pytest.fixture
def fresh(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'deep' / 'down' / 'new.db'}")


def test_migrating_makes_the_folder_and_the_tables(fresh: Database) -> None:
    fresh.migrate()
    assert set(inspect(fresh.engine).get_table_names()) == {*metadata.tables, "alembic_version"}
    fresh.migrate()  # once more does no harm
    fresh.close()


def test_the_migrations_make_what_the_code_expects(fresh: Database) -> None:
    fresh.migrate()
    with fresh.read() as db:
        context = MigrationContext.configure(db, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    fresh.close()


def test_down_and_up_again(fresh: Database) -> None:
    fresh.migrate()
    command.downgrade(fresh._alembic(), "base")
    assert inspect(fresh.engine).get_table_names() == ["alembic_version"]
    assert fresh.needs_migration()
    fresh.migrate()
    assert not fresh.needs_migration()
    assert set(inspect(fresh.engine).get_table_names()) >= set(metadata.tables)
    fresh.close()


def test_behind(database: Database, tmp_path: Path) -> None:
    assert not database.needs_migration()
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert empty.needs_migration()
    empty.close()


def test_no_database_at_all_raises(tmp_path: Path) -> None:
    nowhere = Database(f"sqlite:///{tmp_path / 'missing' / 'x.db'}")
    with pytest.raises(SQLAlchemyError):
        nowhere.needs_migration()


def test_waiting_for_the_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'x.db'}"
    late = Database(url)
    with pytest.raises(TimeoutError, match="cannot be reached"):
        late.wait_for_migration(timeout=0)
    release = Database(url)
    thread = threading.Thread(target=release.migrate)
    thread.start()
    with capture_logs() as written:
        late.wait_for_migration(timeout=60)
    thread.join()
    assert {line["event"] for line in written} <= {"database.awaited"}
    assert len({line["meaning"] for line in written}) == len(written), "each reason is said once"
    assert not late.needs_migration()
    late.close()
    release.close()


def test_who_opens_a_new_file_in_the_same_moment_as_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SQLite then refuses one of the two without waiting."""

    class Refused:
        def __init__(self, times: float) -> None:
            self.times = times

        def execute(self, statement: str) -> None:
            assert statement == "PRAGMA journal_mode=WAL"
            self.times -= 1
            if self.times >= 0:
                raise sqlite3.OperationalError("database is locked")

    database_module._write_ahead(Refused(3))
    monkeypatch.setattr(database_module, "SQLITE_TIMEOUT_SECONDS", 0.05)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        database_module._write_ahead(Refused(float("inf")))


def test_a_migration_is_one_transaction(tmp_path: Path) -> None:
    """Between two, another process that migrates would take the same step."""
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    begun: list[Connection] = []
    event.listen(database.engine, "begin", begun.append)
    database.migrate()
    database.close()
    assert len(begun) == 1


def test_the_project_may_lie_in_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """alembic reads its options with configparser, to which a % means something."""
    moved = tmp_path / "私の 絵 100%" / "migrations"
    moved.parent.mkdir()
    moved.symlink_to(database_module.MIGRATIONS)
    monkeypatch.setattr(database_module, "MIGRATIONS", moved)
    database = Database(f"sqlite:///{tmp_path / 'efude.db'}")
    database.migrate()
    note(database, "a")
    assert count(database) == 1
    database.close()


def test_two_processes_migrate_at_once(tmp_path: Path) -> None:
    """As when every container of a deployment runs `migrate` at its start."""
    environ = {
        **os.environ,
        "LINE_CHANNEL_SECRET": "s",
        "LINE_CHANNEL_ACCESS_TOKEN": "t",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'shared.db'}",
    }
    script = (
        "import sys; from bot.store.database import Database; import alembic.command\n"
        "database = Database(sys.argv[1]); print('ready', flush=True); sys.stdin.read(1)\n"
        "database.migrate()"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, environ["DATABASE_URL"]],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    ends: list[str] = []
    threads = [
        threading.Thread(
            target=lambda process=process: ends.append(process.communicate("go", timeout=30)[1])
        )
        for process in started
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.returncode for process in started] == [0, 0], ends
    database = Database(environ["DATABASE_URL"])
    assert not database.needs_migration()
    database.close()


def test_a_pooler_is_asked_for_nothing_that_it_refuses() -> None:
    """PgBouncer and its like end a connection that starts with `options`."""
    request: list[set[str]] = []

    def serve(server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection:
                    while head := connection.recv(4):
                        body = connection.recv(int.from_bytes(head) - 4)
                        if int.from_bytes(body[:4]) in {80877103, 80877104}:  # TLS, GSS
                            connection.sendall(b"N")
                            continue
                        words = body[4:].rstrip(b"\0").split(b"\0")
                        request.append({word.decode() for word in words[::2]})
                        reason = b"SFATAL\0C08P01\0Mno\0\0"
                        connection.sendall(b"E" + (len(reason) + 4).to_bytes(4) + reason)
                        break

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        port = server.getsockname()[1]
        database = Database(f"postgresql+psycopg://efude@127.0.0.1:{port}/efude")
        with pytest.raises(OperationalError), database.read():
            pass
    assert request
    assert set().union(*request) <= {"user", "database", "client_encoding"}
