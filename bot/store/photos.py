"""Photos that people sent, to paint from: what is known of each, and every query on them.

    waiting -> ready        waiting -> failed        any -> marked for erasure -> no row

A photo that nobody wants yet (in a group, where few are meant for the bot) waits with next_at NULL
and is not fetched. Its key in storage is drawn with the row, before there is a file: so a job can
be stored that waits for it, and erasing finds the file of a courier that was killed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.storage import new_key, new_secret
from bot.store.clock import now
from bot.store.schema import jobs, photos, reply_tokens
from bot.store.statements import lease_over, take_due, update_one

WAITING, READY, FAILED = "waiting", "ready", "failed"
TRANSIENT_CODES = frozenset({"photo_unavailable"})  # why it failed, and may not fail again


@dataclass(frozen=True)
class Photo:
    """One row of `photos`; the columns are described in bot.store.schema.

    error_code: a key of "failed" in bot.texts. width, height: pixels of what is stored.
    """

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
    decodings: int
    next_at: float | None
    lease_until: float | None
    created_at: float
    erase_at: float | None


_KEPT = photos.c.erase_at.is_(None)
_FETCHABLE = and_(_KEPT, photos.c.state == WAITING)


def add(
    db: Connection, *, message_id: str, chat_id: str, user_id: str | None, fetch: bool
) -> str | None:
    """Store a photo, to be fetched now or when it is wanted; returns its id.

    Returns None if it was stored before.
    """
    if _newest(db, photos.c.message_id == message_id):
        return None
    photo_id, now_ts = uuid4().hex, now()
    values = {
        "id": photo_id,
        "message_id": message_id,
        "chat_id": chat_id,
        "user_id": user_id,
        "state": WAITING,
        "key": new_key(new_secret(), 0, "original", "jpg"),
        "next_at": now_ts if fetch else None,
        "created_at": now_ts,
    }
    db.execute(insert(photos).values(**values))
    return photo_id


def get(db: Connection, photo_id: str) -> Photo | None:
    """Return the photo with this id, also one that is to be erased."""
    return _newest(db, photos.c.id == photo_id)


def by_message(db: Connection, message_id: str, chat_id: str) -> Photo | None:
    """Return the photo that a message of this chat brought."""
    return _newest(db, photos.c.message_id == message_id, photos.c.chat_id == chat_id, _KEPT)


def by_key(db: Connection, chat_id: str, key: str) -> Photo | None:
    """Return the photo of this chat that is, or will be, stored under this key."""
    return _newest(db, photos.c.chat_id == chat_id, photos.c.key == key, _KEPT)


def latest(db: Connection, chat_id: str, user_id: str, since: float) -> Photo | None:
    """Return the last photo that a user sent in a chat since this time."""
    return _newest(db, *_sent(chat_id, user_id, since), _KEPT)


def recent(db: Connection, chat_id: str, user_id: str, since: float) -> list[Photo]:
    """Return the photos that a user sent in a chat since this time, the oldest first."""
    where = (*_sent(chat_id, user_id, since), _KEPT)
    rows = db.execute(select(photos).where(*where).order_by(photos.c.created_at)).mappings()
    return [Photo(**row) for row in rows]


def choose(db: Connection, photo_id: str) -> None:
    """Make a photo the last one of who sent it: the one that is meant next."""
    db.execute(update(photos).where(photos.c.id == photo_id).values(created_at=now()))


def _newest(db: Connection, *where: ColumnElement[bool]) -> Photo | None:
    query = select(photos).where(*where).order_by(photos.c.created_at.desc()).limit(1)
    row = db.execute(query).mappings().first()
    return Photo(**row) if row else None


def count(db: Connection, chat_id: str, user_id: str | None, since: float) -> int:
    """Count the photos that a user (None: all without an id) sent in a chat since this time."""
    query = select(func.count()).select_from(photos).where(*_sent(chat_id, user_id, since))
    return int(db.execute(query).scalar_one())


def _sent(chat_id: str, user_id: str | None, since: float) -> tuple[ColumnElement[bool], ...]:
    by_user = photos.c.user_id == user_id if user_id else photos.c.user_id.is_(None)
    return photos.c.chat_id == chat_id, by_user, photos.c.created_at >= since


def is_used(db: Connection, photo_id: str) -> bool:
    """Return whether somebody asked for a picture from a photo."""
    return bool(db.execute(select(exists().where(jobs.c.parent_id == photo_id))).scalar_one())


def waiting_job_ids(db: Connection, photo_id: str) -> list[str]:
    """Return the ids of jobs that are queued to be painted from a photo."""
    queued = (jobs.c.parent_id == photo_id, jobs.c.state == "queued")
    return list(db.execute(select(jobs.c.id).where(*queued)).scalars())


def is_awaited(db: Connection, photo_id: str) -> bool:
    """Return whether a photo is still to be fetched."""
    return _newest(db, photos.c.id == photo_id, _FETCHABLE) is not None


def answered_by_newer(db: Connection, photo: Photo) -> bool:
    """Return whether a later photo of its chat brought a reply token, and so an answer."""
    newer = and_(photos.c.chat_id == photo.chat_id, photos.c.created_at > photo.created_at, _KEPT)
    query = select(exists().where(newer, reply_tokens.c.job_id == photos.c.id))
    return bool(db.execute(query).scalar_one())


def request_fetch(db: Connection, photo: Photo) -> bool:
    """Note that somebody wants to paint from a photo; returns whether it has to be fetched."""
    may_retry = and_(photos.c.state == FAILED, photos.c.error_code.in_(TRANSIENT_CODES))
    idle = or_(and_(photos.c.state == WAITING, photos.c.next_at.is_(None)), may_retry)
    values = {"state": WAITING, "next_at": now(), "tries": 0, "error_code": None}
    return update_one(db, photos, photos.c.id == photo.id, idle, **values)


def claim(db: Connection, photo_id: str, lease: float) -> Photo | None:
    """Take a photo to fetch for `lease` seconds.

    Returns None if another courier has it or there is nothing to fetch.
    """
    now_ts = now()
    free = and_(photos.c.next_at.is_not(None), lease_over(photos.c.lease_until, now_ts))
    values = {"lease_until": now_ts + lease, "tries": photos.c.tries + 1}
    claimed = update_one(db, photos, photos.c.id == photo_id, _FETCHABLE, free, **values)
    return get(db, photo_id) if claimed else None


def renew_lease(db: Connection, photo: Photo, lease: float) -> Photo | None:
    """Keep a claimed photo for `lease` more seconds.

    Returns None if the photo was taken back or another courier has it.
    """
    return get(db, photo.id) if _update(db, photo, lease_until=now() + lease) else None


def begin_decoding(db: Connection, photo: Photo, lease: float) -> Photo | None:
    """Keep a claimed photo as `renew_lease` does, and count that its decoding begins."""
    values = {"lease_until": now() + lease, "decodings": photos.c.decodings + 1}
    return get(db, photo.id) if _update(db, photo, **values) else None


def mark_ready(db: Connection, photo: Photo, width: int, height: int) -> bool:
    """Note that a claimed photo is stored, with its size in pixels.

    Returns False, as those below do, if the photo was taken back or another courier has it.
    """
    values = {"state": READY, "width": width, "height": height}
    return _update(db, photo, **values, next_at=None, lease_until=None)


def mark_failed(db: Connection, photo: Photo, code: str) -> bool:
    """Give a claimed photo up."""
    return _update(db, photo, state=FAILED, error_code=code, next_at=None, lease_until=None)


def postpone(db: Connection, photo: Photo, delay: float) -> bool:
    """Release a claimed photo, to be fetched in `delay` seconds."""
    return _update(db, photo, next_at=now() + delay, lease_until=None)


def leave_due(db: Connection, photo_id: str) -> None:
    """Have a photo that no courier has now fetched by the next who is free."""
    now_ts = now()
    idle = (photos.c.next_at > now_ts, lease_over(photos.c.lease_until, now_ts))
    update_one(db, photos, photos.c.id == photo_id, _FETCHABLE, *idle, next_at=now_ts)


def _update(db: Connection, photo: Photo, **values: Any) -> bool:
    return update_one(db, photos, *_claimed(photo), _FETCHABLE, **values)


def _claimed(photo: Photo) -> tuple[ColumnElement[bool], ...]:
    return photos.c.id == photo.id, photos.c.lease_until == photo.lease_until


def due_fetches(db: Connection, again_after: float, limit: int = 200) -> list[str]:
    """Return ids of photos to fetch by now; they are not returned again for `again_after` s."""
    now_ts = now()
    return take_due(
        db,
        photos,
        and_(_FETCHABLE, photos.c.next_at <= now_ts, lease_over(photos.c.lease_until, now_ts)),
        order_by=photos.c.next_at,
        limit=limit,
        next_at=now_ts + again_after,
    )


def mark_for_erasure(db: Connection, *where: ColumnElement[bool]) -> list[str]:
    """Have these photos erased: nobody fetches them or paints from them. Returns their ids."""
    ids = list(db.execute(select(photos.c.id).where(*where)).scalars())
    if ids:
        kept = update(photos).where(photos.c.id.in_(ids), _KEPT)
        db.execute(kept.values(erase_at=now(), next_at=None))
        db.execute(delete(reply_tokens).where(reply_tokens.c.job_id.in_(ids)))
    return ids


def mark_expired(db: Connection, before: float, unused_before: float) -> None:
    """Have erased what was sent before `before`, or before `unused_before` and never used."""
    unused = ~exists().where(jobs.c.parent_id == photos.c.id)
    old = or_(photos.c.created_at < before, and_(photos.c.created_at < unused_before, unused))
    mark_for_erasure(db, old, _KEPT)


def due_erasures(db: Connection, limit: int = 200) -> list[str]:
    """Return ids of photos whose file and row are to be deleted, unless a courier has them."""
    now_ts = now()
    free = lease_over(photos.c.lease_until, now_ts)
    query = select(photos.c.id).where(photos.c.erase_at <= now_ts, free).limit(limit)
    return list(db.execute(query).scalars())


def release(db: Connection, photo: Photo) -> None:
    """Release a claimed photo that was taken back, so that its erasure need not wait."""
    update_one(db, photos, *_claimed(photo), lease_until=None)


def delete_rows(db: Connection, ids: Sequence[str]) -> None:
    """Delete the rows of photos whose files are deleted."""
    db.execute(delete(photos).where(photos.c.id.in_(ids)))
