"""Find the job, person or chat that an operator means by what they typed."""

from __future__ import annotations

import re

from sqlalchemy import Connection

from bot import jobs
from bot.jobs import Job
from bot.operations import usage
from bot.texts.sentence import Sentence

_LINE_ID = re.compile(r"[UCR][0-9a-f]{32}")
_FINGERPRINT = re.compile(r"[0-9a-f]{8,64}")


class NotIdentified(Exception):
    """Nobody is meant, or more than one; `said` says which, and in English str() does."""

    def __init__(self, key: str, **values: object) -> None:
        self.said = Sentence(f"not_identified.{key}", **values)
        super().__init__(str(self.said))


def is_line_id(text: str) -> bool:
    """Return whether this is an id of LINE's: of a user (U), group (C) or room (R)."""
    return _LINE_ID.fullmatch(text) is not None


def is_fingerprint(text: str) -> bool:
    """Return whether this can be a fingerprint, or its first eight digits or more."""
    return _FINGERPRINT.fullmatch(text) is not None


def find_job(db: Connection, number: str) -> Job:
    """Return the job with this 受付番号, as people type it. Raises NotIdentified."""
    parsed = jobs.parse_number(number)
    if parsed is None:
        raise NotIdentified("no_number", typed=repr(number))
    job = jobs.by_number_anywhere(db, parsed)
    if job is None:
        raise NotIdentified("no_job", number=parsed)
    return job


def find_by_fingerprint(db: Connection, prefix: str) -> str:
    """Return the only LINE id whose fingerprint begins with this. Raises NotIdentified."""
    line_ids = usage.ids_by_fingerprint(db, prefix) if is_fingerprint(prefix) else []
    if not line_ids:
        raise NotIdentified("nobody", prefix=prefix)
    if len(line_ids) > 1:
        raise NotIdentified("many", prefix=prefix, n=len(line_ids))
    return line_ids[0]


def find_line_id(db: Connection, typed: str, *, chat: bool) -> str:
    """Return the LINE id meant by an id, the beginning of a fingerprint, or a 受付番号.

    chat: of a 受付番号, take the chat instead of the person who asked. Raises NotIdentified.
    """
    if is_line_id(typed):
        return typed
    if is_fingerprint(typed):
        return find_by_fingerprint(db, typed)
    job = find_job(db, typed)
    if job.erased_at is not None:
        raise NotIdentified("erased", number=job.number)
    line_id = job.chat_id if chat else job.user_id
    if line_id is None:
        raise NotIdentified("untold", number=job.number)
    return line_id
