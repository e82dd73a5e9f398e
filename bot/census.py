"""Who asks for pictures, and where, for operators: counts, and fingerprints in place of ids."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, case, distinct, func, or_, select

from bot import bans, limits
from bot.jobs import FAILED, UNFINISHED
from bot.tables import chats, jobs, people, photos

WHOLE = 64  # digits of a fingerprint; operators name somebody by the first eight or more


class Count(NamedTuple):
    """What a person, or all people of a chat, asked for, of what is not erased.

    mark: the fingerprint. kind: "person", "group" or "room". people: how many asked in a chat.
    """

    mark: str
    kind: str
    jobs: int
    pictures: int
    unfinished: int
    failed: int
    people: int
    last_at: float | None


# Not those that are to be erased: nobody is behind what is left of them.
_KEPT = jobs.c.erase_at.is_(None)
_COUNTS: tuple[ColumnElement[Any], ...] = (
    func.count(),
    func.coalesce(func.sum(jobs.c.asked), 0),
    func.coalesce(func.sum(case((jobs.c.state.in_(UNFINISHED), 1), else_=0)), 0),
    func.coalesce(func.sum(case((jobs.c.state == FAILED, 1), else_=0)), 0),
    func.count(distinct(jobs.c.user_id)),
    func.max(jobs.c.created_at),
)


# LINE's ids begin so; what stands for one who was erased does not.
_PERSON = jobs.c.user_id.startswith("U")
_GROUP = or_(jobs.c.chat_id.startswith("C"), jobs.c.chat_id.startswith("R"))


def persons(db: Connection, limit: int = 50, skip: int = 0) -> list[Count]:
    """People, those who asked last first."""
    newest = _newest(db, jobs.c.user_id, _PERSON, limit, skip)
    query = select(jobs.c.user_id, *_COUNTS).where(jobs.c.user_id.in_(newest), _KEPT)
    found = db.execute(query.group_by(jobs.c.user_id).order_by(_COUNTS[-1].desc()))
    return [Count(bans.fingerprint(who), "person", *rest) for who, *rest in found]


def groups(db: Connection, limit: int = 50, skip: int = 0) -> list[Count]:
    """Groups and rooms in which something was asked for, the last first."""
    newest = _newest(db, jobs.c.chat_id, _GROUP, limit, skip)
    query = select(jobs.c.chat_id, func.max(jobs.c.chat_kind), *_COUNTS)
    query = query.where(jobs.c.chat_id.in_(newest), _KEPT).group_by(jobs.c.chat_id)
    found = db.execute(query.order_by(_COUNTS[-1].desc()))
    return [Count(bans.fingerprint(chat), kind, *rest) for chat, kind, *rest in found]


def _newest(
    db: Connection, whose: Column[Any], which: ColumnElement[bool], limit: int, skip: int
) -> list[str]:
    """Who asked last: from an index alone, so that the jobs of a few are counted, not of all."""
    last = func.max(jobs.c.created_at).desc()
    query = select(whose).where(which).group_by(whose).order_by(last)
    return list(db.execute(query.limit(limit).offset(skip)).scalars())


class Found(NamedTuple):
    """One whom an operator looks at. line_id is never shown.

    chat: whether there is a chat of that id, which may have limits of its own. reachable: whether
    LINE delivers there. today: pictures of the person that count for today's limit.
    """

    line_id: str
    counts: Count
    states: dict[str, int]
    chat: bool
    reachable: bool
    language: str | None
    today: int
    ban: bans.Ban | None
    own: dict[str, float | None]


def look(db: Connection, line_id: str) -> Found:
    """All that the house knows of a person or a chat, but for names and words."""
    person = bans.kind_of(line_id) == "person"
    theirs = ((jobs.c.user_id if person else jobs.c.chat_id) == line_id) & _KEPT
    mark = bans.fingerprint(line_id)
    here = db.execute(select(chats).where(chats.c.id == line_id)).mappings().first()
    kind = "person" if person else here["kind"] if here else "group"
    counts = Count(mark, kind, *db.execute(select(*_COUNTS).where(theirs)).one())
    by_state = select(jobs.c.state, func.count()).where(theirs).group_by(jobs.c.state)
    return Found(
        line_id,
        counts,
        {state: int(many) for state, many in db.execute(by_state)},
        here is not None,
        bool(here and here["reachable"]),
        here["language"] if here else None,
        limits.today(db, line_id, line_id) if person else 0,
        next((it for it in bans.every(db) if it.fingerprint == mark), None),
        limits.own(db, line_id),
    )


def behind(db: Connection, start: str) -> list[str]:
    """LINE's ids whose fingerprints begin so, of all who are in the tables.

    Nobody can compute an id from a fingerprint, the house included: it looks through them all.
    """
    found: set[str] = set()
    for column in _IDS:
        for it in db.execute(select(column).where(column.is_not(None)).distinct()).scalars():
            if it[0] in "UCR" and bans.fingerprint(it).startswith(start):
                found.add(it)
                if len(start) == WHOLE:
                    return [it]
    return sorted(found)


_IDS = (
    *(chats.c.id, jobs.c.user_id, jobs.c.chat_id),
    *(people.c.user_id, people.c.chat_id, photos.c.user_id, photos.c.chat_id),
)


def beside(db: Connection, line_id: str, limit: int = 20) -> list[Count]:
    """Of a person the groups they asked in, of a group or room the people who asked there."""
    person = bans.kind_of(line_id) == "person"
    mine, other = (jobs.c.user_id, jobs.c.chat_id) if person else (jobs.c.chat_id, jobs.c.user_id)
    query = select(other, func.max(jobs.c.chat_kind), *_COUNTS).where(
        mine == line_id, other.is_not(None), jobs.c.chat_kind != "user", _KEPT
    )
    found = db.execute(query.group_by(other).order_by(_COUNTS[-1].desc()).limit(limit))
    return [
        Count(bans.fingerprint(it), kind if person else "person", *rest)
        for it, kind, *rest in found
    ]
