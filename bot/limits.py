"""How much one person, and one group, may ask for: at once, in a day, and how soon again.

Counted from the jobs themselves: one that failed or was cancelled counts no more, so that nobody
pays for a picture that never came.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, select

from bot import jobs
from bot.database import now
from bot.jobs import CANCELLED, FAILED
from bot.prepared import Prepared
from bot.settings import Settings
from bot.tables import jobs as table

DAY = 24 * 3600.0
JAPAN = 9 * 3600.0  # seconds ahead of UTC, all the year


@dataclass(frozen=True)
class Limits:
    """What is allowed. waiting, waiting_in_group: unfinished jobs of a person, of a group; daily:
    pictures of a person in a day of Japan; cooldown: seconds between two wishes of a person. 0: no
    limit, but for the first."""

    waiting: int
    waiting_in_group: int
    daily: int
    cooldown: float


@dataclass(frozen=True)
class Reached:
    """A limit that is reached. kind: a key of "busy" in bot.texts; values: for its placeholders."""

    kind: str
    values: dict[str, Any] = field(default_factory=dict)


def limits_of(settings: Settings, _chat_id: str) -> Limits:
    """The limits in a chat: those of the settings, in every chat."""
    return Limits(
        waiting=settings.max_queued_per_person,
        waiting_in_group=settings.max_queued_per_group,
        daily=settings.daily_pictures,
        cooldown=settings.cooldown_seconds,
    )


def reached(
    db: Connection,
    limits: Limits,
    *,
    chat_id: str,
    chat_kind: str,
    user_id: str | None,
    count: int,
) -> Reached | None:
    """The limit that stands against `count` more pictures in a new job; None: go ahead.

    Who is nobody that LINE names shares what one person may have with the like in that chat.
    """
    if limits.cooldown and (last := _last(db, chat_id, user_id)) is not None:
        wait = last + limits.cooldown - now()
        if wait > 0:
            return Reached("cooldown", {"seconds": math.ceil(wait)})
    if jobs.unfinished(db, chat_id, user_id) >= limits.waiting:
        return Reached("waiting", {"limit": limits.waiting})
    in_group = limits.waiting_in_group if chat_kind != "user" else 0
    if in_group and jobs.unfinished(db, chat_id, None) >= in_group:
        return Reached("group", {"limit": in_group})
    if limits.daily:
        left = limits.daily - _today(db, chat_id, user_id)
        if left <= 0:
            return Reached("daily", {"limit": limits.daily})
        if left < count:
            return Reached("daily_left", {"left": left})
    return None


def day_began() -> float:
    """When the present day of Japan began, in seconds since 1970."""
    return (now() + JAPAN) // DAY * DAY - JAPAN


# Each state by itself, since a prepared statement takes no lists.
_COUNTED = and_(table.c.state != FAILED, table.c.state != CANCELLED)
_OF_PERSON = table.c.user_id == bindparam("who")
_OF_NOBODY = and_(table.c.user_id.is_(None), table.c.chat_id == bindparam("who"))
_SUM = select(func.coalesce(func.sum(table.c.asked), 0)).where(
    _COUNTED, table.c.created_at >= bindparam("since")
)
_NEWEST = select(func.max(table.c.created_at)).where(_COUNTED)
_SUM_OF_PERSON, _SUM_OF_NOBODY = Prepared(_SUM.where(_OF_PERSON)), Prepared(_SUM.where(_OF_NOBODY))
_LAST_OF_PERSON = Prepared(_NEWEST.where(_OF_PERSON))
_LAST_OF_NOBODY = Prepared(_NEWEST.where(_OF_NOBODY))


def _today(db: Connection, chat_id: str, user_id: str | None) -> int:
    statement = _SUM_OF_PERSON if user_id else _SUM_OF_NOBODY
    found = statement.first(db, who=user_id or chat_id, since=day_began())
    return int(found[0]) if found else 0


def _last(db: Connection, chat_id: str, user_id: str | None) -> float | None:
    statement = _LAST_OF_PERSON if user_id else _LAST_OF_NOBODY
    found = statement.first(db, who=user_id or chat_id)
    return found[0] if found else None
