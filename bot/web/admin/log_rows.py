"""Log lines as the live log shows them, and where they are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask import current_app, request
from redis import Redis, RedisError

from bot.operations.log_filter import LEVELS, LogFilter
from bot.store.clock import JST
from bot.telemetry import log_stream
from bot.telemetry.log_stream import Entry
from bot.texts import gettext
from bot.web.admin.context import admin_context
from bot.web.admin.language import say

REDIS_TIMEOUT_SECONDS = 2.0

# Fields that are shown apart from the others; the number stands for the job.
_SHOWN_APART = ("timestamp", "level", "event", "process", "host", "pid", "number", "exception")

JobUrl = Callable[[str], str]  # from a 受付番号 to the address of the job's page


class LogRow(NamedTuple):
    """A line as the page shows it. fields: its other fields, as they are."""

    id: str
    at: str
    level: str
    process: str
    event: str
    number: str | None
    href: str | None
    fields: dict[str, Any]
    exception: str | None


def log_row(entry: Entry, job_url: JobUrl) -> LogRow:
    """Prepare a line of the stream for the page."""
    line = entry.line
    number = line.get("number")
    return LogRow(
        entry.id,
        _japan_time(str(line.get("timestamp", ""))),
        str(line.get("level", "info")),
        f"{line.get('process', '?')} {line.get('host', '?')}:{line.get('pid', '?')}",
        str(line.get("event", "")),
        str(number) if number else None,
        job_url(number) if number and isinstance(number, str) else None,
        {
            name: value
            for name, value in line.items()
            if name not in _SHOWN_APART and not (number and name == "job")
        },
        str(line["exception"]) if line.get("exception") else None,
    )


def _japan_time(timestamp: str) -> str:
    """Write a line's time in Japan's time zone, to the millisecond: 18:03:07.123."""
    try:
        at = dt.datetime.fromisoformat(timestamp).astimezone(JST)
    except ValueError:
        return timestamp[:23]
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03}"


def job_url_builder() -> JobUrl:
    """Return a function for the addresses of jobs' pages that works after the request, too."""
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None
    return lambda number: adapter.build("admin.job", {"number": number})


def parse_filter(form: Mapping[str, str]) -> LogFilter:
    """Read a form's filters. Text is read from posted forms only: it must be in no address."""
    level = form.get("level", "")
    return LogFilter(
        level if level in LEVELS else "",
        form.get("worker", "").strip(),
        form.get("job", "").strip(),
        form.get("text", "").strip() if request.method == "POST" else "",
    )


def connect() -> Redis:
    """Connect to the Redis that keeps the lines."""
    return log_stream.connect(admin_context().settings, REDIS_TIMEOUT_SECONDS)


def unavailable_reason() -> str | None:
    """Return why no lines are kept, and where they are instead; None if they are kept."""
    settings = admin_context().settings
    if not settings.broker.is_redis:
        return say("log.rabbitmq")
    if not settings.log_stream_max_lines:
        return say("log.off")
    return None


def redis_unreachable(error: RedisError, lang: str) -> str:
    """Write that Redis cannot be reached, what that means, and what to do."""
    return gettext("admin.log.unreachable", lang, error=type(error).__name__)
