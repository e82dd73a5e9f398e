"""Prepared statements for webhooks: compiled once, from then on only executed.

SQLAlchemy's work for each execution of a statement takes longer than SQLite takes to run it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import Connection, Dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

if TYPE_CHECKING:
    from types import ModuleType


class _Compiled(NamedTuple):
    """places: the names of the values that stand for $1, $2 ... in PostgreSQL, where libpq
    (bot.store.libpq) executes it; None: a cursor does, and takes them by name."""

    text: str
    constants: dict[str, Any]
    converters: dict[str, Callable[[Any], Any]]
    places: tuple[str, ...] | None
    encoded: bytes
    libpq: ModuleType | None


class Prepared:
    """A statement of SQLAlchemy's, or a function that builds one for a dialect such as "sqlite".

    Values are passed by the names of its bindparams, for an INSERT by those of its columns: the
    same names every time, and no lists. Rows are plain tuples of what the database driver returns.
    """

    def __init__(self, statement: ClauseElement | Callable[[str], ClauseElement]) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def first(self, db: Connection, **values: Any) -> tuple[Any, ...] | None:
        """Execute a SELECT; returns its first row or None."""
        row: tuple[Any, ...] | None = self._execute(db, values).fetchone()
        return row

    def all(self, db: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """Execute a SELECT; returns all rows."""
        rows: list[tuple[Any, ...]] = self._execute(db, values).fetchall()
        return rows

    def run(self, db: Connection, **values: Any) -> int:
        """Execute an INSERT and the like; returns the number of rows."""
        return int(self._execute(db, values).rowcount)

    def run_later(self, db: Connection, **values: Any) -> None:
        """Execute an INSERT and the like whose number of rows nobody needs.

        On PostgreSQL it goes with the next statement of this transaction, or with its COMMIT, and
        its error is raised there.
        """
        self._execute(db, values, later=True)

    def _execute(self, db: Connection, values: dict[str, Any], *, later: bool = False) -> Any:
        """Execute and return a cursor, or what is read like one, or None if it is done later.

        Raises SQLAlchemy's errors, without values.
        """
        compiled = self._compiled.get(db.dialect.name)
        if compiled is None:
            compiled = self._compiled[db.dialect.name] = self._compile(db.dialect, list(values))
        for name, convert in compiled.converters.items():
            values[name] = convert(values[name])
        values = {**compiled.constants, **values}
        try:
            connection = db.connection
            if compiled.libpq and compiled.places is not None:
                in_order = [values[name] for name in compiled.places]
                execute = compiled.libpq.postpone if later else compiled.libpq.execute
                driver = connection.driver_connection
                return execute(driver, connection.info, compiled.encoded, in_order)
            cursor = connection.cursor()
            cursor.execute(compiled.text, values)
        except Exception as error:
            kind = db.dialect.loaded_dbapi.Error
            if not isinstance(error, kind):
                raise
            raise DBAPIError.instance(
                compiled.text, values, error, kind, hide_parameters=True, dialect=db.dialect
            ) from error
        return cursor

    def _compile(self, dialect: Dialect, names: list[str]) -> _Compiled:
        if dialect.name == "sqlite":
            dialect = sqlite.dialect(paramstyle="named")
        elif dialect.driver == "psycopg":
            numbered: Callable[..., Dialect] = type(dialect)
            dialect = numbered(paramstyle="numeric_dollar")
        source = self._statement
        statement = source if isinstance(source, ClauseElement) else source(dialect.name)
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect, column_keys=names))
        constants = {name: value for name, value in compiled.params.items() if name not in names}
        converters: dict[str, Callable[[Any], Any]] = {}
        for name in names:
            convert = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            if convert is not None:
                converters[name] = convert
        places = None if compiled.positiontup is None else tuple(compiled.positiontup)
        text = str(compiled)
        libpq = None if places is None else _libpq()
        return _Compiled(text, constants, converters, places, text.encode(), libpq)


def _libpq() -> ModuleType:
    from bot.store import libpq  # SQLite has no use for it

    return libpq
