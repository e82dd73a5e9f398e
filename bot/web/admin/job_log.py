"""The log lines about one job, as its page shows them."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from redis import RedisError

from bot.jobs import Job
from bot.settings import Settings
from bot.store.clock import JST
from bot.telemetry import log_stream
from bot.web.admin.language import page_language, say

MAX_LOG_LINES = 500
# Fields that every line has, or that have a column of their own.
_SHOWN_APART = frozenset(
    (
        *("timestamp", "level", "event", "process", "host", "pid", "stage", "number", "job"),
        *("event_id", "chat_kind", "exception", "trace"),
    )
)


class LogLine(NamedTuple):
    """One line of a job's log. fields: its other fields, as text."""

    at: str
    level: str
    process: str
    stage: str
    event: str
    fields: str
    exception: str | None


def read_lines(settings: Settings, job: Job) -> tuple[list[LogLine], str | None]:
    """Return a job's log lines of all processes, oldest first, and why there are none, if so."""
    if not settings.log_stream_max_lines:
        return [], say("job.log_off")
    try:
        client = log_stream.connect(settings)
    except ValueError:
        return [], say("job.log_no_redis")
    try:
        entries = log_stream.newest(client, MAX_LOG_LINES, lambda line: _is_about(line, job))
    except RedisError as error:
        return [], say("job.log_unreadable", error=type(error).__name__)
    finally:
        client.close()
    # Processes write in batches, so the order is that of the lines' own times.
    lines = sorted((entry.line for entry in entries), key=lambda line: str(line.get("timestamp")))
    return [_log_line(line) for line in lines], None


def _is_about(line: dict[str, Any], job: Job) -> bool:
    return line.get("number") == job.number or line.get("job") == job.id


def _log_line(line: dict[str, Any]) -> LogLine:
    fields = [f"{name}={value}" for name, value in line.items() if name not in _SHOWN_APART]
    exception = line.get("exception")
    return LogLine(
        _japan_time(line.get("timestamp")),
        str(line.get("level", "")),
        f"{line.get('process', '')} {line.get('host', '')} {line.get('pid', '')}",
        str(line.get("stage", "")),
        str(line.get("event", "")),
        "  ".join(fields)[:1000],
        str(exception) if exception else None,
    )


def _japan_time(timestamp: object) -> str:
    """Write a line's time in Japan's time zone: 2026-11-22 18:03:07.123; with / in Japanese."""
    try:
        at = dt.datetime.fromisoformat(str(timestamp))
    except ValueError:
        return "–"
    written = at.astimezone(JST).isoformat(" ", "milliseconds")[:23]
    return written.replace("-", "/") if page_language() == "ja" else written
