"""The watchdog: looks every few seconds whether all is well, and tells the operators' chats.

It runs as a thread of each courier, of which one looks at a time. A task of the clock's would need
the broker, whose absence is one of the things to be noticed.
"""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import structlog
from kombu import Connection as Broker
from sqlalchemy import Connection, func, or_, select, update

from bot import alarms, chats, figures, heard, logs, outbox, pulse, state, switches
from bot.alarms import Alarm
from bot.database import now
from bot.jobs import DELIVERED, DRAWN, FAILED, WAITING
from bot.line import LineError
from bot.runtime import Runtime
from bot.settings import Settings
from bot.tables import deliveries, jobs
from bot.tables import switches as rows

log = structlog.get_logger(__name__)

EVERY = 15.0  # seconds between two looks, at most
SETTLED = 4.0  # looks for which something must stand to be told, or be gone to be over
QUEUE_OLD, UNDELIVERED = 300.0, 120.0  # seconds
LATELY = 600.0  # seconds for which what happened counts as now
JUST_NOW = 180.0  # seconds
FEW, MANY = 3, 0.2  # failures that are too many: so many, and that share of what ended
SKEW = 10.0  # seconds by which a clock may differ: leases and reply tokens are counted by it
DISK_LEFT, DISK_SHARE = 1e9, 0.03  # bytes, and share of the disk, below which it is nearly full
STREAM_WAITS = 500  # lines in memory: Redis has not taken any for a while
PAUSE = 900.0  # seconds between two pushes to a chat, so that several alarms share one
_TURN = "watch"  # the row of `switches` whose time says when somebody last looked


class Watchdog:
    """Looks and tells from a thread, for the length of a `with`."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.every = min(EVERY, 1.5 * runtime.settings.sweep_seconds)
        self._done = threading.Event()
        self._troubled = False
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._done.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._done.wait(self.every):
            try:
                self.look()
                self._troubled = False
            except Exception as error:
                if not self._troubled:  # once for each time of trouble
                    log.warning("the watchdog could not look", error=type(error).__name__)
                self._troubled = True

    def look(self) -> bool:
        """Look, note and tell, unless another courier has just done so."""
        runtime = self._runtime
        with runtime.database.write() as db:
            if not _my_turn(db, self.every):
                return False
        outside = {**disks(runtime.settings), **broker(runtime.settings), **stream()}
        with runtime.database.write() as db:
            found = {**inside(db, runtime.settings), **outside}
            if "broker_away" in found:  # through which the clock speaks
                found.pop("no_clock", None)
            alarms.note(db, found, SETTLED * self.every)
        self.tell()
        return True

    def tell(self) -> None:
        """Push what has to be told to the operators' chats, as far as the budget goes."""
        runtime = self._runtime
        with runtime.database.read() as db:
            if not alarms.to_tell(db, SETTLED * self.every) or _told_lately(db):
                return
            audience = [it for it in state.admin_chats(db) if chats.is_reachable(db, it.chat_id)]
        prices = {}
        for chat in audience:
            try:
                price = runtime.courier.price_of(chat.chat_id, chat.kind)
            except LineError as error:
                log.warning("alarm not told", code=error.code)
                continue
            prices[chat] = price
        if not prices:
            return
        sent = []
        with runtime.database.write() as db:
            found = alarms.to_tell(db, SETTLED * self.every)
            for chat, price in prices.items():
                if found and price <= budget(db, runtime.settings):
                    content = state.alarm_message(found, chats.language_of(db, chat.chat_id))
                    sent.append(outbox.add_alarm(db, chat.chat_id, price, content))
            if sent:
                alarms.told(db, found)
            elif found:
                log.warning("alarm not told", reason="ALARM_PUSHES or the month's quota is spent")
        for delivery in sent:
            runtime.courier.send(delivery)


