"""When what Prepared.run_later leaves goes to PostgreSQL, if no other prepared one takes it along.

Only for an engine on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from bot.store import libpq


def send_in_time(engine: Engine) -> None:
    """Have them sent before a statement of SQLAlchemy's, and with the COMMIT.

    psycopg finds nothing to commit after that. A transaction that is rolled back drops them.
    """

    @event.listens_for(engine, "before_cursor_execute")
    def _executing(connection: Connection, *_statement: object) -> None:
        _send(connection, libpq.send_postponed)

    @event.listens_for(engine, "commit")
    def _committing(connection: Connection) -> None:
        _send(connection, libpq.commit)

    @event.listens_for(engine, "rollback")
    def _rolling_back(connection: Connection) -> None:
        libpq.drop_postponed(connection.info)


def _send(connection: Connection, execute: Callable[[Any, dict[str, Any]], None]) -> None:
    """Execute, and raise psycopg's errors as SQLAlchemy's, which looks for none in its events."""
    driver = connection.connection.driver_connection
    try:
        execute(driver, connection.info)
    except psycopg.Error as error:
        if libpq.is_lost(driver):
            connection.invalidate()
        raise DBAPIError.instance(
            None, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
