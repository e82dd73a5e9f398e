"""The Celery application and how anything is put on its queues.

The broker only wakes people up: what is lost in it is found by the sweep (bot.sweeping) in the
database. So publishing may fail, must never block for long, and is done after the commit.
"""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

import structlog
from celery import Celery
from kombu import Connection, Producer, Queue
from kombu.transport import TRANSPORT_ALIASES

from bot import tracing
from bot.settings import Settings

log = structlog.get_logger(__name__)

GPU, IO = "gpu", "io"
# Before anybody connects: kombu remembers the first class that it found for a name.
TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), "bot.redis_transport:Transport"))
PAUSE_AFTER_FAILURE = 2.0
AT_ONCE = 100  # messages in one go
GATHER = 0.03  # seconds between two goes
PATIENCE = 5.0  # seconds that a broker has to take them


class Wake(NamedTuple):
    """A message for the broker: which task, about which id."""

    task: str
    id: str

    @property
    def queue(self) -> str:
        """The queue whose processes do this task."""
        return GPU if self.task == "draw" else IO


class _Letter(NamedTuple):
    """A wake, and the trace that it belongs to."""

    wake: Wake
    trace: str | None


def make_celery(settings: Settings) -> Celery:
    """The application; the tasks are in bot.tasks."""
    app = Celery("efude", set_as_current=False)
    app.conf.update(
        broker_url=settings.broker_url,
        task_ignore_result=True,
        task_queues=[Queue(GPU), Queue(IO)],
        task_default_queue=IO,
        task_create_missing_queues=False,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_acks_on_failure_or_timeout=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=True,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=3,
        broker_transport_options=_transport(settings),
        broker_connection_max_retries=None,
        # Without a second try, the clock would for ever use the connection that a broker which
        # was restarted since has forgotten.
        task_publish_retry=True,
        task_publish_retry_policy=_ONCE,
        task_serializer="json",
        accept_content=["json"],
        timezone="UTC",
        beat_schedule={
            "sweep": _every("sweep", settings.sweep_seconds),
            "tickets": _every("offer_tickets", min(3.0, settings.ticket_after / 3)),
            "forget": _every("forget", 3600.0),
        },
    )
    return app


def _every(task: str, seconds: float) -> dict[str, Any]:
    # Ticks that no courier could take must not pile up.
    return {"task": task, "schedule": seconds, "options": {"queue": IO, "expires": seconds * 2}}


# One more try to connect, at once: kombu's own patience holds up whoever publishes for 6 seconds.
_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


def _transport(settings: Settings) -> dict[str, Any]:
    if settings.broker_url.startswith("redis"):
        return {
            # Longer than any paint; a worker that dies is noticed by its lease, not by this.
            "visibility_timeout": 3600,
            "socket_connect_timeout": 3,
            "socket_timeout": 5,
            "retry_on_timeout": False,
            "health_check_interval": 25,
            **_ONCE,
        }
    return {"confirm_publish": True, **_ONCE}


class Publisher:
    """Puts messages on the queues from a thread of its own, so that no request waits for a broker.

    When the broker does not take a message, `on_lost` is told which wakes were lost.
    """

    def __init__(self, app: Celery, on_lost: Callable[[list[Wake]], None]) -> None:
        self._post = _Post(app)
        self._on_lost = on_lost
        self._waiting: queue.Queue[_Letter | None] = queue.Queue(maxsize=10_000)
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._thread.start()

    def put(self, wakes: list[Wake]) -> None:
        """Hand over messages; returns at once."""
        trace = tracing.current()
        for number, wake in enumerate(wakes):
            try:
                self._waiting.put_nowait(_Letter(wake, trace))
            except queue.Full:
                log.warning("publisher full", lost=len(wakes) - number)
                return  # the sweep finds them by their age

    def close(self, timeout: float = 2.0) -> None:
        """Publish what is waiting, for at most `timeout` seconds."""
        self._waiting.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        sent = 0.0
        while (first := self._waiting.get()) is not None:
            # When much is going on, many in one go leave the requests more of the processor.
            time.sleep(max(0.0, sent + GATHER - time.monotonic()))
            letters = [first, *self._more(AT_ONCE - 1)]
            try:
                self._post.send(letters)
            except Exception as error:
                self._failed(letters, error)
            sent = time.monotonic()
        self._post.close()

    def _more(self, limit: int) -> list[_Letter]:
        """What waits as well, up to the word to close."""
        letters: list[_Letter] = []
        while len(letters) < limit:
            try:
                letter = self._waiting.get_nowait()
            except queue.Empty:
                break
            if letter is None:
                self._waiting.put(None)
                break
            letters.append(letter)
        return letters

    def _failed(self, letters: list[_Letter], error: Exception) -> None:
        """The broker is away: tell about everything that waits rather than try one by one."""
        lost = [it.wake for it in letters + self._more(self._waiting.maxsize)]
        log.warning("broker away", lost=len(lost), error=type(error).__name__)
        try:
            self._on_lost(lost)
        except Exception:
            log.exception("lost wakes not noted")  # they are found by their age, only later
        threading.Event().wait(PAUSE_AFTER_FAILURE if len(lost) > 1 else 0.1)


class _Post:
    """A connection to the broker that is kept open, for one thread."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._connection: Connection | None = None
        self._producer: Producer | None = None

    def send(self, letters: Sequence[_Letter]) -> None:
        """Put messages on their queues in one go, where the broker can; raises if it is away.

        Celery's send_task costs several times what these lines do. What they write is its message
        (Celery documentation, "Message Protocol", version 2).
        """
        try:
            producer = self._producer = self._producer or self._open()
            with producer.batch():
                for wake, trace in letters:
                    task_id = str(uuid4())
                    about = {"task": wake.task, "id": task_id, "root_id": task_id}
                    if trace:
                        about[tracing.HEADER] = trace
                    producer.publish(
                        json.dumps([[wake.id], {}, _ALONE]),
                        routing_key=wake.queue,
                        content_type="application/json",
                        content_encoding="utf-8",
                        headers={**_PLAIN, **about},
                        correlation_id=task_id,
                        timeout=PATIENCE,
                        confirm_timeout=PATIENCE,
                    )
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Hang up; the next message connects anew."""
        connection, self._connection, self._producer = self._connection, None, None
        if connection is not None:
            connection.release()

    def _open(self) -> Producer:
        self._connection = self._app.connection_for_write()
        self._connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
        channel = self._connection.channel()
        for each in self._app.amqp.queues.values():
            each(channel).declare()  # RabbitMQ drops what goes to a queue that it does not know
        return Producer(channel)


_ALONE = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
_PLAIN = {
    "lang": "py",
    "parent_id": None,
    "group": None,
    "retries": 0,
    "eta": None,
    "expires": None,
}


def publish(app: Celery, wake: Wake, countdown: float | None = None) -> None:
    """Put one message on its queue; raises kombu's OperationalError and the like."""
    trace = tracing.current()
    headers = {tracing.HEADER: trace} if trace else None
    app.send_task(wake.task, args=[wake.id], queue=wake.queue, countdown=countdown, headers=headers)
