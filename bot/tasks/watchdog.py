"""The watchdog: checks every few seconds whether all is well, and notifies the operators' chats.

It is a thread of each courier, of which one checks at a time. A task of the clock's would need the
broker, whose absence is one of the things to be noticed.
"""

from __future__ import annotations

import structlog
from sqlalchemy import Connection, func, select, update

from bot.line import LineClient, LineError
from bot.messages import alarm_message
from bot.monitoring import alarms, stats
from bot.settings import Settings
from bot.store import chats, key_values, operator_chats, outbox, workers
from bot.store.clock import now
from bot.store.database import Database
from bot.store.operator_chats import OperatorChat
from bot.store.schema import deliveries
from bot.store.schema import switches as key_value_rows
from bot.tasks.database_checks import database_alarms
from bot.tasks.machine_checks import broker_alarms, disk_alarms, log_stream_alarms
from bot.tasks.periodic import PeriodicThread
from bot.tasks.sending import OutboxSender

log = structlog.get_logger(__name__)

MAX_INTERVAL_SECONDS = 15.0
SETTLE_ROUNDS = 4.0  # rounds for which an alarm stands before it is pushed, or is gone to be over
PUSH_INTERVAL_SECONDS = 900.0  # between two pushes, so that several alarms share one
_LAST_CHECK = "watch"  # the key whose time says when somebody last checked


class Watchdog:
    """Checks and notifies from a thread, for the length of a `with`."""

    def __init__(
        self, settings: Settings, database: Database, line: LineClient, sender: OutboxSender
    ) -> None:
        self._settings = settings
        self._database = database
        self._line = line
        self._sender = sender
        self.interval = min(MAX_INTERVAL_SECONDS, 1.5 * settings.sweep_interval_seconds)
        self._settled_after = SETTLE_ROUNDS * self.interval
        self._thread = PeriodicThread(
            "watchdog", self.interval, self.check, on_failure=_log_failure
        )

    def __enter__(self) -> Watchdog:
        self._thread.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._thread.__exit__(*exception)

    def check(self) -> bool:
        """Check, record and notify; returns False if another courier has just done so."""
        settings = self._settings
        with self._database.write() as db:
            if not _is_our_turn(db, self.interval):
                return False
        machine = {**disk_alarms(settings), **broker_alarms(settings), **log_stream_alarms()}
        with self._database.write() as db:
            active = {**database_alarms(db, settings), **machine}
            if "broker_away" in active:  # through which the clock speaks
                active.pop("no_clock", None)
            alarms.update_active(db, active, self._settled_after)
        self.notify()
        return True

    def notify(self) -> None:
        """Push what is due to the operators' chats, as far as the budget goes."""
        prices = self._prices()
        if not prices:
            return
        deliveries_added = []
        with self._database.write() as db:
            due = alarms.due_notifications(db, self._settled_after)
            for chat, price in prices.items():
                if due and price <= alarm_budget(db, self._settings):
                    content = alarm_message(due, chats.language_of(db, chat.chat_id))
                    delivery_id = outbox.add_alarm(db, chat.chat_id, price, content)
                    deliveries_added.append(delivery_id)
            if deliveries_added:
                alarms.mark_notified(db, due)
            elif due:
                reason = "MAX_ALARM_PUSHES_PER_MONTH or the month's quota is spent"
                log.warning("alarm.push_skipped", reason=reason)
        for delivery_id in deliveries_added:
            self._sender.send(delivery_id)

    def _prices(self) -> dict[OperatorChat, int]:
        """Return what a push to each reachable operators' chat costs; empty if none is due."""
        with self._database.read() as db:
            if not alarms.due_notifications(db, self._settled_after) or _was_pushed_recently(db):
                return {}
            audience = [
                chat
                for chat in operator_chats.list_chats(db)
                if chats.is_reachable(db, chat.chat_id)
            ]
        prices = {}
        for chat in audience:
            try:
                prices[chat] = self._line.member_count(chat.chat_id, chat.kind)
            except LineError as error:
                log.warning("alarm.price_unknown", code=error.code)
        return prices


def _log_failure(error: Exception) -> None:
    log.warning("watchdog.check_failed", error=type(error).__name__)


def _is_our_turn(db: Connection, interval: float) -> bool:
    """Return whether nobody has checked lately; then it is this process's turn."""
    rows = key_value_rows
    stale = rows.c.at < now() - 0.7 * interval
    if db.execute(update(rows).where(rows.c.name == _LAST_CHECK, stale).values(at=now())).rowcount:
        return True
    if db.execute(select(rows.c.at).where(rows.c.name == _LAST_CHECK)).first() is not None:
        return False
    key_values.put(db, _LAST_CHECK, True)
    return True


def alarm_budget(db: Connection, settings: Settings) -> float:
    """Return how many messages alarms may still cost this month."""
    ours = deliveries.c.kind == outbox.ALARM
    month = deliveries.c.created_at >= stats.month_start()
    spent = select(func.coalesce(func.sum(deliveries.c.price), 0)).where(ours, month)
    left = settings.max_alarm_pushes_per_month - int(db.execute(spent).scalar_one())
    budget = stats.push_budget(workers.all_workers(db))
    if budget is None or budget.quota.remaining is None:
        return left
    return min(left, budget.quota.remaining)


def _was_pushed_recently(db: Connection) -> bool:
    query = select(func.max(deliveries.c.created_at)).where(deliveries.c.kind == outbox.ALARM)
    return (db.execute(query).scalar_one_or_none() or 0.0) > now() - PUSH_INTERVAL_SECONDS
