"""How commands tell what they found: JSON for programs, tables and times for people."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, TypeVar
from unicodedata import east_asian_width

import click

from bot.bans import fingerprint

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """--json, as the argument `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="For programs: JSON.")(command)


def as_json_text(found: object) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], red: Container[int] = ()) -> None:
    """Print rows under heads, in columns as wide as their longest word; `red`: rows by number."""
    lines = [list(heads), *([("" if it is None else str(it)) for it in row] for row in rows)]
    widths = [max(width(line[place]) for line in lines) for place in range(len(heads))]
    for number, line in enumerate(lines):
        text = "  ".join(
            cell + " " * (room - width(cell)) for cell, room in zip(line, widths, strict=True)
        ).rstrip()
        color = "red" if number - 1 in red else None
        click.echo(click.style(text, bold=not number, fg=color) if color or not number else text)


def width(text: str) -> int:
    """Columns that a text takes on a terminal: full-width characters take two."""
    return sum(1 + (east_asian_width(letter) in "WF") for letter in text)


def clock(at: float | None) -> str:
    """A moment (seconds since 1970) in this machine's own time."""
    if at is None:
        return "-"
    return dt.datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def iso(at: float | None) -> str | None:
    """A moment for programs: ISO 8601, UTC, milliseconds."""
    if at is None:
        return None
    return dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="milliseconds")


def length(seconds: float | None) -> str:
    """A span of time: 0.31 s, 12 s, 5 min, 3 h, 2 d."""
    if seconds is None:
        return "-"
    if seconds < 10:
        return f"{seconds:.2f} s"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def amount(count: float) -> str:
    """Bytes: 512 B, 3.2 MB ..."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def masked(line_id: str | None) -> str | None:
    """An id of LINE's so that two can be told apart and none can be used: U:1f3a5c07."""
    return f"{line_id[:1]}:{fingerprint(line_id)[:8]}" if line_id else None


def hidden(request: Mapping[str, Any] | None) -> dict[str, Any]:
    """A job's request without anything that somebody wrote: of texts, only that there is one."""
    plain = (int, float, type(None))
    found = dict(request or {})
    return {name: it if isinstance(it, plain) or not it else "***" for name, it in found.items()}
