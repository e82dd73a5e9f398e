"""/admin/log: the newest log lines of all processes, and their download.

With JavaScript the page follows the log (log_events). The text to look for is in no address: the
form is posted, and in the stream the browser picks the lines that have it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from itertools import chain

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from redis import RedisError

from bot.operations.log_filter import LEVELS
from bot.store import workers
from bot.store.clock import JST
from bot.telemetry import log_stream
from bot.web.admin import log_rows
from bot.web.admin.context import admin_context, record_action
from bot.web.admin.language import page_language
from bot.web.admin.log_events import stream_log
from bot.web.admin.log_rows import LogRow

MAX_LINES = 200  # of the page


def register(blueprint: Blueprint) -> None:
    """Register the page, its stream and the download."""
    blueprint.add_url_rule("/log", "live", show_log, methods=["GET", "POST"])
    blueprint.add_url_rule("/log/stream", "log_stream", stream_log)
    blueprint.add_url_rule("/log/download", "log_download", download_log, methods=["POST"])


def show_log() -> ResponseReturnValue:
    """Show the newest lines that pass the filters, the newest first."""
    log_filter = log_rows.parse_filter(request.form if request.method == "POST" else request.args)
    lines: list[LogRow] = []
    last_id, missing = "0-0", log_rows.unavailable_reason()
    follow = missing is None
    if missing is None:
        try:
            with log_rows.connect() as client:
                last_id = log_stream.last_id(client)
                entries = log_stream.newest(client, MAX_LINES, log_filter.matches)
            job_url = log_rows.job_url_builder()
            lines = [log_rows.log_row(entry, job_url) for entry in reversed(entries)]
        except RedisError as error:
            missing = log_rows.redis_unreachable(error, page_language())
    return render_template(
        "admin/log.html",
        filter=log_filter,
        lines=lines,
        last_id=last_id,
        missing=missing,
        follow=follow,
        levels=LEVELS,
        processes=_process_names(),
        max_lines=MAX_LINES,
    )


def _process_names() -> list[str]:
    """Return the names to filter by: kinds of processes, and host:pid of each that is alive."""
    with admin_context().database.read() as db:
        alive = [row for row in workers.all_workers(db) if row.running]
    kinds = (row.process for row in alive)
    return list(dict.fromkeys(["web", *kinds, *(f"{row.host}:{row.pid}" for row in alive)]))


def download_log() -> ResponseReturnValue:
    """Send all lines that pass the filters, one JSON object each, the oldest first."""
    log_filter = log_rows.parse_filter(request.form)
    missing = log_rows.unavailable_reason()
    if missing is None:
        client = log_rows.connect()
        entries = log_stream.iter_all(client)
        try:
            first = next(entries, None)  # while an error of Redis can still be shown
        except RedisError as error:
            missing = log_rows.redis_unreachable(error, page_language())
    if missing is not None:
        flash(missing, "bad")
        return redirect(url_for("admin.live"), 303)
    with admin_context().database.write() as db:
        record_action(db, "download", "log lines")

    def jsonl() -> Iterator[str]:
        with client:
            for entry in chain([first] if first else [], entries):
                if log_filter.matches(entry.line):
                    yield json.dumps(entry.line, ensure_ascii=False) + "\n"

    name = f"efude-logs-{dt.datetime.now(JST):%Y%m%d-%H%M%S}.jsonl"
    response = Response(jsonl(), mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
