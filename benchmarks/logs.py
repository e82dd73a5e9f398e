"""Cost of a log line for the thread that writes it, with and without the stream in the broker."""

from __future__ import annotations

import logging
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import structlog

from benchmarks.report import Report
from bot.settings import Settings
from bot.telemetry import logs
from bot.telemetry.log_stream import LogStream
from tests.bot.valkey import valkey

AT_MOST = 50.0  # microseconds that the stream may add to a line
ROUNDS, LINES = 15, 200
PAINT_LINES = 3  # drawing, drawn, task ended
QUICKEST_PAINT = 0.3  # seconds; no model paints for less on any machine that we know
SHARE = 2.0  # per cent of a paint


def run(*, rounds: int = ROUNDS, lines: int = LINES) -> Report:
    """Write lines as a webhook does, in turn with and without the stream."""
    report = Report("logs")
    settings = Settings(line_channel_secret="s", line_channel_access_token="t")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    alone: list[float] = []
    kept: list[float] = []
    whole: list[float] = []
    with valkey(Path(tempfile.mkdtemp())) as server, open(os.devnull, "w") as out:
        stream = LogStream(replace(settings, broker_url=server.url))
        for _ in range(rounds):
            alone.append(_microseconds(None, out, lines))
            before = time.process_time()
            kept.append(_microseconds(stream, out, lines))
            while stream.pending:
                time.sleep(0.01)
            whole.append((time.process_time() - before) / lines * 1e6)
        assert not stream.dropped
        stream.close(5)
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    report.add("a line without the stream", alone, "us")
    report.add("a line with the stream", kept, "us")
    added = [one - other for one, other in zip(kept, alone, strict=True)]
    report.add("what the stream adds for the writer", added, "us", at_most=AT_MOST)
    report.add("processor time of a line and its way to Redis", whole, "us")
    share = [us * PAINT_LINES / (QUICKEST_PAINT * 1e6) * 100 for us in whole]
    report.add(
        f"{PAINT_LINES} lines, of a paint of {QUICKEST_PAINT:g} s", share, "%", at_most=SHARE
    )
    report.raw["microseconds"] = {"alone": alone, "kept": kept, "whole": whole}
    return report


def _microseconds(stream: LogStream | None, out: object, lines: int) -> float:
    """Return the CPU time of the writing thread a line, in microseconds."""
    logs.configure("web", "json", stream, out=out)  # type: ignore[arg-type]
    structlog.configure(cache_logger_on_first_use=True)  # as it is on a process's own stdout
    log = structlog.get_logger("benchmark").bind()
    started = time.thread_time()
    for _ in range(lines):
        log.info(
            "queued",
            number="4F7-K2M",
            job="0123456789abcdef" * 2,
            event_id="01HEVENT000000000000000000",
            chat_kind="user",
        )
    return (time.thread_time() - started) / lines * 1e6
