"""/admin/job: find one job by its 受付番号, see its whole life, and do something about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

import structlog
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from redis import RedisError
from sqlalchemy import Connection

from bot import database, figures, jobs, life, logstream, mending, pulse
from bot.admin import charts
from bot.admin.desk import FRESH, desk, note
from bot.bans import is_banned
from bot.commands import show
from bot.commands.causes import cause
from bot.commands.desk import normal
from bot.figures import JAPAN, STATES
from bot.jobs import Job
from bot.life import Life
from bot.mending import Done
from bot.storage import StorageError

log = structlog.get_logger(__name__)

NEWEST = 50  # jobs in a list
LINES = 500  # of a job's log
# What stands in every line, or in columns of its own.
_PLAIN = frozenset(
    (
        *("timestamp", "level", "event", "process", "host", "pid", "stage", "number", "job"),
        *("event_id", "chat_kind", "exception", "trace"),
    )
)


class LogLine(NamedTuple):
    """One line of a job's log. more: what it tells besides."""

    at: str
    level: str
    process: str
    stage: str
    event: str
    more: str
    exception: str | None


class Bar(NamedTuple):
    """One stage of a job's life, with its bar."""

    stage: life.Stage
    svg: str


def register(blueprint: Blueprint) -> None:
    """Register the pages, the pictures and what may be done."""
    add = blueprint.add_url_rule
    add("/job", "find", find)
    add("/job/<number>", "job", single)
    add("/job/<number>", "reveal", reveal, methods=["POST"])
    add("/job/<number>/picture/<int:position>", "picture", picture)
    for name in ACTIONS:
        add(f"/job/<number>/{name}", name, act, methods=["POST"], defaults={"action": name})


def find() -> ResponseReturnValue:
    """The search, and the newest jobs, of one state or of all."""
    typed = request.args.get("number", "").strip()
    state = request.args.get("state", "")
    number = normal(typed)
    wrong = None
    with desk().database.read() as db:
        if number and jobs.anywhere(db, number):
            return redirect(url_for("admin.job", number=number))
        if typed:
            wrong = f"There is no job {number}." if number else "No 受付番号: 4F7-K2M is one."
        found = jobs.newest(db, [state] if state in STATES else [], NEWEST)
    page = render_template(
        "admin/find.html",
        typed=typed[:20],
        wrong=wrong,
        jobs=found,
        state=state,
        states=STATES,
        moment=database.now(),
    )
    return page, 404 if wrong else 200


def single(number: str) -> ResponseReturnValue:
    """One job's life."""
    return _page(number, reveal=False)


def reveal(number: str) -> ResponseReturnValue:
    """The same with prompt and ids, for once; that is written down."""
    with desk().database.write() as db:
        note(db, "reveal", _job(db, number).number)
    return _page(number, reveal=True)


def _job(db: Connection, number: str) -> Job:
    job = jobs.anywhere(db, normal(number) or "")
    if job is None:
        abort(404)
    return job


def _page(number: str, *, reveal: bool) -> str:
    settings = desk().settings
    moment = database.now()
    with desk().database.read() as db:
        job = _job(db, number)
        found = life.read(db, job)
        budget = figures.budget(pulse.all_workers(db))
        way = mending.way(db, job, settings, budget)
        banned = bool(job.chat_id) and is_banned(db, job.user_id, job.chat_id or "")
    lines, trouble = _lines(job)
    request_ = dict(job.request or {}) if reveal else show.hidden(job.request)
    return render_template(
        "admin/job.html",
        section="admin.find",
        job=job,
        life=found,
        moment=moment,
        reveal=reveal,
        fresh=FRESH if job.state in jobs.UNDELIVERED and not reveal else None,
        banned=banned,
        wishes={name: it for name, it in request_.items() if it not in (None, "", [])},
        bars=_bars(found, moment),
        moments=life.timeline(found),
        causes=[(code, cause(code)) for code in found.codes()],
        lines=lines,
        trouble=trouble,
        way=way,
        unfinished=job.state in jobs.UNDELIVERED,
        may_retry=job.state == jobs.FAILED and job.erase_at is None,
        may_cancel=job.state in jobs.UNFINISHED,
        may_resend=job.state in (jobs.DRAWN, jobs.WAITING, jobs.DELIVERED),
    )


