"""/admin/job: find a job by its 受付番号, see its history, and do something about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import structlog
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from bot import jobs
from bot.jobs import Job
from bot.monitoring import stats
from bot.monitoring.stats import STATES
from bot.operations import formatting, job_actions, timeline
from bot.operations.error_codes import explain
from bot.operations.job_actions import ActionResult
from bot.operations.timeline import JobHistory
from bot.storage import StorageError
from bot.store import clock, workers
from bot.store.bans import is_banned
from bot.web.admin import charts, job_log
from bot.web.admin.context import REFRESH_SECONDS, admin_context, record_action
from bot.web.admin.language import page_language, say

log = structlog.get_logger(__name__)

MAX_JOBS = 50  # jobs in a list


class Bar(NamedTuple):
    """One stage of a job, with its bar as SVG."""

    stage: timeline.Stage
    svg: str


def register(blueprint: Blueprint) -> None:
    """Register the pages, the pictures and the actions."""
    add = blueprint.add_url_rule
    add("/job", "find", find_job)
    add("/job/<number>", "job", show_job)
    add("/job/<number>", "reveal", reveal_job, methods=["POST"])
    add("/job/<number>/picture/<int:position>", "picture", show_picture)
    for name in ACTIONS:
        add(f"/job/<number>/{name}", name, run_action, methods=["POST"], defaults={"action": name})


def find_job() -> ResponseReturnValue:
    """Show the search, and the newest jobs, of one state or of all."""
    typed = request.args.get("number", "").strip()
    state = request.args.get("state", "")
    number = jobs.parse_number(typed)
    wrong = None
    with admin_context().database.read() as db:
        if number and jobs.by_number_anywhere(db, number):
            return redirect(url_for("admin.job", number=number))
        if typed:
            wrong = say("jobs.no_job", number=number) if number else say("jobs.no_number")
        listed = jobs.newest(db, [state] if state in STATES else [], MAX_JOBS)
    page = render_template(
        "admin/jobs.html",
        typed=typed[:20],
        wrong=wrong,
        jobs=listed,
        state=state,
        states=STATES,
        now_ts=clock.now(),
    )
    return page, 404 if wrong else 200


def show_job(number: str) -> ResponseReturnValue:
    """Show one job."""
    return _page(number, reveal=False)


def reveal_job(number: str) -> ResponseReturnValue:
    """Show one job with prompt and ids, once; this is written in the audit."""
    with admin_context().database.write() as db:
        record_action(db, "reveal", _job(db, number).number)
    return _page(number, reveal=True)


def _job(db: Connection, number: str) -> Job:
    job = jobs.by_number_anywhere(db, jobs.parse_number(number) or "")
    if job is None:
        abort(404)
    return job


def _page(number: str, *, reveal: bool) -> str:
    settings = admin_context().settings
    now_ts = clock.now()
    with admin_context().database.read() as db:
        job = _job(db, number)
        history = timeline.read_history(db, job)
        budget = stats.push_budget(workers.all_workers(db))
        route = job_actions.delivery_route(db, job, settings, budget)
        banned = bool(job.chat_id) and is_banned(db, job.user_id, job.chat_id or "")
    lines, trouble = job_log.read_lines(settings, job)
    fields = (
        job.request.to_json() if reveal and job.request else formatting.redact_request(job.request)
    )
    return render_template(
        "admin/job.html",
        section="admin.find",
        job=job,
        history=history,
        now_ts=now_ts,
        reveal=reveal,
        fresh=REFRESH_SECONDS if job.state in jobs.UNDELIVERED and not reveal else None,
        banned=banned,
        request_fields={
            name: value for name, value in fields.items() if value not in (None, "", [])
        },
        bars=_bars(history, now_ts),
        events=timeline.list_events(history, page_language()),
        errors=[(code, explain(code, page_language())) for code in history.error_codes()],
        messages=[
            (it, timeline.describe_message(it, page_language())) for it in history.deliveries
        ],
        lines=lines,
        trouble=trouble,
        route=route,
        route_said=route.said.in_language(page_language()),
        unfinished=job.state in jobs.UNDELIVERED,
        may_retry=job.state == jobs.FAILED and job.erase_at is None,
        may_cancel=job.state in jobs.UNFINISHED,
        may_resend=job.state in (jobs.DRAWN, jobs.WAITING, jobs.DELIVERED),
    )


def _bars(history: JobHistory, now_ts: float) -> list[Bar]:
    """Return the stages with their bars; an unfinished one reaches to now, or to the last event."""
    stages = timeline.list_stages(history, page_language())
    ends = [stage.end for stage in stages if stage.end is not None]
    starts = [stage.start for stage in stages]
    unfinished = history.job.state in jobs.UNDELIVERED
    start, end = min(starts), now_ts if unfinished else max(ends + starts)
    return [
        Bar(stage, charts.timeline_bar(_span(stage, unfinished=unfinished), start, end))
        for stage in stages
    ]


def _span(stage: timeline.Stage, *, unfinished: bool) -> charts.Span:
    never_ended = stage.end is None and not unfinished
    css_class = "open" if never_ended or stage.outcome else stage.kind
    return charts.Span(css_class, stage.start, stage.start if never_ended else stage.end)


def show_picture(number: str, position: int) -> ResponseReturnValue:
    """Send one picture, or with ?preview its preview, so that no secret URL is in the page."""
    with admin_context().database.read() as db:
        pictures = jobs.pictures_of(db, _job(db, number).id)
    stored = next((row for row in pictures if row.position == position), None)
    if stored is None:
        abort(404)
    preview = "preview" in request.args
    key = stored.preview_key if preview else stored.key
    try:
        data = admin_context().storage.get(key)
    except StorageError as error:
        log.warning("picture.read_failed", number=number, reason=error.reason)
        abort(404 if error.reason == "missing" else 503)
    return Response(data, content_type="image/jpeg" if preview else stored.content_type)


def run_action(number: str, action: str) -> ResponseReturnValue:
    """Do something about a job, write it in the audit, and publish the task."""
    with admin_context().database.write() as db:
        job = _job(db, number)
        result = ACTIONS[action](db, job)
        if result.changed:
            record_action(db, action, job.number, str(result.said))
    admin_context().publisher.put(list(result.messages))
    flash(result.said.in_language(page_language()), "good" if result.changed else "warn")
    return redirect(url_for("admin.job", number=job.number), 303)


def _resend(db: Connection, job: Job) -> ActionResult:
    budget = stats.push_budget(workers.all_workers(db))
    return job_actions.resend(db, job, admin_context().settings, budget)


ACTIONS: dict[str, Callable[[Connection, Job], ActionResult]] = {
    "retry": job_actions.retry,
    "cancel": job_actions.cancel,
    "resend": _resend,
}
