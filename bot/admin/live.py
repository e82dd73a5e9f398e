"""/admin/log: the newest log lines of all processes, and, with JavaScript, what comes.

Lines come as server-sent events. Each stream holds one of gunicorn's threads, so that there are
few of them, none lives long (browsers connect anew, and tell the id of their last line), and all
end at once when the process is told to stop, or when whoever reads logs out. Text that is looked
for never stands in an address: the form is posted, and of the stream the browser shows what has
the text.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import structlog
from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    get_template_attribute,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from redis import Redis, RedisError
from sqlalchemy.exc import SQLAlchemyError

from bot import logstream, pulse
from bot.admin import logins
from bot.admin.desk import desk, note
from bot.admin.filters import JAPAN
from bot.admin.security import login_id
from bot.commands.logs import LEVELS, Filter
from bot.database import Database
from bot.logstream import Entry

log = structlog.get_logger(__name__)

SHOWN = 200  # lines of a page
STREAMS = 2  # at a time in one process, which has eight threads and webhooks to answer
LIFE = 55.0  # seconds; proxies cut answers that last a minute
BEAT = 1.0  # seconds: after so many a stream notices that its reader is gone, or that it must end
RETRY = 1000  # milliseconds after which a browser connects anew
PATIENCE = 2.0  # seconds that Redis has to answer

_places = threading.BoundedSemaphore(STREAMS)
# What stands elsewhere in the line; the number stands for the job.
_PLAIN = ("timestamp", "level", "event", "process", "host", "pid", "number", "exception")


Link = Callable[[str], str | None]


class Shown(NamedTuple):
    """A line as the page shows it. rest: its other fields, as they are."""

    id: str
    at: str
    level: str
    who: str
    event: str
    number: str | None
    href: str | None
    rest: dict[str, Any]
    exception: str | None


def register(blueprint: Blueprint) -> None:
    """Register the page, its stream and the download."""
    blueprint.add_url_rule("/log", "live", live, methods=["GET", "POST"])
    blueprint.add_url_rule("/log/stream", "log_stream", stream)
    blueprint.add_url_rule("/log/download", "log_download", download, methods=["POST"])


def live() -> ResponseReturnValue:
    """The page: newest lines that pass the filters, the newest first."""
    wanted = _filter(request.form if request.method == "POST" else request.args)
    lines: list[Shown] = []
    last, missing = "0-0", why_none()
    if missing is None:
        try:
            with _client() as client:
                last = logstream.position(client)
                found = logstream.newest(client, SHOWN, wanted.wants)
                lines = [shown(it, _link()) for it in reversed(found)]
        except RedisError as error:
            missing = away(error)
    with desk().database.read() as db:
        alive = [it for it in pulse.all_workers(db) if it.alive]
    processes = dict.fromkeys(
        ["web", *(it.process for it in alive), *(f"{it.host}:{it.pid}" for it in alive)]
    )
    return render_template(
        "admin/live.html",
        wanted=wanted,
        lines=lines,
        last=last,
        missing=missing,
        follow=why_none() is None,
        levels=LEVELS,
        processes=list(processes),
        most=SHOWN,
    )


def stream() -> ResponseReturnValue:
    """What comes, as server-sent events: "line" with the HTML of a line, "away" without Redis."""
    if (missing := why_none()) is not None:
        return Response(missing, 404, mimetype="text/plain")
    open_ = partial(_open, current_app.extensions.get("serving"), desk().database, login_id())
    macro = get_template_attribute("admin/log_line.html", "log_line")
    # What it needs of the request is taken now: the stream outlives it.
    html, wanted = partial(_html, macro, _link()), _filter(request.args)
    last = request.headers.get("Last-Event-ID") or request.args.get("after") or ""
    events = _follow(_client(), wanted, last, open_, html)
    if not _places.acquire(blocking=False):
        reason = f"{STREAMS} pages follow the log already, in this process."
        return Response(reason, 503, {"Retry-After": "15"}, mimetype="text/plain")
    answer = Response(events, mimetype="text/event-stream")
    answer.headers["X-Accel-Buffering"] = "no"
    # Not in the generator: one that never began never ends.
    answer.call_on_close(_places.release)
    return answer


def download() -> ResponseReturnValue:
    """All lines of the stream that pass the filters, one JSON object each, the oldest first."""
    wanted = _filter(request.form)
    missing = why_none()
    if missing is None:
        client = _client()
        lines = logstream.everything(client)
        try:
            first = next(lines, None)  # while one can still say that Redis is away
        except RedisError as error:
            missing = away(error)
    if missing is not None:
        flash(missing, "bad")
        return redirect(url_for("admin.live"), 303)
    with desk().database.write() as db:
        note(db, "download", "log lines")

    def text() -> Iterator[str]:
        with client:
            for it in chain([first] if first else [], lines):
                if wanted.wants(it.line):
                    yield json.dumps(it.line, ensure_ascii=False) + "\n"

    name = f"efude-logs-{dt.datetime.now(JAPAN):%Y%m%d-%H%M%S}.jsonl"
    answer = Response(text(), mimetype="application/x-ndjson")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _follow(
    client: Redis,
    wanted: Filter,
    last: str,
    open_: Callable[[], bool],
    html: Callable[[Entry], str],
) -> Iterator[str]:
    end = time.monotonic() + LIFE
    yield f"retry: {RETRY}\n\n"
    with client:
        while time.monotonic() < end and open_():
            try:
                last = last or logstream.position(client)
                entries = logstream.after(client, last, BEAT)
            except RedisError as error:
                yield f"event: away\ndata: {away(error)}\n\n"
                time.sleep(BEAT)
                continue
            for it in entries:
                last = it.id
                if wanted.wants(it.line):
                    data = html(it).replace("\n", "\ndata: ")
                    yield f"event: line\nid: {last}\ndata: {data}\n\n"
            # To a reader who is gone it cannot be written. The id spares those who come again
            # the lines that they do not want.
            yield f": here\nid: {last}\n\n"


def _open(serving: Callable[[], bool] | None, database: Database, login: str) -> bool:
    """Whether a stream may go on: the process is to go on, and its reader has not logged out."""
    if serving is not None and not serving():
        return False
    try:
        with database.read() as db:
            return logins.stands(db, login)
    except SQLAlchemyError:
        return False  # the next one is told what is wrong


def _html(macro: Callable[[Shown], str], link: Link, entry: Entry) -> str:
    return str(macro(shown(entry, link))).strip()


def _link() -> Link:
    """The address of a job's page; None where there is no such page."""
    if "admin.job" not in current_app.view_functions:
        return lambda _number: None
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None
    return lambda number: adapter.build("admin.job", {"number": number})


