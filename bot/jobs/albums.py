"""Albums: the secret in an album's link, and which pictures of a chat it shows.

The link is the key: whoever has it sees the album, as with a picture's own URL. So its secret has
192 random bits and is found by the unique index alone; renewing or closing makes it worthless, and
the links to single pictures of it as well.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from hmac import compare_digest
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, exists, or_, select, update

from bot.jobs import favourites
from bot.jobs.favourites import MAX_FAVOURITES
from bot.jobs.lookup import by_number_anywhere
from bot.jobs.model import DELIVERED, DRAWN, WAITING, Job, StoredPicture, parse_number
from bot.jobs.picture_secrets import can_be_shared, share_secret
from bot.jobs.queries import pictures_of
from bot.store.schema import chats, jobs, pictures
from bot.store.schema import favourites as favourite_rows
from bot.store.statements import update_one

SECRET_PATTERN = re.compile(r"[\w-]{32}", re.ASCII)

_KEPT = and_(jobs.c.state.in_((DRAWN, WAITING, DELIVERED)), jobs.c.erase_at.is_(None))
_HAS_PICTURES = exists().where(pictures.c.job_id == jobs.c.id)
_COLUMNS = (jobs.c.number, jobs.c.secret, jobs.c.created_at, jobs.c.user_id, jobs.c.request)


class Album(NamedTuple):
    """Whose album it is. kind: user, group or room. language: of its page."""

    chat_id: str
    kind: str
    language: str


class Entry(NamedTuple):
    """One request and its pictures. created_at: seconds since 1970.

    shares: the end of each picture's own link, "secret/position"; empty if they have none.
    favourites: positions of the pictures that are kept.
    """

    number: str
    created_at: float
    user_id: str | None
    prompt: str
    pictures: list[StoredPicture]
    shares: list[str]
    favourites: frozenset[int] = frozenset()


def renew_secret(db: Connection, chat_id: str) -> str:
    """Give a known chat's album a new secret, and so a new link; the old one is worthless."""
    secret = secrets.token_urlsafe(24)
    db.execute(update(chats).where(chats.c.id == chat_id).values(album=secret))
    return secret


def open_album(db: Connection, chat_id: str) -> str:
    """Return the secret of a known chat's album, which is opened if it is not."""
    return _secret_of(db, chat_id) or renew_secret(db, chat_id)


def close_album(db: Connection, chat_id: str) -> bool:
    """Close a chat's album; returns False if there was none."""
    return update_one(db, chats, chats.c.id == chat_id, chats.c.album.is_not(None), album=None)


def find_album(db: Connection, secret: str) -> Album | None:
    """Return the album with this secret, or None."""
    if not SECRET_PATTERN.fullmatch(secret):
        return None
    query = select(chats.c.id, chats.c.kind, chats.c.language).where(chats.c.album == secret)
    row = db.execute(query).first()
    return Album(*row) if row else None


def list_page(
    db: Connection, chat_id: str, *, before: str | None = None, size: int = 24
) -> tuple[list[Entry], str | None]:
    """Return about `size` pictures of a chat, newest first, and where the next page begins.

    Requests are whole. before: the 受付番号 that the page before returned; one that has been erased
    since still marks its place.
    """
    query = select(jobs.c.id, *_COLUMNS).where(jobs.c.chat_id == chat_id, _KEPT, _HAS_PICTURES)
    if before is not None:
        place = select(jobs.c.created_at, jobs.c.id).where(jobs.c.number == parse_number(before))
        last = db.execute(place).first()
        if last is None:
            return [], None
        at_same_time = and_(jobs.c.created_at == last.created_at, jobs.c.id < last.id)
        query = query.where(or_(jobs.c.created_at < last.created_at, at_same_time))
    query = query.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(size + 1)
    entries: list[Entry] = []
    count = 0
    for entry in _entries(db, chat_id, list(db.execute(query))):
        if count >= size:
            return entries, entries[-1].number
        entries.append(entry)
        count += len(entry.pictures)
    return entries, None


def list_favourites(db: Connection, chat_id: str) -> list[Entry]:
    """Return the requests of a chat that have favourites among their pictures, newest first."""
    is_kept = exists().where(favourite_rows.c.job_id == jobs.c.id)
    query = select(jobs.c.id, *_COLUMNS).where(jobs.c.chat_id == chat_id, _KEPT, is_kept)
    query = query.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(MAX_FAVOURITES)
    return list(_entries(db, chat_id, list(db.execute(query))))


def share_links(db: Connection, job: Job) -> dict[int, str]:
    """Return position -> end of the picture's own link, "secret/position".

    The links hang on the chat's album, which is opened for them: whoever has one sees one picture.
    """
    if job.chat_id is None:
        return {}
    stored = pictures_of(db, job.id)
    shares = _shares(job.secret, open_album(db, job.chat_id), stored)
    return {each.position: share for each, share in zip(stored, shares, strict=False)}


def _entries(db: Connection, chat_id: str, rows: list[Any]) -> Iterator[Entry]:
    ids = [row.id for row in rows]
    stored, kept = _pictures_by_job(db, ids), favourites.of_jobs(db, ids)
    album_secret = _secret_of(db, chat_id)
    for row in rows:
        yield Entry(
            row.number,
            row.created_at,
            row.user_id,
            (row.request or {}).get("prompt") or "",
            stored[row.id],
            _shares(row.secret, album_secret, stored[row.id]),
            frozenset(position for job_id, position in kept if job_id == row.id),
        )


def _secret_of(db: Connection, chat_id: str | None) -> str | None:
    return db.execute(select(chats.c.album).where(chats.c.id == chat_id)).scalar_one_or_none()


def _shares(job_secret: str, album_secret: str | None, stored: list[StoredPicture]) -> list[str]:
    if album_secret is None or not can_be_shared(job_secret, stored):
        return []
    positions = [picture.position for picture in stored]
    return [
        f"{share_secret(job_secret, album_secret, position)}/{position}" for position in positions
    ]


def _pictures_by_job(db: Connection, job_ids: list[str]) -> dict[str, list[StoredPicture]]:
    by_job: dict[str, list[StoredPicture]] = {job_id: [] for job_id in job_ids}
    query = select(pictures).where(pictures.c.job_id.in_(job_ids)).order_by(pictures.c.position)
    for row in db.execute(query).mappings():
        fields = {name: row[name] for name in StoredPicture._fields}
        by_job[row["job_id"]].append(StoredPicture(**fields))
    return by_job


def find_picture(
    db: Connection, number: str, secret: str, position: int
) -> tuple[Job, StoredPicture] | None:
    """Return one picture and its job, by the number and the secret in its link.

    Returns None if they are wrong, or the album that it was shared from has another link by now.
    """
    job = by_number_anywhere(db, number) if parse_number(number) == number else None
    if job is None or job.erase_at is not None:
        return None
    stored = pictures_of(db, job.id)
    given = f"{secret}/{position}".encode(errors="replace")
    shares = _shares(job.secret, _secret_of(db, job.chat_id), stored)
    for picture, share in zip(stored, shares, strict=False):
        if compare_digest(share.encode(), given):
            return job, picture
    return None
