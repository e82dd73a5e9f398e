"""Statements that several tables need: upsert, conditional update, take what is due.

A row is claimed by one conditional UPDATE whose row count says who won: never two processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, Column, ColumnElement, Connection, Table, or_, select, update

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def insert_or_skip(
    table: Table, dialect: str, *, unique: Column[Any] | None = None
) -> postgresql.Insert | sqlite.Insert:
    """Build INSERT ... ON CONFLICT DO NOTHING; its row count says whether the row is new.

    unique: the one column in which a row may meet another; by default any.
    """
    columns = None if unique is None else [unique]
    return _insert(table, dialect).on_conflict_do_nothing(index_elements=columns)


def upsert(db: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Insert a row, or update the one with this primary key.

    One statement: of two processes that both find no row, one would fail otherwise.
    """
    insert = _insert(table, db.dialect.name).values(**key, **values)
    db.execute(insert.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def update_one(db: Connection, table: Table, *where: ColumnElement[bool], **values: Any) -> bool:
    """Update a row if it still meets these conditions; returns whether it did."""
    return db.execute(update(table).where(*where).values(**values)).rowcount == 1


def lease_over(lease_until: Column[Any], at: float | BindParameter[float]) -> ColumnElement[bool]:
    """Return the condition that nobody holds a row at this time (seconds since 1970)."""
    return or_(lease_until.is_(None), lease_until < at)


def take_due(
    db: Connection,
    table: Table,
    due: ColumnElement[bool],
    *,
    order_by: Column[Any],
    limit: int = 200,
    **values: Any,
) -> list[str]:
    """Return the ids of rows that are due, the first `limit` of them by `order_by`.

    values: what to set in those rows, so that they are not due again at once.
    """
    query = select(table.c.id).where(due).order_by(order_by).limit(limit)
    ids = list(db.execute(query).scalars())
    if ids:
        db.execute(update(table).where(table.c.id.in_(ids), due).values(**values))
    return ids


def _insert(table: Table, dialect: str) -> postgresql.Insert | sqlite.Insert:
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # 2 MB, of no use with SQLite

        return postgresql.insert(table)
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    raise NotImplementedError(f"No INSERT ... ON CONFLICT is known for {dialect}.")
