"""Structured logs: one JSON line an event on stdout, or readable lines on a terminal.

The same fields in every process; what is not known is left out:

    timestamp, level, event, process, host, pid
    stage          what is being done: "webhook", or a task's name, "draw", "deliver" ...
    number, job    the job's 受付番号 and id
    event_id       LINE's webhookEventId
    trace          the W3C trace id that a webhook had or was given, in every process
    chat_kind      user, group, room
    ms             milliseconds that it took
    line_request_id    LINE's x-line-request-id
    code           an error code (`python -m bot job` explains it)

What would say who wrote what is masked before anything is written. Each line also goes to the
stream of bot.logstream, if there is one.
"""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import sys
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

import structlog

if TYPE_CHECKING:
    from bot.logstream import LogStream

Event = MutableMapping[str, Any]

_PERSONAL = frozenset(
    (
        *("prompt", "negative_prompt", "text", "user_id", "chat_id", "recipient", "to"),
        *("token", "reply_token", "quote_token", "secret", "password", "authorization"),
    )
)
# Ids of people and chats, tokens in headers, and what opens an album or a picture in a path,
# wherever in a line they may stand.
_MARKS = re.compile(
    r"\b([UCR])[0-9a-f]{32}\b|\b(Bearer )[\w.~+/=-]+"
    r"|(/album/|/picture/[\w-]{7}/|/pictures/p/)[\w-]+"
)
# Libraries that tell at INFO what nobody needs, or at DEBUG what nobody may read.
_QUIET = (
    *("urllib3", "linebot", "botocore", "boto3", "s3transfer", "celery", "kombu", "amqp"),
    *("diffusers", "transformers", "PIL", "filelock", "alembic", "redis"),
)
# Libraries that would write to stderr by a handler of their own.
_stream: LogStream | None = None
# Hears of each error that is logged (bot.sentry); what it raises is its own trouble.
on_error: Callable[[Event], None] | None = None
_STUBBORN = ("diffusers", "transformers", "huggingface_hub", "gunicorn.error", "gunicorn.access")


def set_up(
    process: str,
    form: str | None = None,
    stream: LogStream | None = None,
    *,
    out: TextIO | None = None,
    quiet: bool = False,
    silent: bool = False,
) -> None:
    """Send structlog's and the standard library's records to stdout in one form.

    process: what stands in every line, e.g. "web". form: "json", "text", or None for text on a
    terminal and JSON elsewhere. stream: where each line goes as well. out: instead of stdout.
    quiet: warnings only, for a command whose output is something else. silent: not even those.
    """
    global _stream
    _stream = stream
    out = out or sys.stdout
    lasting = out is sys.__stdout__  # another may be closed before the process ends
    level = logging.CRITICAL if silent else logging.WARNING if quiet else logging.INFO
    readable = form == "text" or (form is None and out.isatty())
    first: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _mask,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name(process),
        _errors,
    ]
    last = _readable(out.isatty(), stream) if readable else _as_json(stream)
    # Straight to stdout: through the standard library's logging a line would cost five times more.
    structlog.configure(
        processors=[*first, last],
        logger_factory=structlog.WriteLoggerFactory(out),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=lasting,  # saves microseconds a line
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=first,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _STUBBORN:
        stubborn = logging.getLogger(name)
        stubborn.handlers.clear()
        stubborn.__class__ = _Tamed
    # The clock would tell with a page of trace, at every tick, that the broker is away.
    logging.getLogger("celery.beat").addFilter(_without_trace)
    logging.captureWarnings(True)


def waiting() -> int:
    """Lines that have not been carried to the stream yet; 0 without a stream."""
    return 0 if _stream is None else _stream.waiting


def flush() -> None:
    """Let nothing that was said be lost with the process: for those that end without a word."""
    sys.stdout.flush()
    if _stream is not None:
        _stream.carry()


class _Tamed(logging.Logger):
    """A logger that writes where all others do, whatever its library sets up when imported."""

    def addHandler(self, hdlr: logging.Handler) -> None:
        pass

    @property
    def propagate(self) -> bool:
        return True

    @propagate.setter
    def propagate(self, _value: bool) -> None:
        pass


def _without_trace(record: logging.LogRecord) -> bool:
    record.exc_info = None
    if record.args and isinstance(record.args, tuple):
        # beat puts its whole stack into the text, as a list
        kept = tuple("" if isinstance(it, list) else it for it in record.args)
        record.msg, record.args = (str(record.msg) % kept).strip(), ()
    return True


def process_id() -> int:
    """This process's id, as it stands in the logs and in workers' names."""
    return os.getpid()


def _name(process: str) -> Any:
    host = socket.gethostname()

    def add(_logger: Any, _method: str, event: Event) -> Event:
        event["process"], event["host"], event["pid"] = process, host, os.getpid()
        return event

    return add


def _mask(_logger: Any, _method: str, event: Event) -> Event:
    for name in _PERSONAL & event.keys():
        event[name] = "***"
    return event


def _errors(_logger: Any, _method: str, event: Event) -> Event:
    if on_error is not None and event.get("level") in {"error", "critical"}:
        with suppress(Exception):
            on_error(event)
    return event


def unmarked(text: str) -> str:
    """A text with LINE's ids, header tokens and the secrets of links masked."""
    return _MARKS.sub(r"\1\2\3***", text)


def _as_json(stream: LogStream | None) -> Any:
    encode = json.JSONEncoder(ensure_ascii=False, default=str).encode

    def render(logger: Any, method: str, event: Event) -> str:
        line = unmarked(encode(structlog.processors.format_exc_info(logger, method, event)))
        if stream is not None:
            stream.put(line)
        return line

    return render


def _readable(colors: bool, stream: LogStream | None) -> Any:
    # Not structlog's own choice: with rich it would print every local variable, and so prompts.
    plain = structlog.dev.plain_traceback
    console = structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)
    keep = _as_json(stream) if stream is not None else None

    def render(logger: Any, method: str, event: Event) -> str:
        if keep is not None:
            keep(logger, method, dict(event))
        for name in ("process", "host", "pid"):  # on a terminal one knows
            event.pop(name, None)
        return unmarked(console(logger, method, event))

    return render
