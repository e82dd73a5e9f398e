"""Reads the inbox: each event of LINE is handled in one transaction with its row's removal.

So it happens once, whoever dies when. What goes wrong with one event is tried again a few times
and then parked for an operator; the events of other chats go on meanwhile, those of its own chat
afterwards.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import messages
from bot.backoff import retry_delay
from bot.conversation import router
from bot.conversation.event_text import read_ahead
from bot.intent import Situation, classify
from bot.line.events import UnusableEvent, parse_event
from bot.moderation import get_moderation
from bot.prompt.pasted.own_sentences import is_own
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.store import glance, inbox
from bot.store.clock import now
from bot.store.database import Database
from bot.store.glance import Glance, Subject
from bot.store.inbox import InboxEvent
from bot.telemetry import tracing

log = structlog.get_logger(__name__)

BATCH = 32  # chats whose oldest event is taken at once
LEASE_SECONDS = 15.0  # for a batch, which takes a fraction of a second
MAX_TRIES = 4
RETRY_DELAYS = (1.0, 3.0, 10.0)
MALFORMED, FAILED = "malformed", "failed"
FRAMES = 5  # of a traceback, in the log

Publish = Callable[[list[TaskMessage]], object]


class _Claim(NamedTuple):
    owner: str
    events: list[InboxEvent]


class _Seen(NamedTuple):
    subject: Subject
    glance: Glance


class InboxReader:
    """Reads until nothing is left. One per process; safe among threads, of which one reads.

    publish: called after each commit. stopping: set when the process is to stop.
    """

    def __init__(
        self, settings: Settings, database: Database, publish: Publish, stopping: threading.Event
    ) -> None:
        self._settings = settings
        self._database = database
        self._publish = publish
        self._stopping = stopping
        self._reading = threading.Lock()
        self._woken = threading.Event()
        self._retry_delay: float | None = None
        self._unreleased: list[_Claim] = []  # what the database could not be told

    def warm_up(self) -> None:
        """Load the dictionary, the weights and the lists: half a second that no event waits for.

        Raises ListError or AnswersError if a file of the operator's cannot be used.
        """
        messages.load_answers(self._settings.answers_path)
        classify("絵", Situation())
        is_own("絵")
        if self._settings.moderation:
            get_moderation(self._settings.moderation_lists_path).judge("絵")
        else:
            log.warning("moderation.disabled", meaning="prompts are painted unchecked")

    def read(self) -> float | None:
        """Handle all events that are due. Returns at once if another thread does so already.

        Returns the seconds after which to read again, if something failed for the moment. Raises
        SQLAlchemyError if the database is away: the sweep wakes somebody again.
        """
        delay: float | None = None
        self._woken.set()
        while self._woken.is_set() and self._reading.acquire(blocking=False):
            try:
                while self._woken.is_set():
                    self._woken.clear()
                    self._read_all()
                if (failed := self._retry_delay) is not None:
                    delay, self._retry_delay = min(failed, delay or failed), None
            finally:
                self._reading.release()
        return delay

    def _read_all(self) -> None:
        started, count = time.monotonic(), 0
        while not self._stopping.is_set() and (claim := self._claim()).events:
            count += self._handle_all(claim)
        if count:
            ms = round((time.monotonic() - started) * 1000)
            log.info("inbox.read", events=count, ms=ms)

    def _claim(self) -> _Claim:
        while self._unreleased:
            self._release(self._unreleased[-1])
            self._unreleased.pop()
        claim = _Claim(uuid4().hex, [])
        with self._database.read() as db:
            if not inbox.has_due(db):
                return claim
        with self._database.write() as db:
            return claim._replace(events=inbox.claim(db, claim.owner, LEASE_SECONDS, BATCH))

    def _release(self, claim: _Claim) -> None:
        with self._database.write() as db:
            inbox.release(db, claim.owner, [event.seq for event in claim.events])

    def _handle_all(self, claim: _Claim) -> int:
        """Handle the events of a claim; returns how many. Gives the rest back at a stop."""
        done = 0
        try:
            seen = self._look(claim.events)
            for event in claim.events:
                if self._stopping.is_set():
                    self._release(claim._replace(events=claim.events[done:]))
                    break
                self._handle(event, claim.owner, seen.get(event.seq))
                done += 1
        except SQLAlchemyError:
            # The database is away, which is no fault of the events.
            self._unreleased.append(claim._replace(events=claim.events[done:]))
            raise
        return done

    def _look(self, events: list[InboxEvent]) -> dict[int, _Seen]:
        """Look at the chats of several events at once; that of a single one is looked at later.

        What is found there cannot go out of date by another event: until these are handled, or
        their lease is over and they are not handled here, no later one of their chats is.
        """
        if len(events) < 2:
            return {}
        subjects = [Subject(event.chat_key, event.user_id, event.message_id) for event in events]
        with self._database.read() as db:
            glances = glance.take_all(db, subjects)
        found = map(_Seen, subjects, glances)
        return {event.seq: seen for event, seen in zip(events, found, strict=True)}

    def _handle(self, event: InboxEvent, owner: str, seen: _Seen | None) -> None:
        tracing.set_current(event.trace)
        try:
            with tracing.span("read_inbox", "consumer"):
                messages = self._converse(event, owner, seen)
        except UnusableEvent as problem:
            self._park(event, owner, MALFORMED, reason=str(problem))
        except Exception as error:
            self._fail(event, owner, error)
        else:
            self._publish(messages)
        finally:
            tracing.set_current(None)

    def _converse(self, event: InboxEvent, owner: str, seen: _Seen | None) -> list[TaskMessage]:
        parsed = parse_event(event.body)
        subject = (parsed.chat_id, parsed.user_id, parsed.message_id)
        before = seen.glance if seen is not None and seen.subject == subject else None
        text = read_ahead(parsed)
        with self._database.write() as db:
            if not inbox.remove(db, event.seq, owner):
                log.info("inbox_event.gone", event_id=event.event_id, type=event.type)
                return []
            return router.handle_event(
                db, parsed, self._settings, event.received_at, text, seen_before=before
            )

    def _fail(self, event: InboxEvent, owner: str, error: Exception) -> None:
        """Have an event tried again, or park it. Raises SQLAlchemyError if the database is away."""
        name = type(error).__name__
        if event.tries >= MAX_TRIES:
            self._park(event, owner, FAILED, reason=name, where=_where(error))
            return
        delay = retry_delay(RETRY_DELAYS, event.tries)
        with self._database.write() as db:
            inbox.postpone(db, event.seq, owner, delay, name[:64])
        self._retry_delay = min(delay, self._retry_delay or delay)
        log.warning(
            "inbox_event.failed",
            event_id=event.event_id,
            type=event.type,
            tries=event.tries,
            error=name,
            where=_where(error),
        )

    def _park(
        self,
        event: InboxEvent,
        owner: str,
        code: str,
        *,
        reason: str,
        where: str | None = None,
    ) -> None:
        with self._database.write() as db:
            inbox.park(db, event.seq, owner, code)
        log.error(
            "inbox_event.parked",
            event_id=event.event_id,
            type=event.type,
            code=code,
            reason=reason,
            tries=event.tries,
            age=round(now() - event.received_at, 1),
            where=where,
        )


def _where(error: Exception) -> str:
    """Return the innermost lines that an error came through; its text may quote people."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
