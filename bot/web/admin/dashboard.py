"""GET /admin/: the dashboard, from the tables alone."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from bot.jobs.kept_outcomes import count_in_doubt
from bot.monitoring import alarms, liveness, stats
from bot.monitoring.stats import JobTimes
from bot.operations import formatting
from bot.operations.budget import summarize_budget
from bot.operations.error_codes import explain
from bot.store import clock, flags
from bot.store import workers as worker_rows
from bot.store.clock import JST
from bot.store.workers import Worker
from bot.web.admin import charts
from bot.web.admin.context import REFRESH_SECONDS, admin_context
from bot.web.admin.language import page_language, say

CHART_HOURS = 6
BIN_SECONDS = 600.0  # of one bar or point of a chart


class StageDurations(NamedTuple):
    """How long a stage took lately: the number of jobs, and percentiles in seconds."""

    stage: str
    jobs: int
    p50: float | None
    p95: float | None


class HourRow(NamedTuple):
    """One hour of the charts, for the table beside them; durations in seconds."""

    since: float
    pictures: int
    p50: float | None
    p95: float | None


def register(blueprint: Blueprint) -> None:
    """Register the page."""
    blueprint.add_url_rule("/", "now", show_dashboard, strict_slashes=False)


def show_dashboard() -> ResponseReturnValue:
    """Show the dashboard."""
    now_ts = clock.now()
    with admin_context().database.read() as db:
        rows = worker_rows.all_workers(db)
        history = stats.recent_jobs(db, now_ts - (CHART_HOURS + 1) * stats.HOUR_SECONDS)
        values: dict[str, Any] = {
            "states": stats.count_by_state(db),
            "oldest": stats.oldest_age(db),
            "alarms": alarms.list_active(db),
            "alarm_info": alarms.ALARMS,
            "flags": flags.get_flags(db),
            "paintings": worker_rows.active_paintings(db),
            "last_seen": liveness.last_seen(db),
            "pushes": stats.pushes_this_month(db),
            "in_doubt": count_in_doubt(db),
        }
    return render_template(
        "admin/dashboard.html",
        **values,
        **_budget(rows),
        **_last_hour([job for job in history if job.created_at > now_ts - stats.HOUR_SECONDS]),
        now_ts=now_ts,
        fresh=REFRESH_SECONDS,
        workers=rows,
        alive=sum(row.process == "worker" and row.alive for row in rows),
        loading=any(row.state == "loading" for row in rows),
        couriers=sum(row.process == "courier" and row.alive for row in rows),
        per_minute=_pictures(history, now_ts - 600, now_ts) / 10,
        painted_chart=_painted_chart(history, now_ts),
        waited_chart=_waited_chart(history, now_ts),
        hours=[_hour_row(history, now_ts - ago * stats.HOUR_SECONDS) for ago in range(CHART_HOURS)],
        chart_hours=CHART_HOURS,
    )


def _budget(rows: Sequence[Worker]) -> dict[str, Any]:
    budget = stats.push_budget(rows)
    if budget is None:
        return {"budget": None, "budget_at": None}
    summary = summarize_budget(budget.quota, admin_context().settings)
    return {"budget": summary, "budget_at": budget.reported_at}


def _last_hour(jobs: Sequence[JobTimes]) -> dict[str, Any]:
    return {
        "last_hour": len(jobs),
        "stage_durations": [_durations(jobs, stage) for stage in stats.STAGE_COLUMNS],
        "failures": _failures(jobs),
    }


def _durations(jobs: Sequence[JobTimes], stage: str) -> StageDurations:
    seconds = stats.stage_durations(jobs, stage)
    p50, p95 = (stats.percentile(seconds, share) for share in (0.5, 0.95))
    return StageDurations(stage, len(seconds), p50, p95)


def _failures(jobs: Sequence[JobTimes]) -> list[tuple[str, int, str]]:
    """Return (code, count, meaning) of the jobs that failed, the most frequent first."""
    codes = Counter(job.error_code or "unknown" for job in jobs if job.state == "failed")
    ordered = sorted(codes.items(), key=lambda pair: (pair[1], pair[0]), reverse=True)
    return [(code, count, explain(code, page_language()).meaning) for code, count in ordered]


def _pictures(jobs: Sequence[JobTimes], since: float, until: float) -> int:
    """Count the pictures painted after `since`, up to `until`."""
    return sum(job.picture_count for job in jobs if since < (job.drawn_at or 0) <= until)


def _bins(now_ts: float) -> tuple[float, list[str]]:
    """Return when the first bin begins, and each bin's label: Japan's full hours, else empty."""
    count = int(CHART_HOURS * stats.HOUR_SECONDS / BIN_SECONDS)
    start = (now_ts // BIN_SECONDS - count + 1) * BIN_SECONDS
    times = [dt.datetime.fromtimestamp(start + index * BIN_SECONDS, JST) for index in range(count)]
    return start, [f"{time:%H:%M}" if time.minute == 0 else "" for time in times]


def _binned(
    jobs: Iterable[tuple[float | None, JobTimes]], start: float, count: int
) -> list[list[JobTimes]]:
    """Sort jobs into bins by the given times; those before `start` are left out."""
    bins: list[list[JobTimes]] = [[] for _ in range(count)]
    for at, job in jobs:
        if at is not None and at >= start:
            bins[min(int((at - start) // BIN_SECONDS), count - 1)].append(job)
    return bins


def _painted_chart(history: Sequence[JobTimes], now_ts: float) -> Markup:
    start, labels = _bins(now_ts)
    bins = _binned(((job.drawn_at, job) for job in history), start, len(labels))
    rates = [60 * sum(job.picture_count for job in jobs) / BIN_SECONDS for jobs in bins]
    title = say("now.rate_title", hours=CHART_HOURS, highest=f"{max(rates):g}")
    return charts.bar_chart(title, labels, rates, "{:g}".format)


def _waited_chart(history: Sequence[JobTimes], now_ts: float) -> Markup:
    start, labels = _bins(now_ts)
    bins = _binned(((job.created_at, job) for job in history), start, len(labels))
    durations = [_durations(jobs, "whole") for jobs in bins]
    lines = [
        charts.Line([row.p50 for row in durations]),
        charts.Line([row.p95 for row in durations]),
    ]
    title = say("now.waited_title", hours=CHART_HOURS)
    return charts.line_chart(title, labels, lines, _axis_label)


def _axis_label(seconds: float) -> str:
    return formatting.format_duration(seconds, page_language()) if seconds else "0"


def _hour_row(history: Sequence[JobTimes], until: float) -> HourRow:
    since = until - stats.HOUR_SECONDS
    jobs = [job for job in history if since < job.created_at <= until]
    durations = _durations(jobs, "whole")
    return HourRow(since, _pictures(history, since, until), durations.p50, durations.p95)
