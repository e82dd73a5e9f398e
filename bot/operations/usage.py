"""Who requests pictures, and where: counts for operators, with fingerprints in place of ids."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, case, distinct, func, or_, select

from bot.jobs import FAILED, UNFINISHED, limits
from bot.store import bans
from bot.store.schema import chats, jobs, people, photos

FINGERPRINT_DIGITS = 64  # of a whole fingerprint; operators type the first eight or more


class UsageCounts(NamedTuple):
    """What a person, or all people of a chat, requested, without what is erased.

    kind: "person", "group" or "room". requesters: how many people requested something in a chat.
    """

    fingerprint: str
    kind: str
    jobs: int
    pictures: int
    unfinished: int
    failed: int
    requesters: int
    last_at: float | None


# What is left of jobs that are to be erased belongs to nobody.
_NOT_ERASED = jobs.c.erase_at.is_(None)
_COUNTS: tuple[ColumnElement[Any], ...] = (
    func.count(),
    func.coalesce(func.sum(jobs.c.asked), 0),
    func.coalesce(func.sum(case((jobs.c.state.in_(UNFINISHED), 1), else_=0)), 0),
    func.coalesce(func.sum(case((jobs.c.state == FAILED, 1), else_=0)), 0),
    func.count(distinct(jobs.c.user_id)),
    func.max(jobs.c.created_at),
)


# The first letters of LINE's ids; what replaces an erased id begins otherwise.
_PERSON = jobs.c.user_id.startswith("U")
_GROUP = or_(jobs.c.chat_id.startswith("C"), jobs.c.chat_id.startswith("R"))


def list_people(db: Connection, limit: int = 50, offset: int = 0) -> list[UsageCounts]:
    """Count for each person, the latest request first."""
    newest = _newest(db, jobs.c.user_id, _PERSON, limit, offset)
    query = select(jobs.c.user_id, *_COUNTS).where(jobs.c.user_id.in_(newest), _NOT_ERASED)
    rows = db.execute(query.group_by(jobs.c.user_id).order_by(_COUNTS[-1].desc()))
    return [UsageCounts(bans.fingerprint(user_id), "person", *counts) for user_id, *counts in rows]


def list_groups(db: Connection, limit: int = 50) -> list[UsageCounts]:
    """Count for each group and room, the latest request first."""
    newest = _newest(db, jobs.c.chat_id, _GROUP, limit)
    query = select(jobs.c.chat_id, func.max(jobs.c.chat_kind), *_COUNTS)
    query = query.where(jobs.c.chat_id.in_(newest), _NOT_ERASED).group_by(jobs.c.chat_id)
    rows = db.execute(query.order_by(_COUNTS[-1].desc()))
    return [
        UsageCounts(bans.fingerprint(chat_id), kind, *counts) for chat_id, kind, *counts in rows
    ]


def _newest(
    db: Connection, column: Column[Any], condition: ColumnElement[bool], limit: int, offset: int = 0
) -> list[str]:
    """Return the ids with the latest requests, from an index alone: only their jobs are counted."""
    latest = func.max(jobs.c.created_at).desc()
    query = select(column).where(condition).group_by(column).order_by(latest)
    return list(db.execute(query.limit(limit).offset(offset)).scalars())


class UsageReport(NamedTuple):
    """What is known about a person or a chat. line_id is never shown.

    has_chat: whether a chat with this id exists, which may have limits of its own. reachable:
    whether LINE delivers there. pictures_today: those of a person that count for today's limit.
    """

    line_id: str
    counts: UsageCounts
    jobs_by_state: dict[str, int]
    has_chat: bool
    reachable: bool
    language: str | None
    pictures_today: int
    ban: bans.Ban | None
    limit_overrides: dict[str, float | None]


def report(db: Connection, line_id: str) -> UsageReport:
    """Return what is known about a person or a chat, without names and texts."""
    is_person = bans.kind_of(line_id) == "person"
    own_jobs = ((jobs.c.user_id if is_person else jobs.c.chat_id) == line_id) & _NOT_ERASED
    fingerprint = bans.fingerprint(line_id)
    chat = db.execute(select(chats).where(chats.c.id == line_id)).mappings().first()
    kind = "person" if is_person else chat["kind"] if chat else "group"
    counts = db.execute(select(*_COUNTS).where(own_jobs)).one()
    by_state = select(jobs.c.state, func.count()).where(own_jobs).group_by(jobs.c.state)
    return UsageReport(
        line_id,
        UsageCounts(fingerprint, kind, *counts),
        {state: int(count) for state, count in db.execute(by_state)},
        chat is not None,
        bool(chat and chat["reachable"]),
        chat["language"] if chat else None,
        limits.pictures_today(db, line_id, line_id) if is_person else 0,
        next((ban for ban in bans.list_all(db) if ban.fingerprint == fingerprint), None),
        limits.chat_overrides(db, line_id),
    )


_ID_COLUMNS = (
    *(chats.c.id, jobs.c.user_id, jobs.c.chat_id),
    *(people.c.user_id, people.c.chat_id, photos.c.user_id, photos.c.chat_id),
)


def ids_by_fingerprint(db: Connection, prefix: str) -> list[str]:
    """Return the LINE ids in the tables whose fingerprint begins with this.

    Fingerprints are hashes, so all ids are hashed and compared.
    """
    matching: set[str] = set()
    for column in _ID_COLUMNS:
        for line_id in db.execute(select(column).where(column.is_not(None)).distinct()).scalars():
            if line_id[0] in "UCR" and bans.fingerprint(line_id).startswith(prefix):
                matching.add(line_id)
                if len(prefix) == FINGERPRINT_DIGITS:
                    return [line_id]
    return sorted(matching)


def neighbours(db: Connection, line_id: str, limit: int = 20) -> list[UsageCounts]:
    """Count for each group in which a person requested pictures, or each person in a chat."""
    is_person = bans.kind_of(line_id) == "person"
    own, other = jobs.c.user_id, jobs.c.chat_id
    if not is_person:
        own, other = other, own
    query = select(other, func.max(jobs.c.chat_kind), *_COUNTS).where(
        own == line_id, other.is_not(None), jobs.c.chat_kind != "user", _NOT_ERASED
    )
    rows = db.execute(query.group_by(other).order_by(_COUNTS[-1].desc()).limit(limit))
    return [
        UsageCounts(bans.fingerprint(other_id), kind if is_person else "person", *counts)
        for other_id, kind, *counts in rows
    ]
