"""Albums: the secret in an album's link, and which pictures of a chat stand in it.

The link is the key: whoever has it sees the album, as with a picture's own address. So its secret
is 192 random bits, found by the unique index alone, and `renew` or `close` makes it worthless.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, exists, or_, select, update

from bot.jobs import DELIVERED, DRAWN, WAITING, Job, StoredPicture, anywhere, pictures_of
from bot.tables import chats, jobs, pictures

SECRET = re.compile(r"[\w-]{32}", re.ASCII)
NUMBER = re.compile(r"[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{3}")


class Album(NamedTuple):
    """Whose album it is. kind: user, group or room. language: in which it speaks."""

    chat_id: str
    kind: str
    language: str


class Entry(NamedTuple):
    """One wish and its pictures. created_at: seconds since 1970."""

    number: str
    secret: str
    created_at: float
    user_id: str | None
    request: Mapping[str, Any]
    pictures: list[StoredPicture]


def renew(db: Connection, chat_id: str) -> str:
    """Give a known chat's album a new secret, and so a new link; the old one is worthless."""
    secret = secrets.token_urlsafe(24)
    db.execute(update(chats).where(chats.c.id == chat_id).values(album=secret))
    return secret


def open_album(db: Connection, chat_id: str) -> str:
    """The secret of a known chat's album; it is opened if it is not."""
    found = db.execute(select(chats.c.album).where(chats.c.id == chat_id)).scalar_one_or_none()
    return found or renew(db, chat_id)


def close(db: Connection, chat_id: str) -> bool:
    """Close a chat's album; False when there was none."""
    there = and_(chats.c.id == chat_id, chats.c.album.is_not(None))
    return db.execute(update(chats).where(there).values(album=None)).rowcount == 1


def find(db: Connection, secret: str) -> Album | None:
    """The album with this secret."""
    if not SECRET.fullmatch(secret):
        return None
    query = select(chats.c.id, chats.c.kind, chats.c.language).where(chats.c.album == secret)
    row = db.execute(query).first()
    return Album(*row) if row else None


_KEPT = and_(jobs.c.state.in_((DRAWN, WAITING, DELIVERED)), jobs.c.erase_at.is_(None))
_PAINTED = exists().where(pictures.c.job_id == jobs.c.id)


def page(
    db: Connection, chat_id: str, *, before: str | None = None, size: int = 24
) -> tuple[list[Entry], str | None]:
    """About `size` pictures of a chat, whole wishes, the newest first; and where the next page is.

    before: the 受付番号 after which the page begins, as the page before it named it; one that has
    been erased since still marks its place.
    """
    query = select(jobs.c.id, *_COLUMNS).where(jobs.c.chat_id == chat_id, _KEPT, _PAINTED)
    if before is not None:
        place = select(jobs.c.created_at, jobs.c.id).where(jobs.c.number == before)
        last = db.execute(place).first() if NUMBER.fullmatch(before) else None
        if last is None:
            return [], None
        older = and_(jobs.c.created_at == last.created_at, jobs.c.id < last.id)
        query = query.where(or_(jobs.c.created_at < last.created_at, older))
    query = query.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(size + 1)
    rows = list(db.execute(query))
    stored: dict[str, list[StoredPicture]] = {row.id: [] for row in rows}
    of_these = pictures.c.job_id.in_(stored)
    for it in db.execute(select(pictures).where(of_these).order_by(pictures.c.position)).mappings():
        fields = {name: it[name] for name in StoredPicture._fields}
        stored[it["job_id"]].append(StoredPicture(**fields))
    entries: list[Entry] = []
    for row in rows:
        if sum(len(it.pictures) for it in entries) >= size:
            return entries, entries[-1].number
        entries.append(Entry(*row[1:-1], row.request or {}, stored[row.id]))
    return entries, None


_COLUMNS = (jobs.c.number, jobs.c.secret, jobs.c.created_at, jobs.c.user_id, jobs.c.request)


def single(
    db: Connection, number: str, secret: str, position: int
) -> tuple[Job, StoredPicture] | None:
    """One picture, for whoever has its number and the secret in its address."""
    job = anywhere(db, number) if NUMBER.fullmatch(number) else None
    if job is None or job.erase_at is not None:
        return None
    if not compare_digest(job.secret.encode(), secret.encode(errors="replace")):
        return None
    found = [it for it in pictures_of(db, job.id) if it.position == position]
    return (job, found[0]) if found else None
