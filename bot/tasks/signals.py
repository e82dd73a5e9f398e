"""What every task does beside its work: log fields, its trace, its duration."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from typing import Any

import structlog
from celery import Celery, signals

from bot import jobs
from bot.telemetry import process_metrics, tracing

log = structlog.get_logger(__name__)

# They come often, are about no single job, and log themselves what they find.
_SCHEDULED = frozenset(("sweep", "offer_tickets", "forget", "read_inbox"))
_current = threading.local()  # of the running task: started_at (monotonic seconds), stack


def connect() -> None:
    """Connect the handlers below to Celery's signals; harmless a second time."""
    signals.setup_logging.connect(_keep_logging)
    signals.task_prerun.connect(before_task)
    signals.task_postrun.connect(after_task)


def _keep_logging(**_kwargs: Any) -> None:
    """Keep Celery from setting up logging of its own; bot.cli.processes has done it."""


def before_task(task: Any, args: Any, **_kwargs: Any) -> None:
    """Bind the fields of the task's log lines, and continue its message's trace."""
    structlog.contextvars.clear_contextvars()
    fields = {} if task.name in _SCHEDULED else _log_fields(task.app, task.name, *args[:1])
    trace_of_job = fields.pop("trace", None)
    trace = tracing.parse_traceparent(task.request.get(tracing.HEADER)) or trace_of_job
    structlog.contextvars.bind_contextvars(stage=task.name, **fields)
    tracing.set_current(trace)
    _current.started_at = time.monotonic()
    _current.stack = ExitStack()
    if trace and task.name != "draw":  # which has a span of the job that it claims
        span = tracing.span(task.name, "consumer", number=fields.get("number"))
        _current.stack.enter_context(span)


def after_task(task: Any, state: str | None = None, **_kwargs: Any) -> None:
    """Log and count the task's end; forget its fields and trace."""
    _current.stack.close()
    seconds = time.monotonic() - _current.started_at
    process_metrics.observe_task(task.name, seconds)
    if task.name not in _SCHEDULED:
        log.info("task.finished", ms=round(seconds * 1000), state=state)
    tracing.set_current(None)
    structlog.contextvars.clear_contextvars()


def _log_fields(app: Celery, task: str, row_id: str = "") -> dict[str, Any]:
    """Return the fields of the job that a task is about; none while the database is away."""
    try:
        with app.runtime.database.read() as db:
            return jobs.log_fields(db, row_id, delivery=task == "send")
    except Exception:
        return {}  # the task will say so itself
