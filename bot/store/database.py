"""The database: PostgreSQL, or SQLite in WAL mode on one machine."""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.settings import SettingError
from bot.store.clock import now
from bot.store.haste import Haste
from bot.store.prepared import Prepared

log = structlog.get_logger(__name__)

SQLITE_TIMEOUT_SECONDS = 5.0  # for which a connection waits for a lock
# If the server hangs, the request fails and LINE redelivers it.
STATEMENT_TIMEOUT_SECONDS = 10
_POSTGRESQL_ARGUMENTS = {
    "connect_timeout": 3,
    # A server that is gone without a word is noticed within a minute, also in mid-statement.
    "keepalives": 1,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,  # milliseconds; on Linux
    # Behind a pooler in transaction mode, the next transaction may be on another connection of the
    # server's, which knows none of the statements that this one prepared.
    "prepare_threshold": None,
}
MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """Transactions on one engine: `with database.write() as db` commits at the end, or not at all.

    Create it after a fork. Every process has one.
    """

    def __init__(self, url: str, *, hasty: bool = False) -> None:
        """hasty: whether other processes let this one write first (SQLite)."""
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url, hasty) if self.sqlite else _postgresql(url)
        # Python 3.13 warns of an SQLite connection that is dropped open.
        self._closed_with_self = weakref.finalize(self, self.engine.dispose)
        # Only a writer takes SQLite's one write lock, and takes it at BEGIN: a transaction that
        # first reads and then writes would otherwise fail when another wrote in between.
        self._reader = self.engine.execution_options(efude_read=True)
        # SQLite polls for that lock with growing pauses; threads of one process need not.
        self._write_lock: AbstractContextManager[Any] = (
            threading.RLock() if self.sqlite else nullcontext()
        )

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that may write."""
        with self._write_lock, _transaction(self.engine) as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads."""
        with _transaction(self._reader) as connection:
            yield connection

    def first(self, statement: Prepared, **values: Any) -> tuple[Any, ...] | None:
        """Execute one SELECT, a transaction of its own, and return its first row or None.

        One round trip instead of three: no BEGIN, no COMMIT, and so no time limit either. What
        fails is tried once more in a transaction, which replaces connections to a server that is
        not there any more.
        """
        with self._reader.connect() as connection:
            try:
                return statement.first(connection, **values)
            except DBAPIError:
                connection.invalidate()
        with self.read() as connection:
            return statement.first(connection, **values)

    def clock_skew(self, db: Connection) -> float | None:
        """Return by how many seconds this clock is ahead of the server's; None with SQLite."""
        if self.sqlite:
            return None
        query = "SELECT extract(epoch FROM clock_timestamp())"
        return now() - float(db.exec_driver_sql(query).scalar_one())

    def migrate(self) -> None:
        """Migrate to the newest schema (Alembic's `upgrade head`)."""
        from alembic import command

        if self.sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        command.upgrade(self._alembic(), "head")

    def needs_migration(self) -> bool:
        """Return whether migrations are missing.

        Does not import Alembic, since every process calls it at its start: revisions are numbered
        in the names of their files, and the table is Alembic's.
        """
        newest = max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))[:4]
        with self.read() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return True
            revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
            return revision.scalar_one_or_none() != newest

    def wait_for_migration(self, timeout: float = 120.0) -> None:
        """Wait until the schema is the newest; raises TimeoutError after `timeout` seconds.

        A deploy may start processes while its release phase still runs.
        """
        deadline = time.monotonic() + timeout
        logged = ""
        while True:
            try:
                if not self.needs_migration():
                    return
                problem = "The database is of an older form. Run: python -m bot migrate"
            except SQLAlchemyError as error:
                problem = f"The database cannot be reached ({type(error).__name__})."
            if time.monotonic() > deadline:
                raise TimeoutError(problem)
            if problem != logged:
                log.warning("database.awaited", meaning=problem)
                logged = problem
            time.sleep(0.2)

    def _alembic(self) -> Any:
        from alembic.config import Config

        config = Config()
        # Options are read with configparser's interpolation, in which % is doubled.
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["engine"] = self.engine
        return config

    def close(self) -> None:
        """Close the pool."""
        self.engine.dispose()


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    """Open a transaction, on another connection if the first one's server is not there any more.

    So a server's restart costs nobody a failure, and to ask each connection first whether it lives
    (pool_pre_ping) would be a round trip more.
    """
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(engine.begin())
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            connection = stack.enter_context(engine.begin())
        yield connection


