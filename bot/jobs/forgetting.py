"""Taking back and forgetting: cancel, unsend, leave, retention."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, delete, func, insert, or_, select, update

from bot import photos
from bot.database import now
from bot.jobs import attempts
from bot.jobs.model import CANCELLED, UNDELIVERED, UNFINISHED
from bot.prepared import Prepared
from bot.tables import attempts as attempted
from bot.tables import changing, events, jobs, pictures, reply_tokens, shown, unsent
from bot.tables import photos as sent_photos

_UNSENT = Prepared(select(unsent.c.at).where(unsent.c.message_id == bindparam("message")))


def was_unsent(db: Connection, message_id: str) -> bool:
    """Whether the unsend of this message arrived before the message itself."""
    return _UNSENT.first(db, message=message_id) is not None


def unsend(db: Connection, message_id: str) -> list[str]:
    """A message was taken back: cancel and erase its job, also when it has yet to arrive.

    Likewise a photo, with all that was painted from it.
    """
    if not was_unsent(db, message_id):
        db.execute(insert(unsent).values(message_id=message_id, at=now()))
    taken = photos.drop(db, sent_photos.c.message_id == message_id)
    which = jobs.c.message_id == message_id
    return _drop(db, or_(which, jobs.c.parent_id.in_(taken)) if taken else which, erase=True)


def cancel(db: Connection, job_id: str) -> bool:
    """Cancel a job that is not painted yet; False when it is too late."""
    mine = and_(jobs.c.id == job_id, jobs.c.state.in_(UNFINISHED))
    return bool(_drop(db, mine, erase=False))


def drop_chat(db: Connection, chat_id: str, *, erase: bool) -> list[str]:
    """The bot left the chat or was blocked: cancel what is not painted, or erase everything."""
    there = jobs.c.chat_id == chat_id
    if erase:
        photos.drop(db, sent_photos.c.chat_id == chat_id)
    return _drop(db, there if erase else and_(there, jobs.c.state.in_(UNFINISHED)), erase=erase)


def drop_member(db: Connection, chat_id: str, user_id: str) -> list[str]:
    """A person left the chat: cancel and erase what of theirs it has not been shown, and their
    photos with what is still to be painted from them, by whomever it was asked for.

    What was painted from those photos and shown stays, as other pictures of theirs do.
    """
    here, theirs = jobs.c.chat_id == chat_id, jobs.c.user_id == user_id
    sent = (sent_photos.c.chat_id == chat_id, sent_photos.c.user_id == user_id)
    if taken := photos.drop(db, *sent):
        theirs = or_(theirs, jobs.c.parent_id.in_(taken))
    return _drop(db, and_(here, theirs, jobs.c.state.in_(UNDELIVERED)), erase=True)


def drop_person(db: Connection, line_id: str) -> list[str]:
    """Cancel and erase what a person asked for in any chat, or what belongs to this chat."""
    theirs = or_(changing.c.user_id == line_id, changing.c.chat_id == line_id)
    db.execute(delete(changing).where(theirs))  # also what they began on another's picture
    sent = or_(sent_photos.c.user_id == line_id, sent_photos.c.chat_id == line_id)
    taken = photos.drop(db, sent)  # and what others painted from them
    mine = or_(jobs.c.user_id == line_id, jobs.c.chat_id == line_id)
    return _drop(db, or_(mine, jobs.c.parent_id.in_(taken)) if taken else mine, erase=True)


def drop_one(db: Connection, job_id: str) -> list[str]:
    """Cancel and erase one job, and it alone: pictures that went on from it are kept."""
    return _drop(db, jobs.c.id == job_id, erase=True, alone=True)


def _drop(db: Connection, which: Any, *, erase: bool, alone: bool = False) -> list[str]:
    """Cancel what is under way among `which`; with `erase`, have all of it erased, and also what
    went on from it, unless `alone`."""
    found = list(db.execute(select(jobs.c.id).where(which)).scalars())
    if not found:
        return []
    if erase and not alone:
        found += _descendants(db, found)
    attempts.end(db, attempted.c.job_id.in_(found), attempts.TAKEN_BACK)
    values: dict[str, Any] = {
        "state": case((jobs.c.state.in_(UNDELIVERED), CANCELLED), else_=jobs.c.state),
        "finished_at": func.coalesce(jobs.c.finished_at, now()),
        "deliver_at": None,
        "lease_owner": None,
        "lease_until": None,
    }
    if erase:
        values |= {"erase_at": now(), "request": None, "quote_token": None}
    db.execute(update(jobs).where(jobs.c.id.in_(found)).values(**values))
    db.execute(delete(reply_tokens).where(reply_tokens.c.job_id.in_(found)))
    return found


def _descendants(db: Connection, ids: list[str]) -> list[str]:
    """Jobs that went on from these, and from those: they hold the same words."""
    known, newest = set(ids), ids
    while newest:
        children = db.execute(select(jobs.c.id).where(jobs.c.parent_id.in_(newest))).scalars()
        newest = [it for it in children if it not in known]
        known.update(newest)
    return [it for it in known if it not in set(ids)]


def to_erase(db: Connection, limit: int = 200) -> list[str]:
    """Jobs whose pictures and words still have to go."""
    due = and_(jobs.c.erase_at <= now(), jobs.c.erased_at.is_(None))
    return list(db.execute(select(jobs.c.id).where(due).limit(limit)).scalars())


def expire(db: Connection, before: float) -> None:
    """Mark for erasure what was created before this moment: the retention time is over."""
    old = and_(jobs.c.created_at < before, jobs.c.erase_at.is_(None))
    db.execute(update(jobs).where(old).values(erase_at=now()))


def erased(db: Connection, job_id: str, mark: str | None = None) -> None:
    """The pictures are gone from storage: forget the words and the people too.

    mark: stands for the person until the day is over (bot.limits.mark).
    """
    attempts.forget(db, job_id)
    db.execute(delete(pictures).where(pictures.c.job_id == job_id))
    for table in (reply_tokens, shown, changing):
        db.execute(delete(table).where(table.c.job_id == job_id))
    db.execute(
        update(jobs)
        .where(jobs.c.id == job_id)
        .values(
            request=None,
            user_id=mark,
            chat_id=None,
            quote_token=None,
            message_id=None,
            erased_at=now(),
        )
    )


def forget_marks(db: Connection, before: float) -> None:
    """Drop what stands for a person in erased jobs of the days before this moment."""
    old = and_(jobs.c.erased_at.is_not(None), jobs.c.created_at < before)
    db.execute(update(jobs).where(old, jobs.c.user_id.is_not(None)).values(user_id=None))


def forget_traces(db: Connection, tokens_before: float, events_before: float) -> None:
    """Drop dead reply tokens, and event ids and unsends too old to be sent again."""
    db.execute(delete(reply_tokens).where(reply_tokens.c.received_at < tokens_before))
    db.execute(delete(changing).where(changing.c.at < tokens_before))
    db.execute(delete(events).where(events.c.received_at < events_before))
    db.execute(delete(unsent).where(unsent.c.at < events_before))
