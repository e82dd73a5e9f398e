"""Find the job, person or chat that an operator means by what they typed."""

from __future__ import annotations

import re

from sqlalchemy import Connection

from bot import jobs
from bot.jobs import Job
from bot.operations import usage

_LINE_ID = re.compile(r"[UCR][0-9a-f]{32}")
_FINGERPRINT = re.compile(r"[0-9a-f]{8,64}")


class NotIdentified(Exception):
    """Nobody is meant, or more than one; the message says which."""


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
        raise NotIdentified(f"{number!r} is no 受付番号: they look like 4F7-K2M.")
    job = jobs.by_number_anywhere(db, parsed)
    if job is None:
        raise NotIdentified(
            f"There is no job {parsed}. Look at the newest with: python -m bot jobs"
        )
    return job


def find_by_fingerprint(db: Connection, prefix: str) -> str:
    """Return the only LINE id whose fingerprint begins with this. Raises NotIdentified."""
    line_ids = usage.ids_by_fingerprint(db, prefix) if is_fingerprint(prefix) else []
    if len(line_ids) != 1:
        known = "nobody" if not line_ids else f"{len(line_ids)} of those"
        raise NotIdentified(f"{prefix} is the beginning of {known} known here.")
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
        raise NotIdentified(f"{job.number} is erased: whose it was is not known any more.")
    line_id = job.chat_id if chat else job.user_id
    if line_id is None:
        raise NotIdentified(f"LINE did not say who asked for {job.number}. Take --chat?")
    return line_id
