"""GET /admin/: what is happening now, from the tables alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from bot import alarms, database, figures, heard, pulse, switches
from bot.admin import charts
from bot.admin.desk import FRESH, desk
from bot.commands import show
from bot.commands.causes import cause
from bot.commands.quota import allowed
from bot.figures import JAPAN, Past

HOURS = 6  # that the charts go back
BIN = 600.0  # seconds of one bar or point
MEANING = {
    "queue": "in the queue",
    "paint": "painting",
    "store": "storing",
    "bring": "bringing it to the chat",
    "whole": "all of it",
}


class Took(NamedTuple):
    """How long a stage took lately, in seconds."""

    stage: str
    jobs: int
    half: float | None
    most: float | None


class Hour(NamedTuple):
    """One row of the table that says what the charts show."""

    since: float
    pictures: int
    half: float | None
    most: float | None


def register(blueprint: Blueprint) -> None:
    """Register the page."""
    blueprint.add_url_rule("/", "now", now, strict_slashes=False)


def now() -> ResponseReturnValue:
    """The page."""
    settings = desk().settings
    moment = database.now()
    with desk().database.read() as db:
        workers = pulse.all_workers(db)
        budget = figures.budget(workers)
        past = figures.past(db, moment - (HOURS + 1) * figures.HOUR)
        found: dict[str, Any] = {
            "states": figures.by_state(db),
            "oldest": figures.oldest(db),
            "alarms": alarms.every(db),
            "advice": alarms.ADVICE,
            "switches": switches.state(db),
            "paintings": pulse.paintings(db),
            "heard": heard.read(db),
            "pushes": figures.pushes_this_month(db),
        }
    hour = [it for it in past if it.created_at > moment - figures.HOUR]
    failures = _failures(hour)
    return render_template(
        "admin/now.html",
        **found,
        moment=moment,
        fresh=FRESH,
        workers=workers,
        alive=sum(it.process == "worker" and it.alive for it in workers),
        couriers=sum(it.process == "courier" and it.alive for it in workers),
        took=[_took(hour, stage) for stage in figures.STAGES],
        meaning=MEANING,
        per_minute=sum(it.pictures for it in past if (it.drawn_at or 0) > moment - 600) / 10,
        last_hour=len(hour),
        failures=failures,
        budget=None if budget is None else allowed(budget.quota, settings),
        budget_at=budget.at if budget else None,
        painted=_painted(past, moment),
        waited=_waited(past, moment),
        hours=_hours(past, moment),
        span=HOURS,
    )


def _took(found: Sequence[Past], stage: str) -> Took:
    spans = figures.took(found, stage)
    half, most = (figures.percentile(spans, share) for share in (0.5, 0.95))
    return Took(stage, len(spans), half, most)


def _failures(found: Sequence[Past]) -> list[tuple[str, int, str]]:
    """(code, how often, what it means) of the jobs that failed; the most frequent first."""
    codes = [it.error_code or "unknown" for it in found if it.state == "failed"]
    counted = sorted(((codes.count(code), code) for code in set(codes)), reverse=True)
    return [(code, many, cause(code).means) for many, code in counted]


def _bins(moment: float) -> tuple[float, list[str]]:
    """When the first bin begins, and what stands below each: full hours, of Japan."""
    count = int(HOURS * figures.HOUR / BIN)
    start = (moment // BIN - count + 1) * BIN
    times = [dt.datetime.fromtimestamp(start + place * BIN, JAPAN) for place in range(count)]
    return start, [f"{it:%H:%M}" if it.minute == 0 else "" for it in times]


def _painted(past: Sequence[Past], moment: float) -> Markup:
    start, labels = _bins(moment)
    counts = [0] * len(labels)
    for it in past:
        if it.drawn_at is not None and it.drawn_at >= start:
            counts[min(int((it.drawn_at - start) // BIN), len(counts) - 1)] += it.pictures
    rates = [60 * count / BIN for count in counts]
    title = f"Pictures a minute over the last {HOURS} hours; at most {max(rates):g}"
    return charts.bars(title, labels, rates, "{:g}".format)


def _waited(past: Sequence[Past], moment: float) -> Markup:
    start, labels = _bins(moment)
    in_bins: list[list[Past]] = [[] for _ in labels]
    for it in past:
        if it.created_at >= start:
            in_bins[min(int((it.created_at - start) // BIN), len(labels) - 1)].append(it)
    spans = [figures.took(found, "whole") for found in in_bins]
    lines = [
        charts.Line("half", [figures.percentile(it, 0.5) for it in spans]),
        charts.Line("95 of 100", [figures.percentile(it, 0.95) for it in spans]),
    ]
    title = f"How long people waited for their pictures over the last {HOURS} hours"
    return charts.curves(title, labels, lines, lambda it: show.length(it) if it else "0")


def _hours(past: Sequence[Past], moment: float) -> list[Hour]:
    found = []
    for hour in range(HOURS):
        since = moment - (hour + 1) * figures.HOUR
        until = since + figures.HOUR
        drawn = sum(it.pictures for it in past if since < (it.drawn_at or 0) <= until)
        took = _took([it for it in past if since < it.created_at <= until], "whole")
        found.append(Hour(since, drawn, took.half, took.most))
    return found
