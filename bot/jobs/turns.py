"""Whose turn it is: between people, whatever the number of jobs that each of them has queued.

Who has the fewest jobs being painted goes first; among those, whose turn is dated earliest. A turn
is dated when the job came, or when its person's last turn ended, whichever is later: so everybody
who waits goes once before anybody goes twice, and nobody who comes later can hold up one who waits
more than once. A person is who LINE names, wherever they ask; who has no name is their chat.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from bot.jobs.model import DRAWING, QUEUED, Job
from bot.tables import jobs, photos

LOOK_BACK = 24 * 3600.0  # seconds before a job came in which its person's last turn is looked for
AT_FIRST, AT_MOST = 32, 512  # queued jobs that are looked at in one go: first, later
FEW = 300  # people


class Person(NamedTuple):
    """Who has turns. named: `id` is of a person, else of a chat in which LINE names nobody."""

    id: str
    named: bool


class Waiting(NamedTuple):
    """A person's queued jobs, and when the oldest of them came."""

    jobs: int
    came: float


Turn = tuple[int, float]  # jobs of theirs that are being painted, and what their turn is dated


def next_in_turn(db: Connection) -> str | None:
    """The id of the queued job whose turn it is; None when nothing is queued.

    Goes through the queue from its oldest end, mostly a few rows of it: what came after the date of
    the best turn so far cannot be better.
    """
    busy = _painting(db)
    best: tuple[Turn, float, str] | None = None
    seen: set[Person] = set()
    limit = AT_FIRST
    while rows := _oldest(db, seen, limit):
        fresh: dict[Person, tuple[float, str]] = {}
        for job_id, who, came in rows:
            fresh.setdefault(who, (came, job_id))
        turns = _turns(db, {who: Waiting(1, came) for who, (came, _) in fresh.items()}, busy)
        here = min((turns[who], *it) for who, it in fresh.items())
        best = min(best, here) if best else here
        if len(rows) < limit or best[0] <= (0, rows[-1][2]):
            break
        seen.update(fresh)
        limit = min(limit * 4, AT_MOST)
    return best[2] if best else None


def place(db: Connection, job: Job) -> int:
    """A job's place in the queue: 0 when it is not queued, 1 when it is next, and so on.

    If nobody came any more and one was painted at a time, it would be exactly this: before the
    k-th job of a person comes a k-th of everybody who goes before them, and k - 1 of the others.
    """
    if job.state != QUEUED:
        return 0
    me = _person(job.user_id, job.chat_id)
    waiting = _waiting(db)
    if me not in waiting:  # it was taken this very moment
        return 1
    busy = _painting(db)
    same = and_(jobs.c.created_at == job.created_at, jobs.c.id <= job.id)
    up_to = or_(jobs.c.created_at < job.created_at, same)
    mine = select(func.count()).where(jobs.c.state == QUEUED, _theirs(me), up_to)
    nth = int(db.execute(mine).scalar_one())
    my_turn = _turns(db, {me: waiting[me]}, busy)[me]
    # Of the others, only those matter who came before my turn is dated, and have an nth job.
    before = {
        who: it
        for who, it in waiting.items()
        if who != me and it.jobs >= nth and (busy[who], it.came) < my_turn
    }
    first = len(before)
    if first <= FEW:  # of more, who had a turn since they came makes no difference to anybody
        first = sum(turn < my_turn for turn in _turns(db, before, busy).values())
    others = sum(min(it.jobs, nth - 1) for who, it in waiting.items() if who != me)
    return nth + others + first


def _oldest(
    db: Connection, without: Collection[Person], limit: int
) -> list[tuple[str, Person, float]]:
    """The oldest queued jobs, but for those of these people: (id, person, when it came)."""
    query = select(jobs.c.id, jobs.c.user_id, jobs.c.chat_id, jobs.c.created_at)
    # Nobody can paint from a photo that is still on its way; who brings it sends another message.
    awaited = exists().where(photos.c.id == jobs.c.parent_id, photos.c.state == "waiting")
    query = query.where(jobs.c.state == QUEUED, jobs.c.parent_id.is_(None) | ~awaited)
    nobody = jobs.c.user_id.is_(None)
    if named := [it.id for it in without if it.named]:
        query = query.where(nobody | jobs.c.user_id.not_in(named))
    if nameless := [it.id for it in without if not it.named]:
        query = query.where(~nobody | jobs.c.chat_id.not_in(nameless))
    found = db.execute(query.order_by(jobs.c.created_at, jobs.c.id).limit(limit))
    return [(job_id, _person(user, chat), came) for job_id, user, chat, came in found]


def _turns(
    db: Connection, waiting: Mapping[Person, Waiting], busy: Counter[Person]
) -> dict[Person, Turn]:
    """When it is the turn of each of these people."""
    if not waiting:
        return {}
    since = min(it.came for it in waiting.values()) - LOOK_BACK
    ended = _last_turns(db, waiting, since)
    return {who: (busy[who], max(it.came, ended.get(who, 0.0))) for who, it in waiting.items()}


def _waiting(db: Connection) -> dict[Person, Waiting]:
    """Everybody who has a job queued."""
    columns = (jobs.c.user_id, jobs.c.chat_id)
    query = select(*columns, func.count(), func.min(jobs.c.created_at))
    found: dict[Person, Waiting] = {}
    for user_id, chat_id, count, came in db.execute(
        query.where(jobs.c.state == QUEUED).group_by(*columns)
    ):
        who = _person(user_id, chat_id)
        here = found.get(who, Waiting(0, came))  # a person may wait in several chats
        found[who] = Waiting(here.jobs + count, min(here.came, came))
    return found


def _painting(db: Connection) -> Counter[Person]:
    """How many jobs of each person are being painted."""
    query = select(jobs.c.user_id, jobs.c.chat_id).where(jobs.c.state == DRAWING)
    return Counter(_person(user, chat) for user, chat in db.execute(query))


def _last_turns(db: Connection, people: Collection[Person], since: float) -> dict[Person, float]:
    """When the last turn of each ended (began, where it came to nothing), of jobs since then.

    A job that is back in the queue has not had its turn.
    """
    ended = func.max(func.coalesce(jobs.c.painted_at, jobs.c.drawing_at))
    had = and_(jobs.c.state != QUEUED, jobs.c.drawing_at > 0, jobs.c.created_at > since)
    found: dict[Person, float] = {}
    for named in (True, False):
        if ids := [it.id for it in people if it.named is named]:
            column = jobs.c.user_id if named else jobs.c.chat_id
            theirs = column.in_(ids) if named else column.in_(ids) & jobs.c.user_id.is_(None)
            query = select(column, ended).where(theirs, had).group_by(column)
            found |= {Person(who, named): at for who, at in db.execute(query)}
    return found


def _person(user_id: str | None, chat_id: str | None) -> Person:
    return Person(user_id, named=True) if user_id else Person(chat_id or "", named=False)


def _theirs(person: Person) -> ColumnElement[bool]:
    if person.named:
        return jobs.c.user_id == person.id
    return and_(jobs.c.user_id.is_(None), jobs.c.chat_id == person.id)
