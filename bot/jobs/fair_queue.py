"""Fair queueing between requesters, whatever the number of jobs that each of them has queued.

Round robin: next is a job of the requester with the fewest jobs being painted; ties go to the one
whose turn has the earliest date. A turn is dated when the job was created or when the requester's
last turn ended, whichever is later. So everybody is served once before anybody is served twice, and
nobody who comes later holds up one who waits more than once.

A requester is a LINE user, in whatever chat; users whom LINE does not identify are one requester a
chat.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from bot.jobs.model import DRAWING, QUEUED, Job
from bot.store.schema import jobs, photos

LOOK_BACK_SECONDS = 24 * 3600.0  # before a job, in which its requester's last turn is looked for
FIRST_BATCH, MAX_BATCH = 32, 512  # queued jobs that are read in one go: first, later
EXACT_MAX_REQUESTERS = 300  # ahead of a job; of more, their last turns change little


class Requester(NamedTuple):
    """Who has turns. named: `id` is a user's, else that of a chat with users without an id."""

    id: str
    named: bool


class QueuedJobs(NamedTuple):
    """The number of a requester's queued jobs, and when the oldest was created."""

    jobs: int
    oldest_at: float


Priority = tuple[int, float]  # jobs being painted, and the date of the turn; the least goes first


def next_job_id(db: Connection) -> str | None:
    """Return the id of the queued job whose turn it is; None if nothing is queued.

    Reads the queue from its oldest end, mostly a few rows: a job that was created after the date
    of the best turn so far cannot be better.
    """
    painting = _count_painting(db)
    best: tuple[Priority, float, str] | None = None
    seen: set[Requester] = set()
    limit = FIRST_BATCH
    while rows := _oldest_queued(db, seen, limit):
        oldest: dict[Requester, tuple[float, str]] = {}
        for job_id, requester, created_at in rows:
            oldest.setdefault(requester, (created_at, job_id))
        queued = {
            requester: QueuedJobs(1, created_at) for requester, (created_at, _) in oldest.items()
        }
        priorities = _priorities(db, queued, painting)
        best_of_rows = min((priorities[requester], *job) for requester, job in oldest.items())
        best = min(best, best_of_rows) if best else best_of_rows
        if len(rows) < limit or best[0] <= (0, rows[-1][2]):
            break
        seen.update(oldest)
        limit = min(limit * 4, MAX_BATCH)
    return best[2] if best else None


def queue_position(db: Connection, job: Job) -> int:
    """Return a job's place in the queue: 1 if it is next, 0 if it is not queued.

    Exact if no more jobs come and one is painted at a time. Before a requester's k-th job come the
    k-th jobs of all requesters that go first, and the first k - 1 jobs of all others.
    """
    if job.state != QUEUED:
        return 0
    own = _requester(job.user_id, job.chat_id)
    queued = _queued_by_requester(db)
    if own not in queued:  # a worker took it at this very moment
        return 1
    painting = _count_painting(db)
    at_same_time = and_(jobs.c.created_at == job.created_at, jobs.c.id <= job.id)
    up_to_job = or_(jobs.c.created_at < job.created_at, at_same_time)
    query = select(func.count()).where(jobs.c.state == QUEUED, _of_requester(own), up_to_job)
    nth = int(db.execute(query).scalar_one())
    own_priority = _priorities(db, {own: queued.pop(own)}, painting)[own]
    # Only those can go first who came before the own turn's date and have an nth job.
    ahead = {
        requester: waiting
        for requester, waiting in queued.items()
        if waiting.jobs >= nth and (painting[requester], waiting.oldest_at) < own_priority
    }
    first = len(ahead)
    if first <= EXACT_MAX_REQUESTERS:
        priorities = _priorities(db, ahead, painting).values()
        first = sum(priority < own_priority for priority in priorities)
    others = sum(min(waiting.jobs, nth - 1) for waiting in queued.values())
    return nth + others + first


