"""Jinja filters for times, durations, sizes and ids; the menu."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup

from bot.operations import formatting
from bot.store.clock import JST
from bot.web.admin.language import page_language, say

# Endpoints: those that are registered stand in the menu, each with its sentence of admin.menu.
MENU = ("now", "find", "live", "people", "words", "house")
_FORMATS = {"ja": "%Y/%m/%d %H:%M:%S", "en": "%Y-%m-%d %H:%M:%S"}


def init_app(admin: Flask) -> None:
    """Register filters and the menu."""
    admin.jinja_env.filters.update(
        when=time_element,
        clock=format_japan_time,
        took=format_duration,
        amount=formatting.format_bytes,
        masked=formatting.mask_line_id,
    )
    admin.context_processor(_menu)


def format_japan_time(timestamp: float | None) -> str:
    """Write a time (seconds since 1970) in Japan's time zone: 2026-11-22 18:03:07.

    On a Japanese page it is 2026/11/22 18:03:07.
    """
    if timestamp is None:
        return "–"
    return dt.datetime.fromtimestamp(timestamp, JST).strftime(_FORMATS[page_language()])


def format_duration(seconds: float | None) -> str:
    """Write a duration in the page's language: 5 min, 5分."""
    return formatting.format_duration(seconds, page_language())


def time_element(timestamp: float | None) -> str | Markup:
    """Write a time as a <time> element, in Japan's time zone."""
    if timestamp is None:
        return "–"
    return Markup('<time datetime="{}">{}</time>').format(
        formatting.iso_time(timestamp), format_japan_time(timestamp)
    )


def _menu() -> dict[str, Any]:
    known = current_app.view_functions
    endpoints = {f"admin.{name}": say(f"menu.{name}") for name in MENU}
    return {
        "pages": [(endpoint, name) for endpoint, name in endpoints.items() if endpoint in known]
    }
