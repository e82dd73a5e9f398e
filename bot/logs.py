"""Structured logs: one JSON line an event on stdout, or readable lines on a terminal.

Fields that would say who wrote what are masked before anything is written.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_PERSONAL = frozenset(
    (
        *("prompt", "negative_prompt", "text", "user_id", "chat_id", "recipient", "to"),
        *("token", "reply_token", "quote_token", "secret", "password", "authorization"),
    )
)
# Libraries that tell at INFO what nobody needs, or at DEBUG what nobody may read.
_QUIET = (
    *("urllib3", "linebot", "botocore", "boto3", "s3transfer", "celery", "kombu", "amqp"),
    *("diffusers", "transformers", "PIL", "filelock", "alembic"),
)


def set_up(process: str, form: str | None = None) -> None:
    """Send structlog's and the standard library's records to stdout in one form.

    process: what stands in every line, e.g. "web". form: "json", "text", or None for text on a
    terminal and JSON elsewhere.
    """
    readable = form == "text" or (form is None and sys.stdout.isatty())
    first: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _mask,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if readable:
        # Not structlog's own choice: with rich it would print every local variable, and so prompts.
        plain = structlog.dev.plain_traceback
        colors = sys.stdout.isatty()
        last: list[Any] = [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]
    else:
        last = [
            _name(process),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(json.dumps, ensure_ascii=False, default=str),
        ]
    # Straight to stdout: through the standard library's logging a line would cost five times more.
    structlog.configure(
        processors=[*first, *last],
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=first,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # The clock would tell with a page of trace, at every tick, that the broker is away.
    logging.getLogger("celery.beat").addFilter(_without_trace)
    logging.captureWarnings(True)


def _without_trace(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True


def process_id() -> int:
    """This process's id, as it stands in the logs and in workers' names."""
    return os.getpid()


def _name(process: str) -> Any:
    def add(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
        event["process"], event["pid"] = process, process_id()
        return event

    return add


def _mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
    for name in _PERSONAL & event.keys():
        event[name] = "***"
    return event
