"""What Sentry is told, by a server of its own that only listens."""

from __future__ import annotations

import gzip
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import structlog

from bot.settings import SettingError, Settings
from bot.telemetry import logs, sentry, tracing
from tests.bot.harness import AOI, TOKEN, WISH

log = structlog.get_logger(__name__)


class Ingest:
    """Sentry's ingest endpoint: keeps every event that it is sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        ingest = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                packed = self.headers.get("content-encoding") == "gzip"
                ingest.bodies.append(gzip.decompress(body) if packed else body)
                self.send_response(200)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.dsn = f"http://key@127.0.0.1:{self.server.server_port}/1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self) -> list[dict[str, Any]]:
        """What arrived, as far as it was an event; an envelope is lines of JSON."""
        items = []
        for body in self.bodies:
            lines = [json.loads(name) for name in body.splitlines() if name]
            for head, item in zip(lines[1::2], lines[2::2], strict=True):
                if head["type"] == "event":
                    items.append(item)
        return items


@pytest.fixture
def ingest() -> Iterator[Ingest]:
    name = Ingest()
    yield name
    name.server.shutdown()
    name.server.server_close()


@pytest.fixture
def receiver(ingest: Ingest, settings: Settings, own_logs: None) -> Iterator[Ingest]:
    logs.configure("worker", "json")
    structlog.configure(cache_logger_on_first_use=False)
    sentry.configure("worker", replace(settings, sentry_dsn=ingest.dsn))
    yield ingest
    sentry.shutdown()
    tracing.set_current(None)


def test_an_error_arrives_with_its_place_and_number_and_nobodys_words(receiver: Ingest) -> None:
    trace = tracing.new_traceparent()
    tracing.set_current(trace)
    prompt, wish = WISH, {"prompt": WISH, "user_id": AOI}
    try:
        raise ValueError(f"cannot paint {prompt} for {wish['user_id']} with {TOKEN}")
    except ValueError:
        log.exception("not painted", number="4F7-K2M", code="paint_failed", prompt=prompt, to=AOI)
    sentry.shutdown()
    [event] = receiver.events()
    assert event["message"] == "not painted"
    assert event["tags"]["number"] == "4F7-K2M"
    assert event["tags"]["code"] == "paint_failed"
    assert event["tags"]["process"] == "worker"
    assert event["contexts"]["trace"]["trace_id"] == tracing.trace_id(trace)
    [error] = event["exception"]["values"]
    assert (error["type"], error["value"]) == ("ValueError", "")
    frame = error["stacktrace"]["frames"][-1]
    assert frame["function"].startswith("test_an_error_arrives")
    assert "vars" not in frame
    whole = b"".join(receiver.bodies).decode()
    for personal in (WISH, json.dumps(WISH), AOI, TOKEN):
        assert personal not in whole


def test_another_librarys_error_is_told_without_its_text(receiver: Ingest) -> None:
    try:
        raise KeyError(AOI)
    except KeyError:
        logging.getLogger("celery.worker").error("task %s failed for %s", WISH, AOI, exc_info=True)
    sentry.shutdown()
    [event] = receiver.events()
    assert event["logger"] == "celery.worker"
    assert event["exception"]["values"][0]["type"] == "KeyError"
    whole = b"".join(receiver.bodies).decode()
    for personal in (WISH, json.dumps(WISH)[1:-1], AOI):
        assert personal not in whole


def test_warnings_and_ordinary_lines_are_not_sent(receiver: Ingest) -> None:
    log.info("queued")
    log.warning("broker away")
    sentry.shutdown()
    assert receiver.events() == []


def test_whoever_captures_an_event_it_is_scrubbed(receiver: Ingest) -> None:
    import sentry_sdk

    sentry_sdk.add_breadcrumb(message=WISH)
    sentry_sdk.set_user({"id": AOI})
    sentry_sdk.set_extra("prompt", WISH)
    sentry_sdk.capture_event(
        {"message": "by hand", "request": {"data": WISH}, "tags": {"number": f"of {AOI}"}}
    )
    sentry.shutdown()
    [event] = receiver.events()
    assert event["message"] == "by hand"
    assert event["tags"]["number"] == "of U***"
    assert event.keys().isdisjoint({"request", "user", "extra", "breadcrumbs"})
    assert WISH not in json.dumps(event, ensure_ascii=False)


def test_a_server_that_is_away_holds_nobody_up(settings: Settings, own_logs: None) -> None:
    logs.configure("worker", "json")
    sentry.configure("worker", replace(settings, sentry_dsn="http://key@127.0.0.1:9/1"))
    structlog.configure(cache_logger_on_first_use=False)
    log.error("not painted")
    sentry.shutdown()


def test_no_dsn_is_a_setting_to_mend(settings: Settings) -> None:
    with pytest.raises(SettingError, match="SENTRY_DSN"):
        sentry.configure("web", replace(settings, sentry_dsn="https://example.org"))


@pytest.mark.parametrize(
    ("module", "setting", "name"),
    [
        ("sentry_sdk", "sentry_dsn", "sentry"),
        ("opentelemetry", "otel_exporter_otlp_endpoint", "tracing"),
    ],
)
def test_a_missing_library_is_said_with_its_remedy(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, module: str, setting: str, name: str
) -> None:
    missing: Any = None
    for loaded in [name for name in sys.modules if name.split(".")[0] == module]:
        monkeypatch.setitem(sys.modules, loaded, missing)
    monkeypatch.setitem(sys.modules, module, missing)
    wanted = replace(settings, **{setting: "http://key@127.0.0.1:9/1"})  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="requirements-optional"):
        {"sentry": sentry, "tracing": tracing}[name].configure("web", wanted)


@pytest.mark.slow
def test_neither_library_is_imported_while_its_setting_is_not_set() -> None:
    code = (
        "import sys, bot.tasks.app, bot.app\n"
        "from bot.telemetry import sentry, tracing\n"
        "from bot.settings import Settings\n"
        "settings = Settings(line_channel_secret='s', line_channel_access_token='t')\n"
        "sentry.configure('web', settings); tracing.configure('web', settings)\n"
        "with tracing.server_span(None, 'webhook'): pass\n"
        "found = {it.split('.')[0] for it in sys.modules}\n"
        "assert not found & {'sentry_sdk', 'opentelemetry'}, found\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
