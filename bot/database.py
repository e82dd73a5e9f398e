"""The database: PostgreSQL, or SQLite in WAL mode on one machine."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger(__name__)

SQLITE_TIMEOUT = 5.0  # seconds that one waits for another's lock
MIGRATIONS = Path(__file__).parent / "migrations"


def now() -> float:
    """Seconds since 1970, UTC: one clock for every column, compared across processes."""
    return dt.datetime.now(dt.UTC).timestamp()


class Database:
    """Transactions on one engine: `with database.write() as db` commits at the end, or not at all.

    Create it after a fork. Every process has one.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(url) if self.sqlite else _postgresql(url)
        # Only a writer takes SQLite's one write lock, and takes it at BEGIN: a transaction that
        # first reads and then writes would otherwise fail when another wrote in between.
        self._reader = self.engine.execution_options(efude_read=True)
        # SQLite lets those who wait for that lock sleep, longer and longer; threads need not.
        self._turn: AbstractContextManager[Any] = (
            threading.RLock() if self.sqlite else nullcontext()
        )

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that may write."""
        with self._turn, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that only reads."""
        with self._reader.begin() as connection:
            yield connection

    def skew(self, db: Connection) -> float | None:
        """Seconds that this machine's clock is ahead of the server's; None with SQLite."""
        if self.sqlite:
            return None
        query = "SELECT extract(epoch FROM clock_timestamp())"
        return now() - float(db.exec_driver_sql(query).scalar_one())

    def migrate(self) -> None:
        """Bring the tables to the newest form (Alembic's `upgrade head`)."""
        from alembic import command

        if self.sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        command.upgrade(self._alembic(), "head")

    def behind(self) -> bool:
        """Whether migrations are missing.

        Every process asks this at its start, so it does without importing Alembic: revisions are
        numbered in the names of their files, and the table is Alembic's.
        """
        newest = max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))[:4]
        with self.read() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return True
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
            return found.scalar_one_or_none() != newest

    def await_migration(self, patience: float = 120.0) -> None:
        """Wait until the tables have their newest form; raises TimeoutError after `patience` s.

        A deploy starts processes while its release phase still runs.
        """
        deadline = time.monotonic() + patience
        told = ""
        while True:
            try:
                if not self.behind():
                    return
                problem = "The database is of an older form. Run: python -m bot migrate"
            except SQLAlchemyError as error:
                problem = f"The database cannot be reached ({type(error).__name__})."
            if time.monotonic() > deadline:
                raise TimeoutError(problem)
            if problem != told:
                log.warning("waits for the database", meaning=problem)
                told = problem
            time.sleep(0.2)

    def _alembic(self) -> Any:
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["engine"] = self.engine
        return config

    def close(self) -> None:
        """Close the pool."""
        self.engine.dispose()


def _write_ahead(connection: Any) -> None:
    """Switch a file to WAL. Of two processes that open a new one at the same moment, SQLite
    refuses one at once, whatever its timeout: they could wait for each other for ever."""
    deadline = time.monotonic() + SQLITE_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _postgresql(url: str) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,  # prompts and ids must not reach a log through an error's text
        pool_pre_ping=True,
        pool_size=10,
        pool_timeout=5,
        # A server that hangs must fail the request (and let LINE redeliver), not hold it for ever.
        connect_args={"connect_timeout": 3, "options": "-c statement_timeout=10000"},
    )


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=10,
        pool_timeout=5,
        pool_use_lifo=True,  # the connection that wrote last has the newest pages in memory
        connect_args={"timeout": SQLITE_TIMEOUT},
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # sqlite3 would issue its own BEGINs otherwise
        _write_ahead(connection)
        # A killed process loses nothing; a power cut may take the last instants back.
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        read = connection.get_execution_options().get("efude_read")
        connection.exec_driver_sql("BEGIN" if read else "BEGIN IMMEDIATE")

    return engine
