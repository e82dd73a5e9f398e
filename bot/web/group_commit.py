"""Webhooks that come together share a transaction: a group commit.

One thread stores what has arrived since its last transaction, and each webhook is answered after
the commit that holds its events. It does what the view of bot.web.webhook does, for what LINE
mostly sends: a small body with a valid signature. Everything else is left to that view.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError, TimeoutError

from bot.line.signature import is_valid_signature
from bot.line.webhook_body import MalformedBody, split_events
from bot.settings import Settings
from bot.telemetry import tracing
from bot.web.intake import Intake, Webhook
from bot.web.server.connection import Connection
from bot.web.server.grouping import Answered

log = structlog.get_logger(__name__)

PATH = "/callback"
MAX_BODY_BYTES = 32 * 1024  # of a webhook that may be in a group
MAX_GROUP = 100  # webhooks in one transaction
_CLOSE_SECONDS = 1.0
_OF_LOCKS = ("40", "55P03", "57014")  # PostgreSQL's errors of one transaction


class _Taken(NamedTuple):
    connection: Connection
    body: bytes
    traceparent: str | None
    started: float


class GroupCommit:
    """What the worker's loop gives webhooks to (bot.web.server.grouping)."""

    def __init__(self, settings: Settings, intake: Intake) -> None:
        self._secret = settings.line_channel_secret
        self._intake = intake
        self._taken: list[_Taken] = []
        self._handed: queue.SimpleQueue[list[_Taken] | None] = queue.SimpleQueue()
        self._stored: Webhook | None = None  # one of the last group's
        self._on_answered: Callable[[Sequence[Answered]], None] = lambda _answers: None
        self._thread = threading.Thread(target=self._run, name="group commit", daemon=True)

    def start(self, on_answered: Callable[[Sequence[Answered]], None]) -> None:
        """Start the thread."""
        self._on_answered = on_answered
        self._thread.start()

    def take(self, request: Any, body: bytes, connection: Connection) -> bool:
        """Take a small webhook with a valid signature; returns whether it is one. Never raises."""
        if request.method != "POST" or request.uri != PATH or request.version != (1, 1):
            return False
        # Spans are of a thread: they are the view's.
        if not 0 < len(body) <= MAX_BODY_BYTES or tracing.records_spans():
            return False
        signatures = [value for name, value in request.headers if name == "X-LINE-SIGNATURE"]
        if len(signatures) != 1 or not is_valid_signature(self._secret, body, signatures[0]):
            return False
        parents = [value for name, value in request.headers if name == "TRACEPARENT"]
        parent = parents[0] if len(parents) == 1 else None
        self._taken.append(_Taken(connection, body, parent, time.monotonic()))
        return True

    def hand_over(self) -> None:
        """Give the thread what was taken since the last call."""
        if self._taken:
            self._handed.put(self._taken)
            self._taken = []

    def close(self) -> None:
        """Stop the thread once it has answered what it was given, or after a second."""
        self._handed.put(None)
        self._thread.join(_CLOSE_SECONDS)

    def _run(self) -> None:
        for group in self._groups():
            try:
                answers = self._answer(group)
            except Exception:
                with suppress(Exception):  # whatever happens, this thread goes on
                    log.exception("webhook_group.failed", webhooks=len(group))
                answers = [Answered(taken.connection, 0) for taken in group]
            self._on_answered(answers)
            self._note()

    def _groups(self) -> Iterator[list[_Taken]]:
        """Yield what has come, MAX_GROUP webhooks at a time, until it is closed."""
        while (group := self._handed.get()) is not None:
            while len(group) < MAX_GROUP and not self._handed.empty():
                if (more := self._handed.get()) is None:
                    self._handed.put(None)
                    break
                group += more
            for start in range(0, len(group), MAX_GROUP):
                yield group[start : start + MAX_GROUP]

    def _answer(self, group: list[_Taken]) -> list[Answered]:
        """Store what can be read; the view answers the rest."""
        answers, webhooks, waiting = [], [], []
        for taken in group:
            try:
                events = split_events(taken.body)
            except MalformedBody:
                events = []
            if events:
                trace = tracing.parse_traceparent(taken.traceparent) or tracing.new_traceparent()
                webhooks.append(Webhook(taken.body, events, trace, taken.started))
                waiting.append(taken.connection)
            else:
                answers.append(Answered(taken.connection, 0))
        if webhooks:
            status, text = self._store(webhooks)
            answers += [Answered(connection, status, text) for connection in waiting]
        return answers

    def _store(self, webhooks: list[Webhook]) -> tuple[int, str]:
        """Store the events of all; returns the status and text that answer each of them."""
        try:
            self._intake.store(webhooks)
        except SQLAlchemyError as error:
            if len(webhooks) > 1 and not _is_away(error):
                return 0, ""  # one may be at fault: each by itself, in the view
            for webhook in webhooks:
                self._intake.log_failure(webhook, error)
            return 500, "database unavailable"
        for webhook in webhooks:
            self._intake.log_accepted(webhook)
        self._stored = webhooks[0]
        return 200, "OK"

    def _note(self) -> None:
        """Remember that a webhook came; nobody waits for it any more."""
        if self._stored is not None:
            with suppress(Exception):
                self._intake.note(self._stored)
            self._stored = None


def _is_away(error: SQLAlchemyError) -> bool:
    """Return whether the database answers nobody; False: one webhook may be at fault.

    Among such faults are deadlocks, and a statement that waited too long for somebody's lock.
    """
    if not isinstance(error, OperationalError | InterfaceError | TimeoutError):
        return False
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    return not state.startswith(_OF_LOCKS)
