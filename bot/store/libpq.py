"""Statements on PostgreSQL by libpq itself, of which psycopg is the Python.

psycopg's cursor reads each statement's placeholders anew and waits for the answer by a generator:
that takes a courier longer than to read the answer. Values and rows are adapted by psycopg, as its
cursor would do it, and errors are psycopg's.

A statement whose answer nobody needs waits here until the next one, and goes with it in one round
trip: libpq's pipeline, which PostgreSQL answers in order and ends at the first that fails.

https://www.psycopg.org/psycopg3/docs/api/pq.html
https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus

if TYPE_CHECKING:
    from psycopg import abc
    from psycopg.abc import Buffer
    from psycopg.pq.abc import PGconn, PGresult

# What is kept of a connection: how its types are adapted, and what waits for the next statement.
_TRANSFORMER, _WAITING = "efude_transformer", "efude_waiting"
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


class _Query(NamedTuple):
    """A statement with its values, as libpq sends them."""

    text: bytes
    values: Sequence[Buffer | None] | None = None
    types: Sequence[int] | None = None
    formats: Sequence[int] | None = None


_COMMIT = _Query(b"COMMIT")


def execute(connection: Any, info: dict[str, Any], text: bytes, values: Sequence[Any]) -> Answer:
    """Execute one statement whose placeholders are $1, $2 ... and return its answer.

    connection: psycopg's. info: of this connection, kept as long as it lives. Raises psycopg.Error,
    also for those that were to go with the next statement. Nothing is prepared on the server, as
    poolers want it; while it waits, other threads run.
    """
    transformer = _transformer(connection, info)
    result = _send(connection, info, _query(transformer, text, values))
    transformer.set_pgresult(result)
    rows = transformer.load_rows(0, result.ntuples, tuple) if result.ntuples else []
    return Answer(rows, result.command_tuples or 0)


def postpone(connection: Any, info: dict[str, Any], text: bytes, values: Sequence[Any]) -> None:
    """Have a statement executed with the next one of its transaction, or with its COMMIT."""
    query = _query(_transformer(connection, info), text, values)
    info.setdefault(_WAITING, []).append(query)


def send_postponed(connection: Any, info: dict[str, Any]) -> None:
    """Execute what waits, before somebody else uses the connection. Raises psycopg.Error."""
    if waiting := info.get(_WAITING):
        _send(connection, info, waiting.pop())


def drop_postponed(info: dict[str, Any]) -> None:
    """Forget what waits: its transaction is over."""
    info.pop(_WAITING, None)


def commit(connection: Any, info: dict[str, Any]) -> None:
    """Commit, with what waits. Raises psycopg.Error."""
    _send(connection, info, _COMMIT)


def is_lost(connection: Any) -> bool:
    """Return whether a connection's server is not there any more, as far as is known."""
    return bool(connection.pgconn.status != ConnStatus.OK)


def _transformer(connection: Any, info: dict[str, Any]) -> abc.Transformer:
    transformer: abc.Transformer | None = info.get(_TRANSFORMER)
    if transformer is None:
        transformer = info[_TRANSFORMER] = Transformer(connection)
    return transformer


def _query(transformer: abc.Transformer, text: bytes, values: Sequence[Any]) -> _Query:
    dumped = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
    return _Query(text, dumped, transformer.types, transformer.formats)


def _send(connection: Any, info: dict[str, Any], query: _Query) -> PGresult:
    """Execute a statement after those that wait; returns its result, which is no error."""
    server: PGconn = connection.pgconn
    waiting = info.pop(_WAITING, None)
    result = _send_together(server, [*waiting, query]) if waiting else server.exec_params(*query)
    if result.status in _DONE:
        return result
    if server.status != ConnStatus.OK:
        raise psycopg.OperationalError("the connection is lost")
    raise without_row(error_from_result(result, connection.info.encoding))


def _send_together(server: PGconn, queries: Sequence[_Query]) -> PGresult:
    """Execute statements in one round trip; returns the last one's result, or the first error."""
    server.enter_pipeline_mode()
    for query in queries:
        server.send_query_params(*query)
    server.pipeline_sync()
    results: list[PGresult] = []
    while not results or results[-1].status != ExecStatus.PIPELINE_SYNC:
        # None stands between the results of two statements.
        if (result := _next_result(server)) is not None:
            results.append(result)
    server.exit_pipeline_mode()
    answers = results[:-1]
    return next((each for each in answers if each.status not in _DONE), answers[-1])


def _next_result(server: PGconn) -> PGresult | None:
    """Wait for a result by the socket: libpq's own waiting would hold all other threads up."""
    while server.is_busy():
        unsent = server.flush()
        readable_or_writable = select.poll()
        readable_or_writable.register(
            server.socket, select.POLLIN | (select.POLLOUT if unsent else 0)
        )
        readable_or_writable.poll()
        server.consume_input()
    return server.get_result()


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
