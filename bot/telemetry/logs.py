"""Structured logs: one JSON line per event on stdout, or readable lines on a terminal.

Every process uses the same fields and leaves out what it does not know:

    timestamp, level, event, process, host, pid
    stage          "webhook", or the name of the running task: "draw", "deliver" ...
    number, job    the job's 受付番号 and id
    event_id       LINE's webhookEventId
    trace          the W3C trace id of the webhook, the same in every process
    chat_kind      user, group, room
    ms             duration in milliseconds
    line_request_id    LINE's x-line-request-id
    code           an error code (`python -m bot job` explains it)

Fields that tell who wrote what are masked before anything is written. Each line also goes to the
stream of bot.telemetry.log_stream, if there is one.
"""

from __future__ import annotations

import io
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

from bot.telemetry import terminal

if TYPE_CHECKING:
    from bot.telemetry.log_stream import LogStream

Event = MutableMapping[str, Any]

_PERSONAL = frozenset(
    (
        *("prompt", "negative_prompt", "text", "user_id", "chat_id", "recipient", "to"),
        *("token", "reply_token", "quote_token", "secret", "password", "authorization"),
    )
)
# Ids of people and chats, tokens in headers, and the secrets in paths of albums and pictures,
# anywhere in a line.
_SECRETS = re.compile(
    r"\b([UCR])[0-9a-f]{32}\b|\b(Bearer )[\w.~+/=-]+"
    r"|(/album/|/picture/[\w-]{7}/|/pictures/p/)[\w-]+"
)
# Libraries whose INFO lines nobody needs and whose DEBUG lines nobody may read.
_QUIET = (
    *("urllib3", "linebot", "botocore", "boto3", "s3transfer", "celery", "kombu", "amqp"),
    *("diffusers", "transformers", "PIL", "filelock", "alembic", "redis"),
)
_stream: LogStream | None = None
# Called with each line of level error or above (bot.telemetry.sentry); its exceptions are ignored.
on_error: Callable[[Event], None] | None = None
# Libraries that write to stderr by handlers of their own.
_STUBBORN = ("diffusers", "transformers", "huggingface_hub", "gunicorn.error", "gunicorn.access")


def configure(
    process: str,
    log_format: str | None = None,
    log_stream: LogStream | None = None,
    *,
    out: TextIO | None = None,
    warnings_only: bool = False,
    disabled: bool = False,
) -> None:
    """Write the records of structlog and of the standard library to stdout in one format.

    process: what stands in every line, e.g. "web". form: "json", "text", or None for text on a
    terminal and JSON elsewhere. stream: where each line goes as well. out: instead of stdout.
    quiet: warnings only, for a command whose output is something else. silent: not even those.
    """
    global _stream
    _stream = log_stream
    out = out or sys.stdout
    lasting = out is sys.__stdout__  # another may be closed before the process ends
    level = logging.CRITICAL if disabled else logging.WARNING if warnings_only else logging.INFO
    readable = log_format == "text" or (log_format is None and out.isatty())
    first: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _mask,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name(process),
        _errors,
    ]
    last = _readable(out.isatty(), log_stream) if readable else _as_json(log_stream)
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
    # The clock would log a page of traceback at every tick while the broker is away.
    logging.getLogger("celery.beat").addFilter(_without_trace)
    logging.captureWarnings(True)


def pending_lines() -> int:
    """Return how many lines have not reached the stream yet; 0 without a stream."""
    return 0 if _stream is None else _stream.pending


def flush() -> None:
    """Flush stdout and the log stream; call before os._exit()."""
    sys.stdout.flush()
    if _stream is not None:
        _stream.drain()


class _Tamed(logging.Logger):
    """A logger that only propagates to the root, whatever handlers its library adds."""

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
        args = tuple("" if isinstance(arg, list) else arg for arg in record.args)
        record.msg, record.args = (str(record.msg) % args).strip(), ()
    return True


def process_id() -> int:
    """Return this process's id, as logs and worker names show it."""
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


def mask_secrets(text: str) -> str:
    """Return the text with LINE's ids, header tokens and the secrets of links masked."""
    return _SECRETS.sub(r"\1\2\3***", text)


def _as_json(stream: LogStream | None) -> Any:
    encode = json.JSONEncoder(ensure_ascii=False, default=str).encode

    def render(logger: Any, method: str, event: Event) -> str:
        line = encode(structlog.processors.format_exc_info(logger, method, event))
        line = terminal.escape_json(mask_secrets(line))
        if stream is not None:
            stream.put(line)
        return line

    return render


_TRACEBACKS = ("exception", "stack")


def _traceback(out: TextIO, exc_info: Any) -> None:
    """Write a traceback without its messages' control characters."""
    written = io.StringIO()
    structlog.dev.plain_traceback(written, exc_info)
    out.write(terminal.escape_lines(written.getvalue()))


def _readable(colors: bool, stream: LogStream | None) -> Any:
    # Not structlog's own choice: with rich it would print every local variable, and so prompts.
    console = structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=_traceback)
    keep = _as_json(stream) if stream is not None else None

    def render(logger: Any, method: str, event: Event) -> str:
        if keep is not None:
            keep(logger, method, dict(event))
        for name in ("process", "host", "pid"):  # obvious on a terminal
            event.pop(name, None)
        # The renderer's own colours come later; of the texts, only tracebacks have several lines.
        for name, value in event.items():
            if isinstance(value, str):
                escape = terminal.escape_lines if name in _TRACEBACKS else terminal.escape
                event[name] = escape(value)
            elif name != "exc_info":
                event[name] = (
                    value if isinstance(value, int | float) else terminal.escape(str(value))
                )
        return mask_secrets(console(logger, method, event))

    return render
