"""Write times, durations, sizes and ids for operators."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bot.prompt import StoredRequest
from bot.store.bans import fingerprint
from bot.texts import gettext

_OF_WORKER = {"fallbacks", "painted_with"}


def format_local_time(timestamp: float | None) -> str:
    """Write a time (seconds since 1970) in this machine's time zone: 2026-11-22 18:03:07."""
    if timestamp is None:
        return "-"
    return dt.datetime.fromtimestamp(timestamp).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def iso_time(timestamp: float | None) -> str | None:
    """Write a time (seconds since 1970) for programs: ISO 8601, UTC, milliseconds."""
    if timestamp is None:
        return None
    return dt.datetime.fromtimestamp(timestamp, dt.UTC).isoformat(timespec="milliseconds")


def format_duration(seconds: float | None, lang: str = "en") -> str:
    """Write a duration: 0.31 s, 12 s, 5 min, 3 h, 2 d; or 12秒, 5分 and so on."""
    if seconds is None:
        return "-"
    if seconds < 10:
        return gettext("duration.s", lang, n=f"{seconds:.2f}")
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return gettext(f"duration.{unit}", lang, n=f"{seconds / size:.0f}")
    return gettext("duration.s", lang, n=f"{seconds:.0f}")


def format_bytes(count: float) -> str:
    """Write a number of bytes: 512 B, 3.2 MB."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def mask_line_id(line_id: str | None) -> str | None:
    """Return a mark that tells two LINE ids apart and cannot be used as one: U:1f3a5c07."""
    return f"{line_id[:1]}:{fingerprint(line_id)[:8]}" if line_id else None


def redact_request(request: StoredRequest | None) -> dict[str, Any]:
    """Return a job's request as JSON, each text that somebody wrote replaced by ***.

    The names of the fallbacks and the painter's numerics are the worker's words.
    """
    fields = request.to_json() if request else {}
    numeric = (int, float, type(None))
    return {
        name: value if isinstance(value, numeric) or not value or name in _OF_WORKER else "***"
        for name, value in fields.items()
    }