def _my_turn(db: Connection, every: float) -> bool:
    """Whether nobody has looked of late; then it is this process's turn."""
    stale = rows.c.at < now() - 0.7 * every
    if db.execute(update(rows).where(rows.c.name == _TURN, stale).values(at=now())).rowcount:
        return True
    if db.execute(select(rows.c.at).where(rows.c.name == _TURN)).first() is not None:
        return False
    switches.put(db, _TURN, True)
    return True


def budget(db: Connection, settings: Settings) -> float:
    """Messages that alarms may still cost this month."""
    ours = deliveries.c.kind == outbox.ALARM
    month = deliveries.c.created_at >= figures.month_began()
    spent = select(func.coalesce(func.sum(deliveries.c.price), 0)).where(ours, month)
    left = settings.alarm_pushes - int(db.execute(spent).scalar_one())
    told = figures.budget(pulse.all_workers(db))
    if told is None or told.quota.left is None:
        return left
    return min(left, told.quota.left)


def _told_lately(db: Connection) -> bool:
    query = select(func.max(deliveries.c.created_at)).where(deliveries.c.kind == outbox.ALARM)
    return (db.execute(query).scalar_one_or_none() or 0.0) > now() - PAUSE


# --- what is looked at: each yields (alarm, detail) for what is wrong


def inside(db: Connection, settings: Settings) -> dict[str, str]:
    """What the tables tell."""
    found = [*_workers(db), *_queue(db), *_failures(db), *_budget(db, settings)]
    return dict([*found, *_heard(db, settings), *_token(db), *_refused(db)])


def _workers(db: Connection) -> Iterator[tuple[str, str]]:
    found = pulse.all_workers(db)
    starting = (
        pulse.listening_since(found) or 0.0
    ) > now() - pulse.ALIVE  # as the whole house: a worker has its model to load
    if not starting and not any(it.process == "worker" and it.alive for it in found):
        yield "no_worker", "none is alive"
    if off := [*_off(found)]:
        yield "clock_skew", ", ".join(off)
    since = now() - LATELY
    if hung := [it for it in found if it.state == "hung" and it.seen_at > since]:
        yield "worker_hung", ", ".join(f"{it.id} at {it.about['hung']['number']}" for it in hung)
    elif still := [it for it in found if it.state == "still"]:
        told = (f"{it.id}, no step for {it.about['still']:.0f} s" for it in still)
        yield "worker_hung", ", ".join(told)
    if silent := [it for it in found if it.state == "silent" and it.seen_at > since]:
        yield "worker_silent", ", ".join(f"{it.process} {it.id}" for it in silent)


def _off(found: list[pulse.Worker]) -> Iterator[str]:
    """Whose clocks are wrong, and by how much."""
    for it in found:
        if it.skew and abs(it.skew[1]) > SKEW:
            whose, ahead = it.skew
            # Who is behind looks silent, by the time that stands in the row.
            if it.alive or it.seen_at - ahead > now() - pulse.ALIVE:
                yield f"{it.id} is {ahead:+.0f} s off {whose}"


def _queue(db: Connection) -> Iterator[tuple[str, str]]:
    oldest = figures.oldest(db)
    if oldest["queued"] > QUEUE_OLD:
        many = figures.by_state(db)["queued"]
        yield "queue_old", f"{many} wait, the oldest for {oldest['queued'] / 60:.0f} min"
    late = select(jobs.c.number).where(
        jobs.c.state == DRAWN, jobs.c.deliver_at.is_not(None), jobs.c.drawn_at < now() - UNDELIVERED
    )
    if numbers := list(db.execute(late.limit(5)).scalars()):
        yield "undelivered", ", ".join(numbers)


