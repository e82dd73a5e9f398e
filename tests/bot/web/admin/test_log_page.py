"""The live log: the page, its stream and the download."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from werkzeug.wrappers import Response

from bot.settings import Settings
from bot.telemetry.log_stream import LogStream
from bot.web.admin import log_events, log_page
from tests.bot.harness import House
from tests.bot.web.admin.browser import (
    NUMBER,
    WORKER,
    AdminBrowser,
    audited,
    close_browser,
    log_line,
    open_browser,
    write_three_lines,
)

AWAY = "redis://127.0.0.1:9/0"


def events(page: str) -> list[str]:
    """What stands in the log lines of a page, in order."""
    return re.findall(r'<li class="line [^>]+>.*?<b>([^<]+)</b>', page, re.DOTALL)


def test_the_newest_lines_stand_on_a_plain_page(
    reader: AdminBrowser, write: Callable[..., None]
) -> None:
    write_three_lines(write)
    page = reader.get("/admin/log").text
    assert events(page)[-3:] == ["boom", "two", "drawing"] or set(events(page)) >= {"boom", "two"}
    assert "23:30:01.234" in page, "in Japan's time"
    assert "worker a:7" in page
    assert "seconds</i>=0.5" in page
    assert "&lt;b&gt;bold" in page, "nothing of a line is markup"


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"level": "error"}, ["boom"]),
        ({"worker": "worker"}, ["drawing"]),
        ({"worker": "b:2"}, ["two"]),
        ({"job": "4f7k2m"}, ["drawing"]),
        ({"job": "abc"}, ["drawing"]),
        ({"text": "TRACE"}, ["boom"]),
        ({"text": "seconds=0.5"}, ["two"]),
        ({"worker": "worker", "level": "error"}, []),
    ],
)
def test_filters_of_the_plain_page(
    reader: AdminBrowser, write: Callable[..., None], form: dict[str, str], expected: list[str]
) -> None:
    write_three_lines(write)
    page = reader.send("/admin/log", form).text
    assert events(page) == expected
    assert f'<p id="none"{" hidden" if expected else ""}>No line passes' in page
    for value in form.values():
        assert f'value="{value}"' in page, "the form still says what was asked"


def test_an_address_filters_by_job_but_never_by_text(
    reader: AdminBrowser, write: Callable[..., None]
) -> None:
    write_three_lines(write)
    assert events(reader.get(f"/admin/log?job={NUMBER}").text) == ["drawing"]
    assert "two" in events(reader.get("/admin/log?text=boom").text)


def test_a_page_has_a_bound_and_looks_as_far_back_as_needed(
    reader: AdminBrowser, write: Callable[..., None]
) -> None:
    write(
        log_line("needle", number=NUMBER), *(log_line("hay", place=index) for index in range(900))
    )
    assert len(events(reader.get("/admin/log").text)) == log_page.MAX_LINES
    assert events(reader.get(f"/admin/log?job={NUMBER}").text) == ["needle"]


def chunks(answer: Response) -> Iterator[str]:
    for each in answer.response:
        yield each.decode() if isinstance(each, bytes) else each


def until(pieces: Iterator[str], what: str) -> str:
    """What a stream says, up to the piece that holds this."""
    sentence = ""
    for piece in pieces:
        sentence += piece
        if what in piece:
            return sentence
    raise AssertionError(f"{what!r} never came: {sentence}")


def test_lines_come_as_they_are_written_and_as_the_filter_wants(
    reader: AdminBrowser, write: Callable[..., None]
) -> None:
    write(log_line("before", **WORKER))
    answer = reader.get("/admin/log/stream?worker=worker&auto=1")
    pieces = chunks(answer)
    assert next(pieces) == f"retry: {log_events.RECONNECT_MS}\n\n"
    assert ": here" in next(pieces), "a heartbeat while nothing comes"
    write(log_line("other", process="web"), log_line("drawn", **WORKER, exception="one\ntwo"))
    sentence = until(pieces, "drawn")
    answer.close()
    assert "before" not in sentence
    assert "other" not in sentence
    [data] = re.findall(r"event: line\nid: \d+-\d+\n((?:data: .*\n)+)\n", sentence)
    assert "one\ndata: two" in data, "every line of it is data"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.content_type.startswith("text/event-stream")


def test_a_stream_goes_on_where_the_last_one_ended(
    reader: AdminBrowser, write: Callable[..., None]
) -> None:
    write(log_line("one"))
    with reader.get("/admin/log/stream?after=0-0") as answer:
        sentence = until(chunks(answer), "one")
    last = re.findall(r"id: (\d+-\d+)", sentence)[-1]
    write(log_line("two"))
    again = reader.get("/admin/log/stream?after=0-0", headers={"Last-Event-ID": last})
    sentence = until(chunks(again), "two")
    again.close()
    assert "<b>one</b>" not in sentence


def test_there_are_few_streams_and_a_place_becomes_free(reader: AdminBrowser) -> None:
    streams = [reader.get("/admin/log/stream") for _ in range(log_events.MAX_STREAMS)]
    assert {stream.status_code for stream in streams} == {200}
    full = reader.get("/admin/log/stream")
    assert (full.status_code, full.headers["retry-after"]) == (503, "15")
    streams[0].close()  # without a single piece of it having been read
    with reader.get("/admin/log/stream") as answer:
        assert answer.status_code == 200
    for stream in streams[1:]:
        stream.close()


def test_a_stream_ends_by_itself_and_when_the_process_must(
    reader: AdminBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_events, "STREAM_SECONDS", 0.1)
    monkeypatch.setattr(log_events, "POLL_SECONDS", 0.05)
    with reader.get("/admin/log/stream") as answer:
        assert len(list(chunks(answer))) < 20
    monkeypatch.setattr(log_events, "STREAM_SECONDS", 60.0)
    reader.application.extensions["admin"].extensions["serving"] = lambda: False
    with reader.get("/admin/log/stream") as answer:
        assert len(list(chunks(answer))) == 1


def test_a_stream_ends_when_its_reader_logs_out(
    with_lines: tuple[Settings, LogStream], reader: AdminBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_events, "POLL_SECONDS", 0.05)
    thief = open_browser(with_lines[0])
    thief.set_cookie("efude_admin", reader.cookie(), path="/admin")
    with thief.get("/admin/log/stream") as answer:
        pieces = chunks(answer)
        # The log-in's own line may come first.
        assert any(": here" in piece for piece in islice(pieces, 5))
        reader.send("/admin/logout", of="/admin/settings")
        assert len(list(pieces)) < 5
    close_browser(thief)


def test_the_download_has_all_lines_that_pass(
    reader: AdminBrowser, write: Callable[..., None], house: House
) -> None:
    write_three_lines(write)
    write(*(log_line("more", place=index) for index in range(700)))
    answer = reader.send("/admin/log/download", {"text": "more"}, of="/admin/log")
    result = [json.loads(splitline) for splitline in answer.text.splitlines()]
    assert [each["place"] for each in result] == list(range(700))
    assert re.search(r'filename="efude-logs-\d{8}-\d{6}.jsonl"', str(answer.headers))
    assert audited(house) == [("admin@127.0.0.1", "download", "log lines")]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"broker_url": "amqp://127.0.0.1:9//"}, "RabbitMQ"),
        ({"broker_url": AWAY, "log_stream_max_lines": 0}, "LOG_STREAM_MAX_LINES is 0"),
        ({"broker_url": AWAY}, "cannot be reached"),
    ],
)
def test_where_there_are_no_lines_the_page_says_why(
    with_pages: Settings, change: dict[str, Any], says: str
) -> None:
    client = open_browser(replace(with_pages, broker_url="memory://"))
    client.log_in()
    desk = client.application.extensions["admin"].extensions["admin_context"]
    client.application.extensions["admin"].extensions["admin_context"] = desk._replace(
        settings=replace(desk.settings, **change)
    )
    page = client.get("/admin/log")
    assert page.status_code == 200
    assert says in page.text
    follows = "live.js" in page.text
    assert follows == (says == "cannot be reached"), "Redis may come back, a setting does not"
    answer = client.send("/admin/log/download", of="/admin/log")
    assert answer.location == "/admin/log"
    assert says in client.get("/admin/log").text
    with client.get("/admin/log/stream") as stream:
        if follows:
            assert "event: away" in until(chunks(stream), "cannot be reached")
        else:
            assert stream.status_code == 404
