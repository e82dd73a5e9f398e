"""How much one person, and one group, may ask for: at once, in a day, and how soon again.

Counted from the jobs themselves: one that failed or was cancelled counts no more, so that nobody
pays for a picture that never came.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update

from bot import jobs
from bot.database import now
from bot.jobs import CANCELLED, FAILED
from bot.prepared import Prepared
from bot.settings import Settings
from bot.tables import chats
from bot.tables import jobs as table

DAY = 24 * 3600.0
JAPAN = 9 * 3600.0  # seconds ahead of UTC, all the year


class Limits(NamedTuple):
    """What is allowed. waiting, waiting_in_group: unfinished jobs of a person, of a group; daily:
    pictures of a person in a day of Japan; cooldown: seconds between two wishes of a person. 0: no
    limit, but for the first."""

    waiting: int
    waiting_in_group: int
    daily: int
    cooldown: float


@dataclass(frozen=True)
class Reached:
    """A limit that is reached. kind: a key of "busy" in bot.texts; values: of `messages.busy`."""

    kind: str
    values: dict[str, Any] = field(default_factory=dict)


# Column of `chats` -> the setting that holds where the column is NULL.
OWN = {
    "queued_per_person": "max_queued_per_person",
    "queued_per_group": "max_queued_per_group",
    "daily_pictures": "daily_pictures",
    "cooldown_seconds": "cooldown_seconds",
}
_OWN = Prepared(select(*(chats.c[it] for it in OWN)).where(chats.c.id == bindparam("chat")))


def limits_of(db: Connection, settings: Settings, chat_id: str) -> Limits:
    """The limits in a chat: its own, and those of the settings where it has none."""
    found = _OWN.first(db, chat=chat_id) or (None,) * len(OWN)
    return Limits(
        *(
            getattr(settings, setting) if own is None else own
            for own, setting in zip(found, OWN.values(), strict=True)
        )
    )


def own(db: Connection, chat_id: str) -> dict[str, float | None]:
    """What a chat has of its own, by the names of OWN; None: that of the settings."""
    found = _OWN.first(db, chat=chat_id) or (None,) * len(OWN)
    return dict(zip(OWN, found, strict=True))


def read_own(name: str, value: str) -> float | None:
    """A limit as an operator typed it; nothing typed is None: that of the settings.

    Raises SettingError for what would be no value of the setting.
    """
    setting = OWN[name]
    read = next(it.metadata["read"] for it in fields(Settings) if it.name == setting)
    number: float | None = read(name, value.strip()) if value.strip() else None
    return number


def set_own(db: Connection, chat_id: str, values: Mapping[str, float | None]) -> bool:
    """Give a chat limits of its own (names of OWN; None: that of the settings). False when there
    is no such chat."""
    assert values.keys() <= OWN.keys()
    return db.execute(update(chats).where(chats.c.id == chat_id).values(**values)).rowcount == 1


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
    if in_group and jobs.unfinished_in(db, chat_id) >= in_group:
        return Reached("group", {"limit": in_group})
    if limits.daily:
        left = limits.daily - today(db, chat_id, user_id)
        if left <= 0:
            return Reached("daily", {"limit": limits.daily})
        if left < count:
            return Reached("daily_left", {"left": left})
    return None


def day_began() -> float:
    """When the present day of Japan began, in seconds since 1970."""
    return (now() + JAPAN) // DAY * DAY - JAPAN


def mark(user_id: str) -> str:
    """What stands for a person in the jobs of the present day that were erased, so that erasing
    opens no limit. It changes with the day, and no id can be found from it: ids are too random."""
    return hashlib.sha256(f"{day_began():.0f} {user_id}".encode()).hexdigest()


# Each state by itself, since a prepared statement takes no lists.
_COUNTED = and_(table.c.state != FAILED, table.c.state != CANCELLED)
_OF_PERSON = or_(table.c.user_id == bindparam("who"), table.c.user_id == bindparam("mark"))
_OF_NOBODY = and_(table.c.user_id.is_(None), table.c.chat_id == bindparam("chat"))
_SUM = select(func.coalesce(func.sum(table.c.asked), 0)).where(
    _COUNTED, table.c.created_at >= bindparam("since")
)
_NEWEST = select(func.max(table.c.created_at)).where(_COUNTED)
_SUM_OF_PERSON, _SUM_OF_NOBODY = Prepared(_SUM.where(_OF_PERSON)), Prepared(_SUM.where(_OF_NOBODY))
_LAST_OF_PERSON = Prepared(_NEWEST.where(_OF_PERSON))
_LAST_OF_NOBODY = Prepared(_NEWEST.where(_OF_NOBODY))


def today(db: Connection, chat_id: str, user_id: str | None) -> int:
    """Pictures of a person, in any chat, that count for the present day's limit."""
    if user_id:
        found = _SUM_OF_PERSON.first(db, who=user_id, mark=mark(user_id), since=day_began())
    else:
        found = _SUM_OF_NOBODY.first(db, chat=chat_id, since=day_began())
    return int(found[0]) if found else 0


def _last(db: Connection, chat_id: str, user_id: str | None) -> float | None:
    if user_id:
        found = _LAST_OF_PERSON.first(db, who=user_id, mark=mark(user_id))
    else:
        found = _LAST_OF_NOBODY.first(db, chat=chat_id)
    return found[0] if found else None
