"""/admin/log/stream: new log lines as server-sent events.

Each stream holds one of gunicorn's threads. So there are few of them, none lives long (browsers
reconnect with the id of their last line), and all end at once when the process is told to stop, or
when the reader logs out. https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

from flask import Response, current_app, get_template_attribute, request
from flask.typing import ResponseReturnValue
from redis import Redis, RedisError
from sqlalchemy.exc import SQLAlchemyError

from bot.operations.log_filter import LogFilter
from bot.store.database import Database
from bot.telemetry import log_stream
from bot.telemetry.log_stream import Entry
from bot.web.admin import log_rows, sessions
from bot.web.admin.context import admin_context
from bot.web.admin.language import page_language, say
from bot.web.admin.log_rows import JobUrl, LogRow
from bot.web.admin.security import login_id

MAX_STREAMS = 2  # at a time in one process, which has eight threads and webhooks to answer
STREAM_SECONDS = 55.0  # proxies cut answers that last a minute
POLL_SECONDS = 1.0  # after which a stream notices that its reader is gone, or that it must end
RECONNECT_MS = 1000  # after which a browser reconnects

_free_streams = threading.BoundedSemaphore(MAX_STREAMS)


def stream_log() -> ResponseReturnValue:
    """Send the events "line", with the HTML of a line, and "away", if Redis is unavailable."""
    if (missing := log_rows.unavailable_reason()) is not None:
        return Response(missing, 404, mimetype="text/plain")
    # The stream outlives the request: what it needs of it is read now.
    serving = current_app.extensions.get("serving")
    may_go_on = partial(_may_go_on, serving, admin_context().database, login_id())
    macro = get_template_attribute("admin/log_line.html", "log_line")
    render = partial(_render, macro, log_rows.job_url_builder(), say("job.trace"))
    last_id = request.headers.get("Last-Event-ID") or request.args.get("after") or ""
    log_filter = log_rows.parse_filter(request.args)
    events = _follow(
        log_rows.connect(), log_filter, last_id, may_go_on, render, lang=page_language()
    )
    if not _free_streams.acquire(blocking=False):
        reason = say("log.too_many", n=MAX_STREAMS)
        return Response(reason, 503, {"Retry-After": "15"}, mimetype="text/plain")
    response = Response(events, mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    # Not in the generator: one that never began never ends.
    response.call_on_close(_free_streams.release)
    return response


def _follow(
    client: Redis,
    log_filter: LogFilter,
    last_id: str,
    may_go_on: Callable[[], bool],
    render: Callable[[Entry], str],
    *,
    lang: str,
) -> Iterator[str]:
    end = time.monotonic() + STREAM_SECONDS
    yield f"retry: {RECONNECT_MS}\n\n"
    with client:
        while time.monotonic() < end and may_go_on():
            try:
                last_id = last_id or log_stream.last_id(client)
                entries = log_stream.after(client, last_id, POLL_SECONDS)
            except RedisError as error:
                yield f"event: away\ndata: {log_rows.redis_unreachable(error, lang)}\n\n"
                time.sleep(POLL_SECONDS)
                continue
            for entry in entries:
                last_id = entry.id
                if log_filter.matches(entry.line):
                    data = render(entry).replace("\n", "\ndata: ")
                    yield f"event: line\nid: {last_id}\ndata: {data}\n\n"
            # Writing to a reader who is gone fails. The id spares one who reconnects the lines
            # that the filter left out.
            yield f": here\nid: {last_id}\n\n"


def _may_go_on(serving: Callable[[], bool] | None, database: Database, login: str) -> bool:
    """Return whether the process goes on, and the reader has not logged out."""
    if serving is not None and not serving():
        return False
    try:
        with database.read() as db:
            return sessions.is_active(db, login)
    except SQLAlchemyError:
        return False  # the next request shows what is wrong


def _render(macro: Callable[[LogRow, str], str], job_url: JobUrl, trace: str, entry: Entry) -> str:
    return str(macro(log_rows.log_row(entry, job_url), trace)).strip()
