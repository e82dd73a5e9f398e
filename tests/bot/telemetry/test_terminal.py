"""No control character of others reaches a terminal."""

from __future__ import annotations

import io
import json
import logging
import unicodedata

import click
import pytest
import structlog

from bot.cli import logs as logs_command
from bot.cli import output
from bot.telemetry import logs, terminal
from bot.telemetry.throttle import LogThrottle

HOSTILE = "".join(chr(code) for code in range(0xA0)) + "\u2028\u202e\u2066\u200f絵筆"


def unsafe(text: str, *, but: str = "\n") -> set[str]:
    kinds = {"Cc", "Cf", "Zl", "Zp", "Cs"}
    return {letter for letter in text if unicodedata.category(letter) in kinds} - set(but)


def test_texts_are_escaped_and_others_stay() -> None:
    for escape in (terminal.escape, terminal.escape_lines):
        assert escape("「夜の富士山」 é 💥") == "「夜の富士山」 é 💥"
    assert unsafe(terminal.escape(HOSTILE), but="") == set()
    assert unsafe(terminal.escape_lines(HOSTILE), but="\n\t") == set()
    assert terminal.escape("\x1b[31m\u202e") == "\\x1b[31m\\u202e"
    assert json.loads(terminal.escape_json(json.dumps(HOSTILE, ensure_ascii=False))) == HOSTILE


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_log_lines_hold_none(own_logs: None, log_format: str) -> None:
    out = io.StringIO()
    logs.configure("web", log_format, out=out)
    log = structlog.get_logger()
    structlog.configure(cache_logger_on_first_use=False)
    log.warning(f"event {HOSTILE}", path=HOSTILE, nested={"name": [HOSTILE]}, number=3)
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        log.exception("it.failed")
        logging.getLogger("gunicorn.error").exception("Error handling %s", HOSTILE)
    written = out.getvalue()
    assert written.count("it.failed") == 1
    assert "ValueError" in written
    assert unsafe(written, but="\n\t" if log_format == "text" else "\n") == set()


def test_commands_print_none() -> None:
    line = {
        "event": HOSTILE,
        "path": HOSTILE,
        "exception": f"Traceback\n{HOSTILE}",
        "level": "info",
    }
    assert unsafe(click.unstyle(logs_command._format(line)), but="\n\t") == set()
    assert unsafe(output.to_json(line)) == set()
    assert json.loads(output.to_json(line, indent=2)) == line


def test_tables_print_none(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(("A", "B"), [(HOSTILE, 1), (None, HOSTILE)])
    output.print_json({"name": HOSTILE})
    assert unsafe(capsys.readouterr().out) == set()


def test_equal_events_are_counted_and_logged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("bot.telemetry.throttle.time.monotonic", lambda: clock[0])
    throttle = LogThrottle(60.0)
    assert [throttle.count("a") for _ in range(5)] == [1, 0, 0, 0, 0]
    assert throttle.count("b") == 1
    clock[0] += 61
    assert throttle.count("a") == 5
