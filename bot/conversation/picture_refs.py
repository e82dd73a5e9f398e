"""Which picture a message is about: the quoted one, the one just asked about, or the last one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from bot import jobs
from bot.composition.formats import is_composed
from bot.jobs import CANCELLED, DELIVERED, DRAWN, FAILED, UNFINISHED, WAITING, Job, StoredPicture
from bot.jobs.picture_secrets import plain_key
from bot.prompt.changes.choices import LAST, Choice
from bot.store import message_refs, pending_edits
from bot.store.clock import now

LAST_PICTURE_SECONDS = 3600.0  # for which 「もっと明るく」 means the last picture
_MOST_STEPS = 8  # from a picture back to those of which it was chosen
MENTIONED_PICTURE_SECONDS = 24 * 3600.0  # for which 「さっきの」 does


@dataclass(frozen=True)
class PictureRef:
    """A job, and which of its pictures is meant. position: from 0, or None for all of them.
    sent_by_bot: the person points at a message of the bot."""

    job: Job
    position: int | None = None
    sent_by_bot: bool = False


def find_quoted(
    db: Connection, chat_id: str, user_id: str | None, message_id: str
) -> PictureRef | None:
    """Find the picture that this quoted message of the bot shows, or that this message asked for.

    Returns None if the message has to do with no picture of this chat.
    """
    if shown := message_refs.find(db, message_id):
        job_id, position = shown
        job = jobs.get(db, job_id)
        if job is None or job.chat_id != chat_id:
            return None
        if position is None:
            pending = find_pending(db, chat_id, user_id) or find_picked(db, chat_id, user_id)
            if pending and pending.job.id == job.id:
                position = pending.position
        return PictureRef(job, position, sent_by_bot=True)
    job = jobs.by_message(db, message_id, chat_id)
    return PictureRef(job) if job else None


def find_pending(db: Connection, chat_id: str, user_id: str | None) -> PictureRef | None:
    """Find the picture that the bot has just asked this person about, while it waits for the
    answer."""
    return _find_marked(db, chat_id, user_id, asked=True)


def find_picked(db: Connection, chat_id: str, user_id: str | None) -> PictureRef | None:
    """Find the picture that this person has just chosen among several."""
    return _find_marked(db, chat_id, user_id, asked=False)


def _find_marked(
    db: Connection, chat_id: str, user_id: str | None, *, asked: bool
) -> PictureRef | None:
    pending = pending_edits.get(db, chat_id, user_id)
    if pending is None or pending.asked != asked:
        return None
    job = jobs.get(db, pending.job_id)
    return PictureRef(job, pending.position) if job else None


def find_tapped(db: Connection, chat_id: str, target: str) -> PictureRef | None:
    """Find the picture that a button stands under. target: "4F7-K2M:0", or the number alone."""
    number, _, position = target.partition(":")
    job = jobs.by_number(db, number, chat_id)
    is_position = position.isdecimal() and len(position) == 1
    return PictureRef(job, int(position) if is_position else None) if job else None


def find_last(
    db: Connection,
    chat_id: str,
    user_id: str | None,
    within_seconds: float = MENTIONED_PICTURE_SECONDS,
) -> PictureRef | None:
    """Find the person's last picture in this chat, or the job that is to become it."""
    if not user_id:
        return None
    states = (*UNFINISHED, DRAWN, WAITING, DELIVERED)
    job = jobs.latest(db, chat_id, user_id, states, now() - within_seconds)
    return PictureRef(job) if job else None


def find_chosen(
    db: Connection, picture: PictureRef | None, choice: Choice | None
) -> PictureRef | None:
    """Find which of several pictures somebody chose. Returns None if there are not so many, or if
    there is nothing to choose from."""
    if picture is None or choice is None:
        return None
    positions = sorted(stored.position for stored in jobs.pictures_of(db, picture.job.id))
    position = choice.position
    if position <= LAST:
        position = positions[position] if len(positions) >= -position else LAST
    is_choice = len(positions) > 1 or (choice.rest and not choice.by_place)
    if not is_choice or position not in positions:
        return None
    return PictureRef(picture.job, position, sent_by_bot=True)


def find_several(db: Connection, picture: PictureRef | None) -> PictureRef | None:
    """Find the pictures of which this one was chosen: the nearest job before it, or itself, that
    has several. Returns None if there is none."""
    job = picture.job if picture else None
    for _ in range(_MOST_STEPS):
        if job is None or job.request is None:
            return None
        if len(jobs.pictures_of(db, job.id)) > 1:
            return PictureRef(job, sent_by_bot=picture.sent_by_bot if picture else False)
        job = jobs.get(db, job.parent_id) if job.parent_id else None
    return None


def pick_stored(ref: PictureRef, stored: list[StoredPicture]) -> StoredPicture:
    """Return the picture that is meant of a job's pictures; the first if it is not there."""
    return next((picture for picture in stored if picture.position == ref.position), stored[0])


def painted_key(job: Job, picture: StoredPicture) -> str:
    """Return the storage key of the picture as it was painted, without letters."""
    composed = job.request is not None and is_composed(job.request)
    return plain_key(job.secret, picture.position) if composed else picture.key


def is_gone(job: Job) -> bool:
    """Return whether nothing can be derived from this job: it is erased, cancelled or failed."""
    return job.request is None or job.erase_at is not None or job.state in {CANCELLED, FAILED}
