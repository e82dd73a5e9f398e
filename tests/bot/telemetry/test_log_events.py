"""Every log call in bot/ has a unique event, and docs/operate/log-events.md lists exactly those."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from tests import ROOT

EVENT = re.compile(r"[a-z_]+\.[a-z_]+")
LEVELS = {
    **{name: name for name in ("debug", "info", "warning", "error", "critical")},
    "exception": "error",
}
# Lines that are put together as JSON rather than logged (bot.telemetry.log_stream).
WITHOUT_CALL = {"log_stream.lines_dropped", "log_stream.line_unreadable"}


class LogCall(NamedTuple):
    """One call of a logger. event: None unless it is a string literal."""

    place: str
    event: str | None
    levels: frozenset[str]
    fields: frozenset[str]


def log_calls() -> Iterator[LogCall]:
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (levels := _levels(node.func)):
                first = node.args[0] if node.args else None
                event = first.value if isinstance(first, ast.Constant) else None
                fields = frozenset(keyword.arg for keyword in node.keywords if keyword.arg)
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                name = event if isinstance(event, str) else None
                yield LogCall(place, name, levels, fields - {"exc_info"})


def _levels(function: ast.expr) -> frozenset[str]:
    """Return the levels at which a called expression logs; empty if it is no logger's method."""
    if isinstance(function, ast.IfExp):
        return _levels(function.body) | _levels(function.orelse)
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
        return frozenset()
    is_log = function.value.id == "log" and function.attr in LEVELS
    return frozenset({LEVELS[function.attr]}) if is_log else frozenset()


def table() -> dict[str, tuple[frozenset[str], frozenset[str], str]]:
    """Return event -> levels, fields and meaning."""
    page = (ROOT / "docs/operate/log-events.md").read_text(encoding="utf-8")
    cells = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith("| `")
    )
    return {
        event.strip("`"): (
            frozenset(levels.split(", ")),
            frozenset(re.findall(r"`(\w+)`", fields)),
            meaning,
        )
        for event, levels, fields, meaning in cells
    }


def test_every_event_is_a_unique_key() -> None:
    seen: dict[str, str] = {}
    wrong = []
    for call in log_calls():
        if call.event is None or not EVENT.fullmatch(call.event):
            wrong.append((call.place, call.event, "is not noun.verb_past"))
        elif call.event in seen:
            wrong.append((call.place, call.event, f"also at {seen[call.event]}"))
        else:
            seen[call.event] = call.place
    assert wrong == []
    assert len(seen) > 50


def test_the_table_and_the_code_have_the_same_events() -> None:
    rows = table()
    calls = {call.event: call for call in log_calls() if call.event}
    assert set(rows) == set(calls) | WITHOUT_CALL
    assert {event: rows[event][0] for event in calls} == {
        event: call.levels for event, call in calls.items()
    }
    missing = {event: call.fields - rows[event][1] for event, call in calls.items()}
    assert {event: fields for event, fields in missing.items() if fields} == {}
    assert [event for event, (_, _, meaning) in rows.items() if not meaning.endswith(".")] == []


def test_lines_without_a_call_are_written_by_the_log_stream() -> None:
    source = (ROOT / "bot/telemetry/log_stream.py").read_text(encoding="utf-8")
    assert [event for event in WITHOUT_CALL if f'"event": "{event}"' not in source] == []
