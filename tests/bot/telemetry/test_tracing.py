"""One trace from the webhook to the courier, and spans for who wants them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import structlog
from celery import Celery
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from bot.queue.app import TaskMessage, make_celery, publish
from bot.settings import Settings
from bot.store import schema
from bot.tasks import signals
from bot.tasks.app import make_app
from bot.telemetry import tracing
from tests.bot.conftest import Woken
from tests.bot.harness import WISH, House, body_of, event, on_queues, signed

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture(autouse=True)
def no_trace() -> Iterator[None]:
    tracing.set_current(None)
    yield
    tracing.set_current(None)
    tracing.shutdown()


@pytest.mark.parametrize(
    ("header", "seen"),
    [
        (GIVEN, GIVEN),
        (GIVEN[:-2] + "ff", GIVEN),  # only the flag that is known is handed on
        (GIVEN[:-2] + "00", GIVEN[:-2] + "00"),
        ("cc" + GIVEN[2:] + "-what-the-future-brings", GIVEN),
        ("ff" + GIVEN[2:], None),
        (GIVEN + "-more", None),
        (GIVEN.upper(), None),
        (GIVEN.replace(TRACE, "0" * 32), None),
        (GIVEN.replace("00f067aa0ba902b7", "0" * 16), None),
        (GIVEN[:-1], None),
        (GIVEN + "\n", None),
        ("", None),
        (None, None),
        (7, None),
        ("0" * 10_000, None),
    ],
)
def test_a_traceparent_is_read_as_the_recommendation_says(header: object, seen: str | None) -> None:
    assert tracing.parse_traceparent(header) == seen


def test_a_new_trace_is_a_sound_one() -> None:
    first, second = tracing.new_traceparent(), tracing.new_traceparent()
    assert tracing.parse_traceparent(first) == first
    assert tracing.trace_id(first) != tracing.trace_id(second)


def headers_of(app: Celery) -> list[dict[str, Any]]:
    """The headers of every message on the queues."""
    collected = []
    with app.connection_for_read() as connection, connection.channel() as channel:
        for each in app.conf.task_queues:
            queue = each(channel)
            queue.declare()
            while (message := queue.get(no_ack=True)) is not None:
                collected.append(message.headers)
    return collected


def post(client: FlaskClient, trace: str | None, text: str = WISH) -> None:
    body = body_of(event(text))
    headers = signed(body) | ({"traceparent": trace} if trace else {})
    assert client.post("/callback", data=body, headers=headers).status_code == 200


def test_a_webhooks_trace_is_stored_and_goes_along(
    client: FlaskClient, house: House, settings: Settings, woken: Woken
) -> None:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        post(client, GIVEN)
    [job] = house.rows(schema.jobs)
    assert job["trace"] == GIVEN
    assert {
        entry["trace"] for entry in lines if entry["event"] in {"job.queued", "webhook.accepted"}
    } == {TRACE}
    woken._publisher.close(10)
    headers = headers_of(make_celery(settings))
    assert {entry["task"] for entry in headers} == {"read_inbox", "draw", "show_loading"}
    assert {entry["traceparent"] for entry in headers} == {GIVEN}
    assert "trace" not in structlog.contextvars.get_contextvars()


def test_a_webhook_without_one_is_given_one_of_its_own(client: FlaskClient, house: House) -> None:
    post(client, None)
    post(client, "nonsense", "海")
    first, second = (entry["trace"] for entry in house.rows(schema.jobs))
    assert tracing.parse_traceparent(first) == first
    assert tracing.parse_traceparent(second) == second
    assert first != second


def test_what_is_published_by_hand_carries_it_too(settings: Settings) -> None:
    app = make_celery(settings)
    on_queues(app)  # what an earlier test left in the broker
    tracing.set_current(GIVEN)
    publish(app, TaskMessage("deliver", "x"))
    tracing.set_current(None)
    publish(app, TaskMessage("deliver", "y"))
    assert [entry.get("traceparent") for entry in headers_of(app)] == [GIVEN, None]


class _Task:
    """As much of a task as Celery's signals hand over."""

    def __init__(self, app: Any, name: str, headers: dict[str, Any]) -> None:
        self.app, self.name, self.request = app, name, headers


@pytest.mark.parametrize("by", ["header", "job"])
def test_a_task_goes_on_with_the_trace(settings: Settings, house: House, by: str) -> None:
    app = make_app(settings)
    job_id = house.add()
    if by == "job":  # what the sweep finds comes without a header
        house.change(job_id, trace=GIVEN)
    task = _Task(app, "deliver", {"traceparent": GIVEN} if by == "header" else {})
    signals.before_task(task, [job_id])
    assert tracing.current() == GIVEN
    assert structlog.contextvars.get_contextvars()["trace"] == TRACE
    signals.after_task(task)
    assert tracing.current() is None
    assert "trace" not in structlog.contextvars.get_contextvars()


# --- spans


class Collector:
    """An OpenTelemetry collector as far as OTLP over HTTP goes."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/v1/traces"
                collector.bodies.append(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.send_header("content-type", "application/x-protobuf")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def spans(self) -> dict[str, Any]:
        """What arrived, by name."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
            ExportTraceServiceRequest,
        )

        collected: dict[str, Any] = {}
        for body in self.bodies:
            request = ExportTraceServiceRequest.FromString(body)
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    collected |= {entry.name: entry for entry in scope.spans}
        return collected


@pytest.fixture
def collector() -> Iterator[Collector]:
    entry = Collector()
    yield entry
    entry.server.shutdown()
    entry.server.server_close()


def test_spans_reach_a_collector_and_hang_together(
    collector: Collector, settings: Settings
) -> None:
    tracing.configure("web", replace(settings, otel_exporter_otlp_endpoint=collector.url))
    with tracing.server_span(GIVEN, "webhook"):
        stored = tracing.current()
        assert stored is not None
        assert tracing.trace_id(stored) == TRACE
        assert stored != GIVEN, "what follows hangs below the webhook's own span"
    tracing.set_current(stored)
    with (
        pytest.raises(ValueError, match="somebody's words"),
        tracing.span("draw", "consumer", number="4F7-K2M", attempt=1),
        tracing.span("paint"),
    ):
        raise ValueError("somebody's words")
    assert tracing.current() == stored
    tracing.shutdown()
    spans = collector.spans()
    assert spans.keys() == {"webhook", "draw", "paint"}
    assert {entry.trace_id.hex() for entry in spans.values()} == {TRACE}
    assert spans["webhook"].parent_span_id.hex() == GIVEN[36:52]
    assert spans["draw"].parent_span_id == spans["webhook"].span_id
    assert spans["paint"].parent_span_id == spans["draw"].span_id
    request = {entry.key: entry.value for entry in spans["draw"].attributes}
    assert request["efude.number"].string_value == "4F7-K2M"
    assert spans["paint"].status.message == "ValueError"
    assert b"somebody" not in b"".join(collector.bodies)


def test_a_collector_that_is_away_breaks_nothing(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    tracing.configure("web", replace(settings, otel_exporter_otlp_endpoint="http://127.0.0.1:9"))
    with tracing.server_span(None, "webhook"):
        pass
    tracing.shutdown()


def test_without_a_collector_a_span_is_nothing() -> None:
    tracing.set_current(GIVEN)
    with tracing.span("paint"):
        assert tracing.current() == GIVEN