def _write_ahead(connection: Any) -> None:
    """Switch a file to WAL: https://www.sqlite.org/wal.html

    Of two processes that open a new file at the same time, SQLite refuses one at once, whatever its
    timeout, since they could wait for each other for ever. So it is tried again.
    """
    deadline = time.monotonic() + SQLITE_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _postgresql(url: str) -> Engine:
    """Return an engine that works behind a pooler in transaction mode, such as PgBouncer.

    Nothing is kept in the session: no prepared statements, no settings, no locks. A transaction
    costs two round trips of its own, one to begin and one to commit.
    """
    import psycopg

    from bot.store import libpq, postponed  # SQLite has no use for any of the three

    engine = create_engine(
        url,
        hide_parameters=True,  # prompts and ids must not reach a log through an error's text
        pool_size=10,
        pool_timeout=5,
        connect_args=_POSTGRESQL_ARGUMENTS,
    )

    @event.listens_for(engine, "connect", insert=True)  # before SQLAlchemy asks for the version
    def _connected(connection: Any, _record: Any) -> None:
        # initdb's choice under LANG=C is SQL_ASCII, whose texts come as bytes.
        encoding = connection.info.parameter_status("server_encoding")
        if encoding not in (None, "UTF8"):
            connection.close()
            raise SettingError(
                f"DATABASE_URL must name a database in UTF8, not {encoding}: "
                "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0 makes one."
            )
        connection.autocommit = True  # psycopg must not issue its own BEGINs

    @event.listens_for(engine, "handle_error")
    def _failed(context: ExceptionContext) -> BaseException | None:
        error = context.original_exception
        if not isinstance(error, psycopg.Error) or error.diag.message_detail is None:
            return None
        return DBAPIError.instance(
            context.statement,
            context.parameters,
            libpq.without_row(error),
            psycopg.Error,
            hide_parameters=True,
            connection_invalidated=context.is_disconnect,
            dialect=context.dialect,
        )

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        libpq.drop_postponed(connection.info)
        # For this transaction alone. As a startup parameter (`options`), poolers refuse it.
        timeout = f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT_SECONDS}s'"
        statement = f"BEGIN; {timeout}"
        if not libpq.try_execute(connection.connection.driver_connection, statement):
            connection.exec_driver_sql(statement)  # fails too, and SQLAlchemy knows what that means

    postponed.send_in_time(engine)
    return engine


def _sqlite(url: URL, hasty: bool) -> Engine:
    haste = Haste(url, hasty=hasty)
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=10,
        pool_timeout=5,
        pool_use_lifo=True,  # the connection that wrote last has the newest pages in memory
        connect_args={"timeout": SQLITE_TIMEOUT_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # sqlite3 must not issue its own BEGINs
        _write_ahead(connection)
        # A killed process loses nothing; a power cut may lose the last transactions.
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        read = connection.get_execution_options().get("efude_read")
        statement = "BEGIN" if read else "BEGIN IMMEDIATE"
        turn = nullcontext() if read else haste.beginning()
        try:  # by the driver itself: SQLAlchemy's way takes longer than SQLite
            with turn:
                connection.connection.execute(statement)
        except sqlite3.Error as error:
            raise DBAPIError.instance(
                statement, None, error, sqlite3.Error, dialect=connection.dialect
            ) from error

    return engine
