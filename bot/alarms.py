"""What is wrong now: one row an alarm, from when it was first seen until it has been over a while.

The watchdog (bot.watchdog) notes what it sees; pages, commands and chats read. What has just been
told is remembered beyond the row, so that what comes and goes is not told each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection, delete, insert, select, update

from bot import switches
from bot.database import now
from bot.tables import alarms

log = structlog.get_logger(__name__)

REPEAT = 6 * 3600.0  # seconds before the same alarm is told again
_MEMORY = "alarms"  # the row of `switches` with what was told, and what is over since
_OVER = 10  # alarms that are over, and remembered


class Alarm(NamedTuple):
    """One row of `alarms`. Times are seconds since 1970; told_at: when an admin's chat was told."""

    name: str
    since: float
    seen_at: float
    told_at: float | None
    detail: str | None


class Advice(NamedTuple):
    """means: what it says. do: what to run first; docs/operate/alarms.md has the rest."""

    means: str
    do: str


ADVICE = {
    "no_worker": Advice("No worker is alive: nothing is painted.", "python -m bot workers"),
    "worker_hung": Advice(
        "A worker took no step for too long, and ended itself.", "python -m bot workers"
    ),
    "worker_silent": Advice(
        "A worker or courier gives no sign of life, and did not say farewell.",
        "python -m bot workers",
    ),
    "queue_old": Advice("Somebody has waited five minutes for a painter.", "python -m bot workers"),
    "undelivered": Advice(
        "A painted picture has not been brought for two minutes.",
        "python -m bot logs --worker courier --level warning",
    ),
    "failures": Advice(
        "More than one job in five failed in the last ten minutes.",
        "python -m bot jobs --state failed",
    ),
    "parked": Advice(
        "A job was given up after MAX_ATTEMPTS attempts.", "python -m bot jobs --state failed"
    ),
    "clock_skew": Advice(
        "A machine's clock is wrong: leases end too soon or late, reply tokens seem dead.",
        "python -m bot doctor",
    ),
    "no_clock": Advice(
        "The clock does not tick, or no courier is free to hear it: what is lost is not found.",
        "python -m bot clock",
    ),
    "webhooks_refused": Advice(
        "Webhooks with a wrong signature, and no right one: LINE_CHANNEL_SECRET is another's.",
        "python -m bot doctor",
    ),
    "token_refused": Advice(
        "LINE refuses the channel access token: nothing is said in any chat.",
        "python -m bot doctor",
    ),
    "messages_refused": Advice(
        "LINE finds fault with messages (400), and people wait for them in vain.",
        "python -m bot doctor",
    ),
    "storage": Advice("Pictures cannot be stored.", "python -m bot doctor"),
    "push_budget": Advice(
        "The month's pushes are spent but for the reserve.", "python -m bot quota"
    ),
    "disk_full": Advice("A disk is nearly full.", "df -h"),
    "broker_away": Advice("The broker does not answer.", "python -m bot doctor"),
    "log_stream": Advice("Log lines do not reach the broker's Redis.", "python -m bot doctor"),
}


def every(db: Connection) -> list[Alarm]:
    """What is wrong now, the oldest first."""
    columns = (alarms.c[name] for name in Alarm._fields)
    return [Alarm(*row) for row in db.execute(select(*columns).order_by(alarms.c.since))]


def note(db: Connection, found: Mapping[str, str], over_after: float) -> None:
    """Write down what is wrong at this moment, by name with its detail.

    What is not among it any more counts as over once it has not been seen for `over_after` seconds.
    """
    moment = now()
    known = {it.name: it for it in every(db)}
    told: dict[str, float] = _memory(db)["told"]
    for name, detail in found.items():
        values: dict[str, Any] = {"seen_at": moment, "detail": detail[:255]}
        if name in known:
            db.execute(update(alarms).where(alarms.c.name == name).values(**values))
            continue
        log.warning("alarm", alarm=name, detail=detail)
        recent = told.get(name, 0.0) > moment - REPEAT
        values |= {"name": name, "since": moment, "told_at": told[name] if recent else None}
        db.execute(insert(alarms).values(**values))
    for it in known.values():
        if it.name not in found and it.seen_at < moment - over_after:
            log.info("alarm is over", alarm=it.name, seconds=round(max(0.0, it.seen_at - it.since)))
            db.execute(delete(alarms).where(alarms.c.name == it.name))
            if it.told_at is not None:
                _remember_over(db, it)


def to_tell(db: Connection, settled: float) -> list[Alarm]:
    """Alarms that have stood for `settled` seconds and were not told of late."""
    moment = now()
    return [
        it
        for it in every(db)
        if it.seen_at - it.since >= settled and (it.told_at or 0.0) < moment - REPEAT
    ]


def told(db: Connection, found: list[Alarm]) -> None:
    """Note that these are being told."""
    moment, memory = now(), _memory(db)
    for it in found:
        db.execute(update(alarms).where(alarms.c.name == it.name).values(told_at=moment))
    kept = {name: at for name, at in memory["told"].items() if at > moment - REPEAT}
    memory["told"] = kept | {it.name: moment for it in found}
    switches.put(db, _MEMORY, memory)


def take_over(db: Connection) -> list[Alarm]:
    """What was told and is over since; each is handed out once."""
    memory = _memory(db)
    found = [Alarm(*row) for row in memory["over"]]
    if found:
        switches.put(db, _MEMORY, memory | {"over": []})
    return found


def _memory(db: Connection) -> dict[str, Any]:
    """told: name -> when last; over: rows of alarms."""
    return {"told": {}, "over": []} | (switches.value(db, _MEMORY) or {})


def _remember_over(db: Connection, it: Alarm) -> None:
    memory = _memory(db)
    memory["over"] = [*memory["over"], list(it)][-_OVER:]
    switches.put(db, _MEMORY, memory)