def _oldest_queued(
    db: Connection, without: Collection[Requester], limit: int
) -> list[tuple[str, Requester, float]]:
    """Return (id, requester, created at) of the oldest queued jobs, but for some requesters'."""
    query = select(jobs.c.id, jobs.c.user_id, jobs.c.chat_id, jobs.c.created_at)
    # A photo that is still being fetched cannot be painted from; its arrival publishes the job.
    awaited = exists().where(photos.c.id == jobs.c.parent_id, photos.c.state == "waiting")
    query = query.where(jobs.c.state == QUEUED, jobs.c.parent_id.is_(None) | ~awaited)
    anonymous = jobs.c.user_id.is_(None)
    if user_ids := [requester.id for requester in without if requester.named]:
        query = query.where(anonymous | jobs.c.user_id.not_in(user_ids))
    if chat_ids := [requester.id for requester in without if not requester.named]:
        query = query.where(~anonymous | jobs.c.chat_id.not_in(chat_ids))
    rows = db.execute(query.order_by(jobs.c.created_at, jobs.c.id).limit(limit))
    return [
        (job_id, _requester(user_id, chat_id), created_at)
        for job_id, user_id, chat_id, created_at in rows
    ]


def _priorities(
    db: Connection, queued: Mapping[Requester, QueuedJobs], painting: Counter[Requester]
) -> dict[Requester, Priority]:
    """Return the priority of each of these requesters' next turns."""
    if not queued:
        return {}
    since = min(waiting.oldest_at for waiting in queued.values()) - LOOK_BACK_SECONDS
    ended = _last_turns(db, queued, since)
    return {
        requester: (painting[requester], max(waiting.oldest_at, ended.get(requester, 0.0)))
        for requester, waiting in queued.items()
    }


def _queued_by_requester(db: Connection) -> dict[Requester, QueuedJobs]:
    """Return every requester who has a job queued."""
    columns = (jobs.c.user_id, jobs.c.chat_id)
    query = select(*columns, func.count(), func.min(jobs.c.created_at))
    queued: dict[Requester, QueuedJobs] = {}
    for user_id, chat_id, count, oldest_at in db.execute(
        query.where(jobs.c.state == QUEUED).group_by(*columns)
    ):
        requester = _requester(user_id, chat_id)
        in_other_chats = queued.get(requester, QueuedJobs(0, oldest_at))
        queued[requester] = QueuedJobs(
            in_other_chats.jobs + count, min(in_other_chats.oldest_at, oldest_at)
        )
    return queued


def _count_painting(db: Connection) -> Counter[Requester]:
    """Count the jobs of each requester that are being painted."""
    query = select(jobs.c.user_id, jobs.c.chat_id).where(jobs.c.state == DRAWING)
    return Counter(_requester(user_id, chat_id) for user_id, chat_id in db.execute(query))


def _last_turns(
    db: Connection, requesters: Collection[Requester], since: float
) -> dict[Requester, float]:
    """Return when the last turn of each ended, of jobs created since then.

    A turn that came to nothing ended when it began. A job that is back in the queue had no turn.
    """
    ended = func.max(func.coalesce(jobs.c.painted_at, jobs.c.drawing_at))
    had_turn = and_(jobs.c.state != QUEUED, jobs.c.drawing_at > 0, jobs.c.created_at > since)
    last_turns: dict[Requester, float] = {}
    for named in (True, False):
        ids = [requester.id for requester in requesters if requester.named is named]
        if ids:
            column = jobs.c.user_id if named else jobs.c.chat_id
            owned = column.in_(ids) if named else column.in_(ids) & jobs.c.user_id.is_(None)
            query = select(column, ended).where(owned, had_turn).group_by(column)
            last_turns |= {Requester(key, named): ended_at for key, ended_at in db.execute(query)}
    return last_turns


def _requester(user_id: str | None, chat_id: str | None) -> Requester:
    return Requester(user_id, named=True) if user_id else Requester(chat_id or "", named=False)


def _of_requester(requester: Requester) -> ColumnElement[bool]:
    if requester.named:
        return jobs.c.user_id == requester.id
    return and_(jobs.c.user_id.is_(None), jobs.c.chat_id == requester.id)
