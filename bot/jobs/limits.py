"""How much one user, and one group, may ask for: at once, in a day, and how soon again.

Counted from the jobs themselves. A job that failed or was cancelled does not count, so that nobody
pays for a picture that never came. Users whom LINE does not identify share one user's limits within
a chat.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from bot.jobs.model import CANCELLED, FAILED
from bot.jobs.queries import count_unfinished, count_unfinished_in_chat
from bot.settings import Settings
from bot.store.clock import JST_OFFSET_SECONDS, now
from bot.store.glance import LIMIT_COLUMNS
from bot.store.prepared import Prepared
from bot.store.schema import chats, jobs
from bot.store.statements import update_one


class Limits(NamedTuple):
    """The limits in a chat; 0 means no limit, but for the first.

    queued_per_person, queued_per_group: unfinished jobs. daily_pictures: of one user in a day of
    Japan. cooldown_seconds: between two requests of one user.
    """

    queued_per_person: int
    queued_per_group: int
    daily_pictures: int
    cooldown_seconds: float


@dataclass(frozen=True)
class LimitReached:
    """A limit that was reached. kind: a key of "busy" in bot.texts; values: for that text.

    ahead: of a full queue that has a place beyond its limit, the jobs that count towards it; the
    new one may wait its turn behind them.
    """

    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    ahead: int = 0


# Column of `chats` -> the setting that holds where the column is NULL.
_SETTINGS = (
    *("max_queued_per_person", "max_queued_per_group"),
    *("max_pictures_per_day", "cooldown_seconds"),
)
CHAT_LIMITS = dict(zip(LIMIT_COLUMNS, _SETTINGS, strict=True))
_OVERRIDES = Prepared(
    select(*(chats.c[name] for name in CHAT_LIMITS)).where(chats.c.id == bindparam("chat"))
)


def limits_for_chat(db: Connection, settings: Settings, chat_id: str) -> Limits:
    """Return the limits in a chat: its own, and those of the settings where it has none."""
    return with_overrides(settings, chat_overrides(db, chat_id))


def with_overrides(settings: Settings, overrides: Mapping[str, float | None]) -> Limits:
    """Return the limits of the settings, but for a chat's own (see `chat_overrides`)."""
    values: list[Any] = [
        getattr(settings, setting) if overrides[name] is None else overrides[name]
        for name, setting in CHAT_LIMITS.items()
    ]
    return Limits(*values)


def chat_overrides(db: Connection, chat_id: str) -> dict[str, float | None]:
    """Return a chat's own limits by the names of CHAT_LIMITS; None: as in the settings."""
    row = _OVERRIDES.first(db, chat=chat_id) or (None,) * len(CHAT_LIMITS)
    return dict(zip(CHAT_LIMITS, row, strict=True))


def parse_override(name: str, value: str) -> float | None:
    """Parse a limit as an operator typed it; None, as in the settings, if nothing was typed.

    Raises SettingError for what would be no value of the setting.
    """
    setting = CHAT_LIMITS[name]
    read = next(column.metadata["read"] for column in fields(Settings) if column.name == setting)
    number: float | None = read(name, value.strip()) if value.strip() else None
    return number


def set_overrides(db: Connection, chat_id: str, values: Mapping[str, float | None]) -> bool:
    """Give a chat limits of its own (see `chat_overrides`); returns False if it is not known."""
    assert values.keys() <= CHAT_LIMITS.keys()
    return update_one(db, chats, chats.c.id == chat_id, **values)


def check_limits(
    db: Connection,
    limits: Limits,
    *,
    chat_id: str,
    chat_kind: str,
    user_id: str | None,
    count: int,
    extra: int = 0,
    is_first: bool = False,
    freed: int = 0,
) -> LimitReached | None:
    """Return the limit that a new job with `count` pictures would exceed; None if there is none.

    extra: jobs that may be queued beyond a queue's limit. is_first: it is known already that the
    user has no job in this chat. freed: pictures of an unfinished job of the user in this chat,
    which the new one stands instead of.
    """
    if limits.cooldown_seconds and (last := _last_request(db, chat_id, user_id)) is not None:
        wait = last + limits.cooldown_seconds - now()
        if wait > 0:
            return LimitReached("cooldown", {"seconds": math.ceil(wait)})
    in_group = limits.queued_per_group if chat_kind != "user" else 0
    own = 0 if is_first else count_unfinished(db, chat_id, user_id) - (freed > 0)
    full = _full_queue("waiting", own, limits.queued_per_person, extra)
    if in_group and not (full and not full.ahead):
        together = count_unfinished_in_chat(db, chat_id) - (freed > 0)
        full = _full_queue("group", together, in_group, extra) or full
    if full and not full.ahead:
        return full
    if limits.daily_pictures:
        left = limits.daily_pictures - pictures_today(db, chat_id, user_id) + freed
        if left <= 0:
            return LimitReached("daily", {"limit": limits.daily_pictures})
        if left < count:
            return LimitReached("daily_left", {"left": left})
    return full


def _full_queue(kind: str, unfinished: int, limit: int, extra: int) -> LimitReached | None:
    if unfinished < limit:
        return None
    ahead = unfinished if unfinished < limit + extra else 0
    return LimitReached(kind, {"limit": limit + extra}, ahead)


def day_start() -> float:
    """Return when the present day of Japan began, in seconds since 1970."""
    in_japan = now() + JST_OFFSET_SECONDS
    return in_japan - in_japan % 86_400 - JST_OFFSET_SECONDS


def day_mark(user_id: str) -> str:
    """Return what stands for a user in erased jobs of the present day.

    So erasing opens no limit. It changes with the day, and no id can be found from it: LINE's ids
    have too many random bits.
    """
    return hashlib.sha256(f"{day_start():.0f} {user_id}".encode()).hexdigest()


# Each state by itself, since a prepared statement takes no lists.
_COUNTED = and_(jobs.c.state != FAILED, jobs.c.state != CANCELLED)
_OF_USER = or_(jobs.c.user_id == bindparam("user"), jobs.c.user_id == bindparam("mark"))
_OF_ANONYMOUS = and_(jobs.c.user_id.is_(None), jobs.c.chat_id == bindparam("chat"))
_SUM = select(func.coalesce(func.sum(jobs.c.asked), 0)).where(
    _COUNTED, jobs.c.created_at >= bindparam("since")
)
_LAST = select(func.max(jobs.c.created_at)).where(_COUNTED)
_SUM_OF_USER, _SUM_OF_ANONYMOUS = (
    Prepared(_SUM.where(_OF_USER)),
    Prepared(_SUM.where(_OF_ANONYMOUS)),
)
_LAST_OF_USER = Prepared(_LAST.where(_OF_USER))
_LAST_OF_ANONYMOUS = Prepared(_LAST.where(_OF_ANONYMOUS))


def pictures_today(db: Connection, chat_id: str, user_id: str | None) -> int:
    """Count the pictures of a user, in any chat, towards the present day's limit."""
    if user_id:
        row = _SUM_OF_USER.first(db, user=user_id, mark=day_mark(user_id), since=day_start())
    else:
        row = _SUM_OF_ANONYMOUS.first(db, chat=chat_id, since=day_start())
    return int(row[0]) if row else 0


def _last_request(db: Connection, chat_id: str, user_id: str | None) -> float | None:
    if user_id:
        row = _LAST_OF_USER.first(db, user=user_id, mark=day_mark(user_id))
    else:
        row = _LAST_OF_ANONYMOUS.first(db, chat=chat_id)
    return row[0] if row else None