KINDS = {"in the queue": "queue", "painting": "paint", "storing": "store", "bringing": "bring"}


def _bars(found: Life, moment: float) -> list[Bar]:
    """Every stage with its bar; what is not over reaches to now, or to the last that is known."""
    stages = life.stages(found)
    known = [it.end for it in stages if it.end is not None] + [it.start for it in stages]
    going = found.job.state in jobs.UNDELIVERED
    start, end = min(it.start for it in stages), moment if going else max(known)
    return [Bar(it, charts.span(_span(it, going=going), start, end)) for it in stages]


def _span(it: life.Stage, *, going: bool) -> charts.Span:
    failed = it.end is None and not going
    kind = "open" if failed or it.outcome else None
    end = it.start if failed else it.end
    return charts.Span(kind or KINDS.get(it.name, "message"), it.start, end)


def _lines(job: Job) -> tuple[list[LogLine], str | None]:
    """What all processes said of it, as far as it is kept; and why it is not, if so."""
    settings = desk().settings
    if not settings.log_stream:
        return [], "No log lines are kept: LOG_STREAM is 0. They stand on each process's stdout."
    try:
        client = logstream.connect(settings)
    except ValueError:
        return [], (
            "The broker is not Redis or Valkey, and keeps no log lines. They stand on each "
            "process's stdout; look there for the number."
        )
    try:
        found = logstream.newest(client, LINES, lambda it: _is_about(it, job))
    except RedisError as error:
        kind = type(error).__name__
        return [], f"The broker could not be read ({kind}). The lines stand on stdout as well."
    finally:
        client.close()
    # Each process hands its lines over when it can: their own times are their order.
    ordered = sorted((it.line for it in found), key=lambda it: str(it.get("timestamp", "")))
    return [_line(it) for it in ordered], None


def _is_about(line: dict[str, Any], job: Job) -> bool:
    return line.get("number") == job.number or line.get("job") == job.id


def _line(it: dict[str, Any]) -> LogLine:
    more = [f"{name}={value}" for name, value in it.items() if name not in _PLAIN]
    exception = it.get("exception")
    return LogLine(
        _time(it.get("timestamp")),
        str(it.get("level", "")),
        f"{it.get('process', '')} {it.get('host', '')} {it.get('pid', '')}",
        str(it.get("stage", "")),
        str(it.get("event", "")),
        "  ".join(more)[:1000],
        str(exception) if exception else None,
    )


def _time(told: object) -> str:
    """A line's time in Japan: 2026-11-22 18:03:07.123."""
    try:
        at = dt.datetime.fromisoformat(str(told))
    except ValueError:
        return "–"
    return at.astimezone(JAPAN).isoformat(" ", "milliseconds")[:23]


def picture(number: str, position: int) -> ResponseReturnValue:
    """One picture, or with ?preview its small form: no secret address stands in the page."""
    with desk().database.read() as db:
        stored = jobs.pictures_of(db, _job(db, number).id)
    one = next((it for it in stored if it.position == position), None)
    if one is None:
        abort(404)
    small = "preview" in request.args
    key = one.preview_key if small else one.key
    try:
        data = desk().storage.get(key)
    except StorageError as error:
        log.warning("picture not shown", number=number, reason=error.reason)
        abort(404 if error.reason == "missing" else 503)
    return Response(data, content_type="image/jpeg" if small else one.content_type)


def act(number: str, action: str) -> ResponseReturnValue:
    """Do something about a job, write it down, and wake whoever is to do it."""
    with desk().database.write() as db:
        job = _job(db, number)
        done = ACTIONS[action](db, job)
        if done.done:
            note(db, action, job.number, done.said)
    desk().publisher.put(list(done.wakes))
    flash(done.said, "good" if done.done else "warn")
    return redirect(url_for("admin.job", number=job.number), 303)


def _resend(db: Connection, job: Job) -> Done:
    budget = figures.budget(pulse.all_workers(db))
    return mending.resend(db, job, desk().settings, budget)


ACTIONS: dict[str, Callable[[Connection, Job], Done]] = {
    "retry": mending.retry,
    "cancel": mending.cancel,
    "resend": _resend,
}
