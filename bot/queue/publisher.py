"""A publisher thread, so that no request waits for the broker."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

import structlog
from celery import Celery
from kombu import Connection, Producer

from bot.queue.app import TaskMessage, publish
from bot.telemetry import tracing

log = structlog.get_logger(__name__)

MAX_WAITING = 10_000
MAX_BATCH = 100
BATCH_INTERVAL_SECONDS = 0.03
PAUSE_AFTER_FAILURE_SECONDS = 2.0


class _Envelope(NamedTuple):
    """A message, and the trace that it belongs to."""

    message: TaskMessage
    trace: str | None


class Publisher:
    """Publishes from a thread of its own. One per process; safe among threads.

    on_lost: called with the messages that the broker did not take.
    """

    def __init__(self, app: Celery, on_lost: Callable[[list[TaskMessage]], None]) -> None:
        self._app = app
        self._on_lost = on_lost
        self._connection: Connection | None = None
        self._producer: Producer | None = None
        self._waiting: queue.Queue[_Envelope | None] = queue.Queue(maxsize=MAX_WAITING)
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._thread.start()

    def put(self, messages: list[TaskMessage], trace: str | None = None) -> None:
        """Hand over messages; returns at once. trace: by default the current one."""
        trace = trace or tracing.current()
        for position, message in enumerate(messages):
            try:
                self._waiting.put_nowait(_Envelope(message, trace))
            except queue.Full:
                log.warning("publisher.queue_overflowed", lost=len(messages) - position)
                return  # the sweep finds them by their age

    def close(self, timeout: float = 2.0) -> None:
        """Publish what is waiting, for at most `timeout` seconds."""
        self._waiting.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        sent_at = 0.0
        while (first := self._waiting.get()) is not None:
            # Under load, larger batches leave the requests more of the processor.
            time.sleep(max(0.0, sent_at + BATCH_INTERVAL_SECONDS - time.monotonic()))
            batch = [first, *self._take(MAX_BATCH - 1)]
            try:
                self._send(batch)
            except Exception as error:
                self._give_up(batch, error)
            sent_at = time.monotonic()
        self._disconnect()

    def _take(self, limit: int) -> list[_Envelope]:
        """Take up to `limit` more messages without waiting, up to the mark that closes."""
        batch: list[_Envelope] = []
        while len(batch) < limit:
            try:
                envelope = self._waiting.get_nowait()
            except queue.Empty:
                break
            if envelope is None:
                self._waiting.put(None)
                break
            batch.append(envelope)
        return batch

    def _send(self, batch: list[_Envelope]) -> None:
        """Publish a batch in one round trip, where the broker can."""
        try:
            producer = self._producer = self._producer or self._connect()
            with producer.batch():
                for message, trace in _once(batch):
                    publish(self._app, message, trace=trace, producer=producer)
        except Exception:
            self._disconnect()
            raise

    def _connect(self) -> Producer:
        self._connection = self._app.connection_for_write()
        self._connection.ensure_connection(max_retries=0)
        producer: Producer = self._app.amqp.Producer(self._connection, auto_declare=False)
        for each in self._app.amqp.queues.values():
            each(producer.channel).declare()  # RabbitMQ drops what goes to an unknown queue
        return producer

    def _disconnect(self) -> None:
        connection, self._connection, self._producer = self._connection, None, None
        if connection is not None:
            connection.release()

    def _give_up(self, batch: list[_Envelope], error: Exception) -> None:
        """Report all that waits as lost, rather than try message by message."""
        lost = [each.message for each in batch + self._take(MAX_WAITING)]
        log.warning("publisher.batch_lost", lost=len(lost), error=type(error).__name__)
        try:
            self._on_lost(lost)
        except Exception:
            # The sweep finds them by their age, only later.
            log.exception("publisher.loss_not_recorded")
        time.sleep(PAUSE_AFTER_FAILURE_SECONDS if len(lost) > 1 else 0.1)


def _once(batch: list[_Envelope]) -> list[_Envelope]:
    """Leave out repeated messages about no single row: one of them wakes for all."""
    wakes: set[TaskMessage] = set()
    kept = []
    for envelope in batch:
        if envelope.message not in wakes:
            kept.append(envelope)
        if not envelope.message.id:
            wakes.add(envelope.message)
    return kept
