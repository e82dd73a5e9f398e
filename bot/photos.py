"""Photos that people sent, to paint from: what is known of each, and every query on them.

    waiting -> ready        waiting -> failed        any -> marked for erasure -> no row

A photo that nobody wants yet (in a group, where few are meant for the bot) waits with next_at NULL
and is not fetched. Its key in storage is drawn with the row, before there is a file, so that a job
can be stored that waits for it, and so that erasing finds the file of a courier that was killed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, update

from bot.database import now
from bot.storage import new_key, new_secret
from bot.tables import jobs, photos, reply_tokens

WAITING, READY, FAILED = "waiting", "ready", "failed"
PASSING = frozenset({"photo_unavailable"})  # why it failed, and may not fail again


@dataclass(frozen=True)
class Photo:
    """One row of `photos`; the columns are described in bot.tables. error_code: a key of "failed"
    in bot.texts. width, height: pixels of what is stored."""

    id: str
    message_id: str
    chat_id: str
    user_id: str | None
    state: str
    error_code: str | None
    key: str
    width: int | None
    height: int | None
    tries: int
    next_at: float | None
    lease_until: float | None
    created_at: float
    erase_at: float | None


_MINE = (photos.c.erase_at.is_(None), photos.c.state == WAITING)


def _one(db: Connection, *where: Any) -> Photo | None:
    query = select(photos).where(*where).order_by(photos.c.created_at.desc()).limit(1)
    row = db.execute(query).mappings().first()
    return Photo(**row) if row else None


def add(
    db: Connection, *, message_id: str, chat_id: str, user_id: str | None, fetch: bool
) -> str | None:
    """Store a photo, to be fetched now or when it is wanted; its id. None: it is known already."""
    if _one(db, photos.c.message_id == message_id):
        return None
    photo_id, moment = uuid4().hex, now()
    values = {
        "id": photo_id,
        "message_id": message_id,
        "chat_id": chat_id,
        "user_id": user_id,
        "state": WAITING,
        "key": new_key(new_secret(), 0, "original", "jpg"),
        "next_at": moment if fetch else None,
        "created_at": moment,
    }
    db.execute(insert(photos).values(**values))
    return photo_id


# --- looking


def get(db: Connection, photo_id: str) -> Photo | None:
    """The photo with this id, also one that is to be erased."""
    return _one(db, photos.c.id == photo_id)


def of_message(db: Connection, message_id: str, chat_id: str) -> Photo | None:
    """The photo that a message of this chat brought."""
    there = (photos.c.message_id == message_id, photos.c.chat_id == chat_id)
    return _one(db, *there, photos.c.erase_at.is_(None))


def of_key(db: Connection, chat_id: str, key: str) -> Photo | None:
    """The photo of this chat that lies, or is to lie, under this key."""
    there = (photos.c.chat_id == chat_id, photos.c.key == key)
    return _one(db, *there, photos.c.erase_at.is_(None))


def last(db: Connection, chat_id: str, user_id: str, since: float) -> Photo | None:
    """The last photo that this person sent in this chat since then."""
    return _one(db, *_sent(chat_id, user_id, since), photos.c.erase_at.is_(None))


def count(db: Connection, chat_id: str, user_id: str | None, since: float) -> int:
    """How many photos a person (whom LINE does not name: None) sent in this chat since then."""
    query = select(func.count()).select_from(photos).where(*_sent(chat_id, user_id, since))
    return int(db.execute(query).scalar_one())


def _sent(chat_id: str, user_id: str | None, since: float) -> tuple[Any, ...]:
    person = photos.c.user_id == user_id if user_id else photos.c.user_id.is_(None)
    return photos.c.chat_id == chat_id, person, photos.c.created_at >= since


def painted_from(db: Connection, photo_id: str) -> bool:
    """Whether somebody asked for a picture from it."""
    return bool(db.execute(select(exists().where(jobs.c.parent_id == photo_id))).scalar_one())


def waiting_for(db: Connection, photo_id: str) -> list[str]:
    """The jobs that are queued to be painted from it."""
    theirs = (jobs.c.parent_id == photo_id, jobs.c.state == "queued")
    return list(db.execute(select(jobs.c.id).where(*theirs)).scalars())


def answered_by_newer(db: Connection, photo: Photo) -> bool:
    """Whether a photo that came after it in its chat brought a reply token, and so an answer."""
    newer = and_(
        photos.c.chat_id == photo.chat_id,
        photos.c.created_at > photo.created_at,
        photos.c.erase_at.is_(None),
    )
    query = select(exists().where(newer, reply_tokens.c.job_id == photos.c.id))
    return bool(db.execute(query).scalar_one())


# --- fetching


def want(db: Connection, photo: Photo) -> bool:
    """Somebody wants to paint from it; whether it has to be fetched."""
    again = and_(photos.c.state == FAILED, photos.c.error_code.in_(PASSING))
    idle = or_(and_(photos.c.state == WAITING, photos.c.next_at.is_(None)), again)
    values = {"state": WAITING, "next_at": now(), "tries": 0, "error_code": None}
    changed = db.execute(update(photos).where(photos.c.id == photo.id, idle).values(**values))
    return changed.rowcount == 1


def claim(db: Connection, photo_id: str, lease: float) -> Photo | None:
    """Take a photo that is to be fetched; None when another courier is at it, or nobody is to."""
    moment = now()
    free = or_(photos.c.lease_until.is_(None), photos.c.lease_until < moment)
    taken = db.execute(
        update(photos)
        .where(photos.c.id == photo_id, *_MINE, photos.c.next_at.is_not(None), free)
        .values(lease_until=moment + lease, tries=photos.c.tries + 1)
    )
    return get(db, photo_id) if taken.rowcount == 1 else None


def hold(db: Connection, photo: Photo, lease: float) -> Photo | None:
    """Renew the claim; None when the photo was taken back, or another courier has it."""
    return get(db, photo.id) if _set(db, photo, lease_until=now() + lease) else None


def ready(db: Connection, photo: Photo, width: int, height: int) -> bool:
    """It lies in storage, so many pixels large; False as for `hold`."""
    values = {"state": READY, "width": width, "height": height}
    return _set(db, photo, **values, next_at=None, lease_until=None)


def fail(db: Connection, photo: Photo, code: str) -> bool:
    """It will not be fetched any more; False as for `hold`."""
    return _set(db, photo, state=FAILED, error_code=code, next_at=None, lease_until=None)


def later(db: Connection, photo: Photo, delay: float) -> bool:
    """Let go of it, to be asked for again in `delay` seconds; False as for `hold`."""
    return _set(db, photo, next_at=now() + delay, lease_until=None)


def _set(db: Connection, photo: Photo, **values: Any) -> bool:
    mine = (photos.c.id == photo.id, *_MINE, photos.c.lease_until == photo.lease_until)
    return db.execute(update(photos).where(*mine).values(**values)).rowcount == 1


def due(db: Connection, again_after: float, limit: int = 200) -> list[str]:
    """Photos that are to be fetched by now; they are not named again for `again_after` seconds."""
    moment = now()
    free = or_(photos.c.lease_until.is_(None), photos.c.lease_until < moment)
    late = and_(*_MINE, photos.c.next_at <= moment)
    query = select(photos.c.id).where(late, free).order_by(photos.c.next_at).limit(limit)
    found = list(db.execute(query).scalars())
    if found:
        those = and_(photos.c.id.in_(found), late)
        db.execute(update(photos).where(those).values(next_at=moment + again_after))
    return found


# --- taking back and forgetting


def drop(db: Connection, *where: Any) -> list[str]:
    """Have these photos erased: nobody fetches them or paints from them any more. Their ids."""
    found = list(db.execute(select(photos.c.id).where(*where)).scalars())
    if found:
        those = and_(photos.c.id.in_(found), photos.c.erase_at.is_(None))
        db.execute(update(photos).where(those).values(erase_at=now(), next_at=None))
        db.execute(delete(reply_tokens).where(reply_tokens.c.job_id.in_(found)))
    return found


def expire(db: Connection, before: float, unused_before: float) -> None:
    """Have erased what was sent before this moment, or before the later one and never used."""
    unused = ~exists().where(jobs.c.parent_id == photos.c.id)
    old = or_(
        photos.c.created_at < before,
        and_(photos.c.created_at < unused_before, unused),
    )
    drop(db, old, photos.c.erase_at.is_(None))


def to_erase(db: Connection, limit: int = 200) -> list[str]:
    """Photos whose files and rows have to go, and at which no courier is just now."""
    moment = now()
    free = or_(photos.c.lease_until.is_(None), photos.c.lease_until < moment)
    query = select(photos.c.id).where(photos.c.erase_at <= moment, free).limit(limit)
    return list(db.execute(query).scalars())


def let_go(db: Connection, photo: Photo) -> None:
    """A courier found that the photo it holds was taken back: whoever erases need not wait."""
    mine = and_(photos.c.id == photo.id, photos.c.lease_until == photo.lease_until)
    db.execute(update(photos).where(mine).values(lease_until=None))


def erased(db: Connection, ids: Sequence[str]) -> None:
    """The files are gone from storage: forget whose they were."""
    db.execute(delete(photos).where(photos.c.id.in_(ids)))