def shown(entry: Entry, link: Link) -> Shown:
    """A line of the stream, for the page. link: of a 受付番号."""
    line = entry.line
    number = line.get("number")
    at = str(line.get("timestamp", ""))
    try:
        moment = dt.datetime.fromisoformat(at).astimezone(JAPAN)
        at = f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03}"
    except ValueError:
        at = at[:23]
    return Shown(
        entry.id,
        at,
        str(line.get("level", "info")),
        f"{line.get('process', '?')} {line.get('host', '?')}:{line.get('pid', '?')}",
        str(line.get("event", "")),
        str(number) if number else None,
        link(number) if isinstance(number, str) else None,
        {
            name: it
            for name, it in line.items()
            if name not in _PLAIN and not (number and name == "job")
        },
        str(line["exception"]) if line.get("exception") else None,
    )


def _filter(form: Mapping[str, str]) -> Filter:
    level = form.get("level", "")
    return Filter(
        level if level in LEVELS else "",
        form.get("worker", "").strip(),
        form.get("job", "").strip(),
        form.get("text", "").strip() if request.method == "POST" else "",
    )


def _client() -> Redis:
    return logstream.connect(desk().settings, PATIENCE)


def why_none() -> str | None:
    """Why no lines are kept, and where they are; None: they are kept."""
    settings = desk().settings
    if not settings.broker_url.startswith(("redis://", "rediss://")):
        return (
            "Log lines are kept in Redis or Valkey, and the broker of this house is RabbitMQ. Read "
            "each process's stdout instead (with systemd: journalctl -u efude-worker)."
        )
    if not settings.log_stream:
        return "LOG_STREAM is 0: log lines stand on each process's stdout only."
    return None


def away(error: RedisError) -> str:
    """That Redis is away, what that means, and what to do."""
    return (
        f"The broker's Redis cannot be reached ({type(error).__name__}). Lines stand on each "
        "process's stdout all the same. Look with: python -m bot doctor"
    )
