"""The time: seconds since 1970 for the tables, Japan's time for people."""

from __future__ import annotations

import datetime as dt

JST_OFFSET_SECONDS = 9 * 3600  # without summer time
JST = dt.timezone(dt.timedelta(seconds=JST_OFFSET_SECONDS), "JST")  # LINE's months are its months


def now() -> float:
    """Return seconds since 1970, UTC: one clock for every column, compared across processes."""
    return dt.datetime.now(dt.UTC).timestamp()
