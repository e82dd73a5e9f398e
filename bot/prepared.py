"""Statements that must be quick, those of a webhook: compiled once, from then on only executed.

What SQLAlchemy does for each execution of a statement takes longer than SQLite takes to run it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, CursorResult, Dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement


class _Compiled(NamedTuple):
    text: str
    constants: dict[str, Any]
    converters: dict[str, Callable[[Any], Any]]


class Prepared:
    """A statement of SQLAlchemy's, or a function that makes one for a dialect such as "sqlite".

    `run` takes the values of its bindparams, for an INSERT those of its columns: the same names
    every time, and none that is a list. Results are what the database's driver makes of them.
    """

    def __init__(self, statement: ClauseElement | Callable[[str], ClauseElement]) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def run(self, db: Connection, **values: Any) -> CursorResult[Any]:
        """Execute it in a transaction."""
        compiled = self._compiled.get(db.dialect.name)
        if compiled is None:
            compiled = self._compiled[db.dialect.name] = self._compile(db.dialect, list(values))
        for name, convert in compiled.converters.items():
            values[name] = convert(values[name])
        return db.exec_driver_sql(compiled.text, {**compiled.constants, **values})

    def _compile(self, dialect: Dialect, names: list[str]) -> _Compiled:
        if dialect.name == "sqlite":
            dialect = sqlite.dialect(paramstyle="named")  # as PostgreSQL's: values in a dict
        made = self._statement
        statement = made if isinstance(made, ClauseElement) else made(dialect.name)
        found = cast(SQLCompiler, statement.compile(dialect=dialect, column_keys=names))
        constants = {name: value for name, value in found.params.items() if name not in names}
        converters: dict[str, Callable[[Any], Any]] = {}
        for name in names:
            convert = found.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            if convert is not None:
                converters[name] = convert
        return _Compiled(str(found), constants, converters)
