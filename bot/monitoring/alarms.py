"""Active alarms: one row each, from the first detection until the problem has been gone a while.

The watchdog (bot.tasks.watchdog) writes what it detects; pages, commands and chats read. When an
alarm was last sent is kept beyond its row, so that a flapping alarm is not sent each time.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection, delete, insert, select, update

from bot.store import key_values
from bot.store.clock import now
from bot.store.schema import alarms
from bot.texts import gettext
from bot.texts.written import Written

log = structlog.get_logger(__name__)

REPEAT_SECONDS = 6 * 3600.0  # before the same alarm is sent again
MAX_CLEARED = 10  # cleared alarms that are remembered
_MEMORY = "alarms"  # the key whose value holds what was sent, and what has cleared since


class Alarm(NamedTuple):
    """One row of `alarms`. Times are seconds since 1970; told_at: when it was sent to a chat."""

    name: str
    since: float
    seen_at: float
    told_at: float | None
    detail: str | None

    def detail_in(self, lang: str) -> str:
        """Return what was detected, in a language of the texts."""
        return Written(f"alarm_detail.{self.name}", self.detail or "").in_language(lang)


class AlarmInfo(NamedTuple):
    """The first command to run at an alarm; docs/operate/alarms.md has the rest.

    pushes: whether it is pushed to the operators' chats by itself, or only together with others.
    """

    name: str
    first_command: str
    pushes: bool = True

    @property
    def meaning(self) -> str:
        """What it means, in English."""
        return self.meaning_in("en")

    def meaning_in(self, lang: str) -> str:
        """Return what it means, in a language of the texts."""
        return gettext(f"alarm_meaning.{self.name}", lang)


ALARMS = {
    name: AlarmInfo(name, **row)
    for name, row in tomllib.loads(
        Path(__file__).with_name("alarms.toml").read_text(encoding="utf-8")
    ).items()
}


def list_active(db: Connection) -> list[Alarm]:
    """Return the active alarms, oldest first."""
    columns = (alarms.c[name] for name in Alarm._fields)
    return [Alarm(*row) for row in db.execute(select(*columns).order_by(alarms.c.since))]


def update_active(db: Connection, details: Mapping[str, str], clear_after: float) -> None:
    """Raise, refresh and clear alarms by what is wrong now.

    details: name of each alarm -> what was detected. An alarm that is not among them is cleared
    once it has not been seen for `clear_after` seconds.
    """
    now_ts = now()
    active = {alarm.name: alarm for alarm in list_active(db)}
    sent_at: dict[str, float] = _memory(db)["told"]
    for name, detail in details.items():
        values: dict[str, Any] = {"seen_at": now_ts, "detail": detail[:255]}
        if name in active:
            db.execute(update(alarms).where(alarms.c.name == name).values(**values))
            continue
        log.warning("alarm.raised", alarm=name, detail=detail)
        recent = sent_at.get(name, 0.0) > now_ts - REPEAT_SECONDS
        values |= {"name": name, "since": now_ts, "told_at": sent_at[name] if recent else None}
        db.execute(insert(alarms).values(**values))
    for alarm in active.values():
        if alarm.name not in details and alarm.seen_at < now_ts - clear_after:
            seconds = round(max(0.0, alarm.seen_at - alarm.since))
            log.info("alarm.cleared", alarm=alarm.name, seconds=seconds)
            db.execute(delete(alarms).where(alarms.c.name == alarm.name))
            if alarm.told_at is not None:
                _remember_cleared(db, alarm)


def due_notifications(db: Connection, min_active: float) -> list[Alarm]:
    """Return alarms active for `min_active` seconds that were not sent within REPEAT_SECONDS.

    None if no push would be sent for them: see AlarmInfo.pushes.
    """
    repeat_before = now() - REPEAT_SECONDS
    due = [
        alarm
        for alarm in list_active(db)
        if alarm.seen_at - alarm.since >= min_active and (alarm.told_at or 0.0) < repeat_before
    ]
    return due if any(ALARMS[alarm.name].pushes for alarm in due if alarm.name in ALARMS) else []


def mark_notified(db: Connection, notified: list[Alarm]) -> None:
    """Record that these alarms are being sent now."""
    now_ts, memory = now(), _memory(db)
    for alarm in notified:
        db.execute(update(alarms).where(alarms.c.name == alarm.name).values(told_at=now_ts))
    recent = {name: at for name, at in memory["told"].items() if at > now_ts - REPEAT_SECONDS}
    memory["told"] = recent | {alarm.name: now_ts for alarm in notified}
    key_values.put(db, _MEMORY, memory)


def take_cleared(db: Connection) -> list[Alarm]:
    """Return the alarms that were sent and have cleared since; each is returned once."""
    memory = _memory(db)
    cleared = [Alarm(*row) for row in memory["over"]]
    if cleared:
        key_values.put(db, _MEMORY, memory | {"over": []})
    return cleared


def _memory(db: Connection) -> dict[str, Any]:
    """Return told: name -> when it was last sent, and over: rows of cleared alarms."""
    return {"told": {}, "over": []} | (key_values.get(db, _MEMORY) or {})


def _remember_cleared(db: Connection, alarm: Alarm) -> None:
    memory = _memory(db)
    memory["over"] = [*memory["over"], list(alarm)][-MAX_CLEARED:]
    key_values.put(db, _MEMORY, memory)
