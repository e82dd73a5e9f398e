"""The Celery application, its queues, and `publish`.

The broker only wakes processes up: the sweep (bot.tasks.sweep) finds in the database what the
broker lost. So a publish may fail, never blocks for long, and follows the commit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from celery import Celery
from kombu import Producer, Queue
from kombu.transport import TRANSPORT_ALIASES
from kombu.utils.uuid import uuid

from bot.broker_address import IN_MEMORY, keepalive_options
from bot.queue.connection import AMQP, Connection
from bot.settings import Settings
from bot.telemetry import tracing

GPU, IO = "gpu", "io"
PUBLISH_TIMEOUT_SECONDS = 4.0

# Before anybody connects: kombu remembers the first class that it loads for a name.
TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), "bot.queue.redis_transport:Transport"))
TRANSPORT_ALIASES["amqp"] = "bot.queue.amqp_transport:Transport"
TRANSPORT_ALIASES["amqps"] = "bot.queue.amqp_transport:SSLTransport"

# One more try to connect, at once: kombu's own policy would hold the publisher up for 6 seconds.
_RETRY_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


class TaskMessage(NamedTuple):
    """One message for the broker.

    task: the task's name. id: the row that it is about; a `draw` is about whichever job is next,
    so the id of the job that it was published for stays in this process.
    """

    task: str
    id: str = ""

    @property
    def queue(self) -> str:
        """Name of the queue whose processes run this task."""
        return GPU if self.task == "draw" else IO

    @property
    def args(self) -> list[str]:
        """The task's arguments."""
        return [self.id] if self.id and self.task != "draw" else []


FETCH_PROFILES = TaskMessage("know_person")
READ_INBOX = TaskMessage("read_inbox")
SHOW_LOADING = "show_loading"  # of a job; a courier needs no message for what it read itself


def make_celery(settings: Settings) -> Celery:
    """Create the application without its tasks, which bot.tasks.app adds."""
    # Of its fix-ups, the one for Django would load the whole of Celery's worker.
    app = Celery("efude", set_as_current=False, amqp=AMQP, fixups=[])
    app.conf.update(
        broker_url=settings.broker.url,
        broker_use_ssl=settings.broker.kombu_ssl(),
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
        worker_enable_remote_control=False,  # who reaches the broker must not command workers
        worker_cancel_long_running_tasks_on_connection_loss=False,
        # Restoring it, Celery 5.7.0 talks to RabbitMQ from a pool's thread, while its main thread
        # reads the same socket: the answer gets lost, and the consumer stands still for minutes.
        worker_enable_prefetch_count_reduction=False,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=3,
        broker_transport_options=_transport_options(settings),
        broker_connection_max_retries=None,
        # Without a second try, beat would go on using a connection that a restarted broker has
        # forgotten.
        task_publish_retry=True,
        task_publish_retry_policy=_RETRY_ONCE,
        task_serializer="json",
        accept_content=["json"],
        timezone="UTC",
        beat_schedule={
            "sweep": _every("sweep", settings.sweep_interval_seconds),
            "tickets": _every("offer_tickets", min(3.0, settings.ticket_after_seconds / 3)),
            "forget": _every("forget", 3600.0),
        },
    )
    return app


def broker_connection(settings: Settings, connect_timeout: float) -> Connection:
    """Return a connection to the broker, not yet open, without an application.

    connect_timeout: seconds.
    """
    broker = settings.broker
    return Connection(
        broker.url,
        ssl=broker.kombu_ssl() or False,
        connect_timeout=connect_timeout,
        transport_options=_transport_options(settings),
    )


def publish(
    app: Celery,
    message: TaskMessage,
    *,
    trace: str | None = None,
    countdown: float | None = None,
    producer: Producer | None = None,
) -> None:
    """Publish one message. Raises kombu's OperationalError and the like when the broker is away.

    trace: the traceparent that its task continues; by default the current one. countdown: seconds
    until the task is due. producer: one whose queues are declared already; by default one of the
    application's pool.
    """
    trace = trace or tracing.current()
    # Celery's own message (protocol 2), without what `send_task` does beside: a lookup of the
    # task, a route and a result object, which cost more than the message itself.
    task = app.amqp.create_task_message(
        uuid(), message.task, message.args, {}, countdown=countdown, argsrepr="", kwargsrepr=""
    )
    with app.producer_or_acquire(producer) as connected:
        app.amqp.send_task_message(
            connected,
            message.task,
            task,
            queue=message.queue,
            headers={tracing.HEADER: trace} if trace else None,
            declare=None if producer is None else [],
            timeout=PUBLISH_TIMEOUT_SECONDS,
            confirm_timeout=PUBLISH_TIMEOUT_SECONDS,
        )


def _every(task: str, seconds: float) -> dict[str, Any]:
    # Ticks that no courier took must not pile up.
    return {"task": task, "schedule": seconds, "options": {"queue": IO, "expires": seconds * 2}}


def _transport_options(settings: Settings) -> dict[str, Any]:
    if settings.broker.is_redis:
        return {
            # Longer than any paint; a worker that dies is noticed by its lease, not by this.
            "visibility_timeout": 3600,
            "socket_connect_timeout": 3,
            "socket_timeout": PUBLISH_TIMEOUT_SECONDS,
            "socket_keepalive": True,
            "socket_keepalive_options": keepalive_options(),
            "retry_on_timeout": False,
            "health_check_interval": 25,
            **_RETRY_ONCE,
        }
    if settings.broker.scheme == IN_MEMORY:
        return dict(_RETRY_ONCE)
    # py-amqp itself asks for keep-alives; a heartbeat is Celery's default.
    return {"confirm_publish": True, "write_timeout": PUBLISH_TIMEOUT_SECONDS, **_RETRY_ONCE}
