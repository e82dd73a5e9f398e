"""The Celery application and how anything is put on its queues.

The broker only wakes people up: what is lost in it is found by the sweep (bot.sweeping) in the
database. So publishing may fail, must never block for long, and is done after the commit.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import structlog
from celery import Celery
from kombu import Queue

from bot.settings import Settings

log = structlog.get_logger(__name__)

GPU, IO = "gpu", "io"
PAUSE_AFTER_FAILURE = 2.0


class Wake(NamedTuple):
    """A message for the broker: which task, about which id."""

    task: str
    id: str

    @property
    def queue(self) -> str:
        """The queue whose processes do this task."""
        return GPU if self.task == "draw" else IO


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
        task_publish_retry=False,
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


def _transport(settings: Settings) -> dict[str, Any]:
    if settings.broker_url.startswith("redis"):
        return {
            # Longer than any paint; a worker that dies is noticed by its lease, not by this.
            "visibility_timeout": 3600,
            "socket_connect_timeout": 3,
            "socket_timeout": 5,
            "retry_on_timeout": False,
            "health_check_interval": 25,
        }
    return {"confirm_publish": True}


class Publisher:
    """Puts messages on the queues from a thread of its own, so that no request waits for a broker.

    When the broker does not take a message, `on_lost` is told which wakes were lost.
    """

    def __init__(self, app: Celery, on_lost: Callable[[list[Wake]], None]) -> None:
        self._app = app
        self._on_lost = on_lost
        self._waiting: queue.Queue[Wake | None] = queue.Queue(maxsize=10_000)
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._thread.start()

    def put(self, wakes: list[Wake]) -> None:
        """Hand over messages; returns at once."""
        for number, wake in enumerate(wakes):
            try:
                self._waiting.put_nowait(wake)
            except queue.Full:
                log.warning("publisher full", lost=len(wakes) - number)
                return  # the sweep finds them by their age

    def close(self, timeout: float = 2.0) -> None:
        """Publish what is waiting, for at most `timeout` seconds."""
        self._waiting.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            wake = self._waiting.get()
            if wake is None:
                return
            try:
                publish(self._app, wake)
            except Exception as error:
                self._failed(wake, error)

    def _failed(self, first: Wake, error: Exception) -> None:
        """The broker is away: tell about everything that waits rather than try one by one."""
        lost = [first]
        while True:
            try:
                wake = self._waiting.get_nowait()
            except queue.Empty:
                break
            if wake is None:
                self._waiting.put(None)
                break
            lost.append(wake)
        log.warning("broker away", lost=len(lost), error=type(error).__name__)
        try:
            self._on_lost(lost)
        except Exception:
            log.exception("lost wakes not noted")  # they are found by their age, only later
        threading.Event().wait(PAUSE_AFTER_FAILURE if len(lost) > 1 else 0.1)


def publish(app: Celery, wake: Wake, countdown: float | None = None) -> None:
    """Put one message on its queue; raises kombu's OperationalError and the like."""
    app.send_task(wake.task, args=[wake.id], queue=wake.queue, countdown=countdown, retry=False)
