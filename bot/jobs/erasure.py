"""Cancel and erase: taken back, cancelled, left, blocked, or the retention time is over."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.jobs import attempts
from bot.jobs.model import CANCELLED, UNDELIVERED, UNFINISHED
from bot.store import appeals, pending_questions, photos
from bot.store.clock import now
from bot.store.prepared import Prepared
from bot.store.schema import attempts as attempt_rows
from bot.store.schema import (
    changing,
    events,
    favourites,
    jobs,
    pictures,
    reply_tokens,
    shown,
    unsent,
)
from bot.store.schema import photos as photo_rows

_UNSENT = Prepared(select(unsent.c.at).where(unsent.c.message_id == bindparam("message")))


def was_unsent(db: Connection, message_id: str) -> bool:
    """Return whether the unsend of this message arrived before the message itself."""
    return _UNSENT.first(db, message=message_id) is not None


def unsend(db: Connection, message_id: str) -> list[str]:
    """Cancel and erase the job or photo of a message that was taken back; returns job ids.

    A photo goes with all that was painted from it. A message that has yet to arrive is remembered.
    """
    if not was_unsent(db, message_id):
        db.execute(insert(unsent).values(message_id=message_id, at=now()))
    pending_questions.clear_message(db, message_id)
    photo_ids = photos.mark_for_erasure(db, photo_rows.c.message_id == message_id)
    return _drop(db, _with_photos(jobs.c.message_id == message_id, photo_ids), erase=True)


def cancel(db: Connection, job_id: str) -> bool:
    """Cancel a job that is not painted yet; returns False if it is too late."""
    unfinished = and_(jobs.c.id == job_id, jobs.c.state.in_(UNFINISHED))
    return bool(_drop(db, unfinished, erase=False))


def drop_chat(db: Connection, chat_id: str, *, erase: bool) -> list[str]:
    """Cancel what is not painted in a chat that the bot left, or erase everything of it.

    Returns job ids, as those below do.
    """
    in_chat = jobs.c.chat_id == chat_id
    if not erase:
        return _drop(db, and_(in_chat, jobs.c.state.in_(UNFINISHED)), erase=False)
    pending_questions.clear_line_id(db, chat_id)
    appeals.clear_line_id(db, chat_id)
    photos.mark_for_erasure(db, photo_rows.c.chat_id == chat_id)
    return _drop(db, in_chat, erase=True)


def drop_member(db: Connection, chat_id: str, user_id: str) -> list[str]:
    """Cancel and erase what a user who left a chat has not been shown there.

    Their photos are erased with what is still to be painted from them, by whomever it was asked
    for. What was painted from those photos and shown stays, as other pictures of theirs do.
    """
    photo_ids = photos.mark_for_erasure(
        db, photo_rows.c.chat_id == chat_id, photo_rows.c.user_id == user_id
    )
    owned = _with_photos(jobs.c.user_id == user_id, photo_ids)
    undelivered = jobs.c.state.in_(UNDELIVERED)
    return _drop(db, and_(jobs.c.chat_id == chat_id, owned, undelivered), erase=True)


def drop_person(db: Connection, line_id: str) -> list[str]:
    """Cancel and erase what a user asked for in any chat, or what belongs to a chat.

    So goes what others painted from their photos, and what they began on others' pictures.
    """
    db.execute(delete(changing).where(_of_line_id(changing, line_id)))
    pending_questions.clear_line_id(db, line_id)
    appeals.clear_line_id(db, line_id)
    photo_ids = photos.mark_for_erasure(db, _of_line_id(photo_rows, line_id))
    return _drop(db, _with_photos(_of_line_id(jobs, line_id), photo_ids), erase=True)


def drop_job(db: Connection, job_id: str) -> list[str]:
    """Cancel and erase one job alone: pictures that were made from it are kept."""
    return _drop(db, jobs.c.id == job_id, erase=True, descend=False)


def _of_line_id(table: Table, line_id: str) -> ColumnElement[bool]:
    return or_(table.c.user_id == line_id, table.c.chat_id == line_id)


def _with_photos(where: ColumnElement[bool], photo_ids: list[str]) -> ColumnElement[bool]:
    return or_(where, jobs.c.parent_id.in_(photo_ids)) if photo_ids else where


def _drop(
    db: Connection, where: ColumnElement[bool], *, erase: bool, descend: bool = True
) -> list[str]:
    """Cancel the unfinished of these jobs; with `erase`, have all of them erased.

    descend: also what was made from them, as it holds the same words.
    """
    ids = list(db.execute(select(jobs.c.id).where(where)).scalars())
    if not ids:
        return []
    if erase and descend:
        ids += _descendants(db, ids)
    attempts.end(db, attempt_rows.c.job_id.in_(ids), attempts.TAKEN_BACK)
    values: dict[str, Any] = {
        "state": case((jobs.c.state.in_(UNDELIVERED), CANCELLED), else_=jobs.c.state),
        "finished_at": func.coalesce(jobs.c.finished_at, now()),
        "deliver_at": None,
        "lease_owner": None,
        "lease_until": None,
    }
    if erase:
        values |= {"erase_at": now(), "request": None, "quote_token": None}
    db.execute(update(jobs).where(jobs.c.id.in_(ids)).values(**values))
    db.execute(delete(reply_tokens).where(reply_tokens.c.job_id.in_(ids)))
    return ids


def _descendants(db: Connection, ids: list[str]) -> list[str]:
    """Return the ids of jobs that were made from these, and from those in turn."""
    known, newest = set(ids), ids
    while newest:
        children = db.execute(select(jobs.c.id).where(jobs.c.parent_id.in_(newest))).scalars()
        newest = [job_id for job_id in children if job_id not in known]
        known.update(newest)
    return list(known - set(ids))


def due_erasures(db: Connection, limit: int = 200) -> list[str]:
    """Return ids of jobs whose pictures and words are still to be deleted."""
    due = and_(jobs.c.erase_at <= now(), jobs.c.erased_at.is_(None))
    return list(db.execute(select(jobs.c.id).where(due).limit(limit)).scalars())


def mark_expired(db: Connection, before: float) -> None:
    """Have erased what was created before this time: its retention time is over.

    A job with a favourite among its pictures stays.
    """
    is_kept = exists().where(favourites.c.job_id == jobs.c.id)
    old = and_(jobs.c.created_at < before, jobs.c.erase_at.is_(None), ~is_kept)
    db.execute(update(jobs).where(old).values(erase_at=now()))


def mark_erased(db: Connection, job_id: str, mark: str | None = None) -> None:
    """Delete the words and people of a job whose pictures are deleted.

    mark: stands for the user until the day is over (bot.jobs.limits.day_mark).
    """
    attempts.delete_of_job(db, job_id)
    for table in (pictures, reply_tokens, shown, changing, favourites):
        db.execute(delete(table).where(table.c.job_id == job_id))
    gone = dict.fromkeys(("request", "chat_id", "quote_token", "message_id"))
    job = update(jobs).where(jobs.c.id == job_id)
    db.execute(job.values(**gone, user_id=mark, erased_at=now()))


def delete_day_marks(db: Connection, before: float) -> None:
    """Delete what stands for a user in erased jobs that were created before this time."""
    old = and_(jobs.c.erased_at.is_not(None), jobs.c.created_at < before)
    db.execute(update(jobs).where(old, jobs.c.user_id.is_not(None)).values(user_id=None))


def delete_stale_records(db: Connection, tokens_before: float, events_before: float) -> None:
    """Delete dead reply tokens, and ids of events and unsends too old to be sent again."""
    db.execute(delete(reply_tokens).where(reply_tokens.c.received_at < tokens_before))
    db.execute(delete(changing).where(changing.c.at < tokens_before))
    db.execute(delete(events).where(events.c.received_at < events_before))
    db.execute(delete(unsent).where(unsent.c.at < events_before))
