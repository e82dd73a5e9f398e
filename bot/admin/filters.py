"""How the pages write times, spans, amounts and ids, and which pages there are."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup

from bot.commands import show

# What LINE counts its months by, and people their days.
JAPAN = dt.timezone(dt.timedelta(hours=9))

# (endpoint, name): those that are registered stand in the menu.
PAGES = (
    ("admin.now", "Now"),
    ("admin.find", "Jobs"),
    ("admin.live", "Live log"),
    ("admin.people", "People"),
    ("admin.words", "Words"),
    ("admin.house", "Settings"),
)


def init_app(admin: Flask) -> None:
    """Register filters and the menu."""
    admin.jinja_env.filters.update(
        when=when, clock=clock, took=show.length, amount=show.amount, masked=show.masked
    )
    admin.context_processor(_menu)


def clock(at: float | None) -> str:
    """A moment (seconds since 1970) in Japan: 2026-11-22 18:03:07."""
    return "–" if at is None else dt.datetime.fromtimestamp(at, JAPAN).strftime("%F %T")


def when(at: float | None) -> str | Markup:
    """A moment as a <time> element, in Japan's time."""
    if at is None:
        return "–"
    return Markup('<time datetime="{}">{}</time>').format(show.iso(at), clock(at))


def _menu() -> dict[str, Any]:
    known = current_app.view_functions
    return {"pages": [(endpoint, name) for endpoint, name in PAGES if endpoint in known]}