def _failures(db: Connection) -> Iterator[tuple[str, str]]:
    past = figures.past(db, now() - LATELY)
    ended = sum(it.state in {DRAWN, WAITING, DELIVERED, FAILED} for it in past)
    codes = Counter(it.error_code or "unknown" for it in past if it.state == FAILED)
    failed = codes.total()
    if failed >= FEW and failed > MANY * ended:
        told = ", ".join(f"{many} {code}" for code, many in codes.most_common(3))
        yield "failures", f"{failed} of {ended} in ten minutes: {told}"
    if codes["storage_failed"]:
        yield "storage", f"{codes['storage_failed']} jobs of the last ten minutes"
    parked = select(jobs.c.number).where(
        jobs.c.state == FAILED,
        jobs.c.error_code == "too_many_attempts",
        jobs.c.created_at > now() - figures.HOUR,
    )
    if numbers := list(db.execute(parked.limit(5)).scalars()):
        yield "parked", ", ".join(numbers)


def _budget(db: Connection, settings: Settings) -> Iterator[tuple[str, str]]:
    told = figures.budget(pulse.all_workers(db))
    if told is None or told.quota.left is None or not settings.push:
        return
    if told.quota.left <= settings.push_reserve:
        yield "push_budget", f"{told.quota.left} left, PUSH_RESERVE is {settings.push_reserve}"


def _heard(db: Connection, settings: Settings) -> Iterator[tuple[str, str]]:
    last = heard.read(db)
    since = pulse.listening_since(pulse.all_workers(db))
    if (silent := heard.silence(last, since, settings.sweep_seconds)) is not None:
        yield "no_clock", f"no tick for {silent / 60:.0f} min"
    if heard.refuses(last):
        yield "webhooks_refused", f"{last.refusals} in a row bear a wrong signature"


def _token(db: Connection) -> Iterator[tuple[str, str]]:
    """Whether LINE refuses the channel access token: to a message, or to a courier that asked."""
    code = "unauthorized"
    waits = deliveries.c.state == outbox.READY
    given_up = (deliveries.c.state == outbox.REFUSED) & (deliveries.c.created_at > now() - JUST_NOW)
    refused = select(func.count()).where(deliveries.c.error_code == code, or_(waits, given_up))
    many = db.execute(refused).scalar_one()
    asked = any(it.about.get("quota_code") == code for it in pulse.all_workers(db) if it.alive)
    if many or asked:
        yield "token_refused", f"{many} messages" if many else "when asked for the quota"


def _refused(db: Connection) -> Iterator[tuple[str, str]]:
    """Whether LINE finds fault with what is to be said: the same again would be refused again."""
    lately = deliveries.c.created_at > now() - LATELY
    refused = (deliveries.c.state == outbox.REFUSED) & (deliveries.c.error_code == "bad_request")
    query = select(jobs.c.number).join(deliveries, deliveries.c.job_id == jobs.c.id)
    if numbers := list(db.execute(query.where(lately, refused).distinct().limit(5)).scalars()):
        yield "messages_refused", ", ".join(numbers)


def disks(settings: Settings) -> dict[str, str]:
    """Whether what lies on this machine's disks soon finds no room."""
    for place in places(settings):
        there = next((it for it in (place, *place.absolute().parents) if it.exists()), Path("/"))
        usage = shutil.disk_usage(there)
        if usage.free < DISK_LEFT or usage.free < DISK_SHARE * usage.total:
            share = usage.free / usage.total
            return {"disk_full": f"{usage.free / 1e9:.1f} GB ({share:.0%}) left under {place}"}
    return {}


def places(settings: Settings) -> list[Path]:
    """Folders of this machine in which pictures or the database lie."""
    found = [] if settings.s3_bucket else [settings.pictures_dir]
    if settings.database_url.startswith("sqlite:///"):
        found.append(Path(settings.database_url.removeprefix("sqlite:///")).parent)
    return found


def broker(settings: Settings) -> dict[str, str]:
    """Whether the broker takes a connection."""
    try:
        with Broker(settings.broker_url, connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
    except Exception as error:
        return {"broker_away": type(error).__name__}
    return {}


def stream() -> dict[str, str]:
    """Whether this process's log lines are carried away."""
    waiting = logs.waiting()
    return {"log_stream": f"{waiting} lines wait"} if waiting > STREAM_WAITS else {}


__all__ = ["Alarm", "Watchdog", "broker", "budget", "disks", "inside", "places", "stream"]
