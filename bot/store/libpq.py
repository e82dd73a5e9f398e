"""Statements on PostgreSQL by libpq itself, of which psycopg is the Python.

psycopg's cursor reads each statement's placeholders anew and waits for the answer by a generator:
that takes a courier longer than to read the answer. Values and rows are adapted by psycopg, as its
cursor would do it, and errors are psycopg's.

https://www.psycopg.org/psycopg3/docs/api/pq.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

_TRANSFORMER = "efude_transformer"  # of a connection: it remembers how its types are adapted
_DONE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


class Answer(NamedTuple):
    """What a statement returned, to be read like a cursor. rowcount: of rows changed or found."""

    rows: list[tuple[Any, ...]]
    rowcount: int

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the first row, or None."""
        return self.rows[0] if self.rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows."""
        return self.rows


def execute(connection: Any, info: dict[str, Any], text: bytes, values: Sequence[Any]) -> Answer:
    """Execute one statement whose placeholders are $1, $2 ... and return its answer.

    connection: psycopg's. info: of this connection, kept as long as it lives. Raises psycopg.Error.
    Nothing is prepared on the server, as poolers want it; while it waits, other threads run.
    """
    transformer = info.get(_TRANSFORMER)
    if transformer is None:
        transformer = info[_TRANSFORMER] = Transformer(connection)
    dumped = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
    server = connection.pgconn
    result = server.exec_params(text, dumped, transformer.types, transformer.formats)
    if result.status not in _DONE:
        if server.status != ConnStatus.OK:
            raise psycopg.OperationalError("the connection is lost")
        raise without_row(error_from_result(result, connection.info.encoding))
    transformer.set_pgresult(result)
    rows = transformer.load_rows(0, result.ntuples, tuple) if result.ntuples else []
    return Answer(rows, result.command_tuples or 0)


def without_row(error: psycopg.Error) -> psycopg.Error:
    """Take out of an error's text what the server quotes of the row in its DETAIL."""
    if error.diag.message_detail is not None:
        error.args = (error.diag.message_primary,)
    return error


def try_execute(connection: Any, text: str) -> bool:
    """Execute statements without values in one round trip; returns whether all succeeded."""
    try:
        result: PGresult = connection.pgconn.exec_(text.encode())
    except psycopg.Error:
        return False
    return result.status == ExecStatus.COMMAND_OK
