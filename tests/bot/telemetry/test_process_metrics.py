"""A process's own counters: what is counted, where it is answered, and for whom."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import urllib3
from prometheus_client.parser import text_string_to_metric_families as parse
from structlog.testing import capture_logs

from bot.settings import SettingError, Settings
from bot.tasks.app import make_app
from bot.tasks.delivery import Courier
from bot.tasks.runtime import Runtime
from bot.telemetry import process_metrics
from inference.errors import PaintError
from tests.bot.harness import House, Line, on_queues
from tests.bot.tasks.test_app import run
from tests.bot.tasks.test_draw import raises, with_painter


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        probe_port: int = probe.getsockname()[1]
    return probe_port


@pytest.fixture
def counted(talking: Settings) -> Settings:
    return replace(talking, metrics_port=free_port())


def ask(url: str | None, **headers: str) -> urllib3.BaseHTTPResponse:
    assert url is not None
    return urllib3.request("GET", url, headers=headers, retries=False, timeout=5)


def samples(url: str | None, **headers: str) -> dict[str, float]:
    """Return every sample by its name and labels, as Prometheus writes it."""
    response = ask(url, **headers)
    assert response.status == 200
    values = {}
    for family in parse(response.data.decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            values[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return values


class Increase:
    """How much each counter grew between entering a `with` and reading it."""

    def __init__(self, url: str | None) -> None:
        self._url, self._before = url, samples(url)

    def __getitem__(self, name: str) -> float:
        return samples(self._url)[name] - self._before.get(name, 0.0)


def test_off_unless_there_is_a_port(talking: Settings) -> None:
    with process_metrics.serve_metrics(talking, dict) as url:
        assert url is None
        process_metrics.observe_painting(1, 0.5)  # counted, and asked by nobody


def test_what_is_counted(counted: Settings) -> None:
    with process_metrics.serve_metrics(counted, None) as url:
        increase = Increase(url)
        process_metrics.observe_painting(4, 0.7)
        process_metrics.observe_painting(1, 30.0)
        process_metrics.observe_attempt("drawn")
        process_metrics.observe_failure("unsafe")
        process_metrics.observe_send("result", "reply", "sent")
        process_metrics.observe_task("draw", 0.3)
        assert increase["efude_pictures_painted_total"] == 5
        assert increase["efude_job_attempts_total{outcome=drawn}"] == 1
        assert increase["efude_job_failures_total{code=unsafe}"] == 1
        assert increase["efude_line_sends_total{kind=result,method=reply,result=sent}"] == 1
        assert increase["efude_paint_duration_seconds_bucket{le=1.0}"] == 1
        assert increase["efude_paint_duration_seconds_count"] == 2
        assert increase["efude_task_duration_seconds_count{task=draw}"] == 1
        assert samples(url)["process_resident_memory_bytes"] > 1e6
        assert not [name for name in samples(url) if name.startswith("efude_worker_")]


def test_what_the_engine_reports(counted: Settings) -> None:
    status: dict[str, Any] = {"slots": 4, "active": 2, "model": "mame", "still": 1.5}
    status["device_memory"] = {"used": 3, "total": 8}
    with process_metrics.serve_metrics(counted, lambda: status) as url:
        values = samples(url)
    assert (values["efude_worker_batch_slots"], values["efude_worker_active_requests"]) == (4, 2)
    stalled_seconds = time.time() - values[process_metrics.LAST_PROGRESS]
    assert stalled_seconds == pytest.approx(1.5, abs=5)
    assert values["efude_worker_device_memory_total_bytes"] == 8
    assert "efude_worker_unet_rows" not in values, "it was not reported"


def test_nobody_listens_any_more_at_the_end(counted: Settings) -> None:
    with process_metrics.serve_metrics(counted, dict) as url:
        pass
    with pytest.raises(urllib3.exceptions.HTTPError):
        ask(url)


def test_two_couriers_of_one_machine(counted: Settings) -> None:
    with (
        process_metrics.serve_metrics(counted, None) as first,
        process_metrics.serve_metrics(counted, None) as second,
    ):
        assert first != second
        assert {ask(entry).status for entry in (first, second)} == {200}


def test_a_port_that_cannot_be_had_costs_no_process(counted: Settings) -> None:
    elsewhere = replace(counted, metrics_host="192.0.2.1")  # nobody's: RFC 5737
    with capture_logs() as written, process_metrics.serve_metrics(elsewhere, dict) as url:
        assert url is None
    assert [entry["event"] for entry in written] == ["metrics.start_failed"]


def test_a_token_keeps_others_out(counted: Settings) -> None:
    with process_metrics.serve_metrics(replace(counted, metrics_token="open sesame"), dict) as url:
        assert ask(url).status == 401
        assert ask(url, authorization="Bearer 絵".encode().decode("latin-1")).status == 401
        assert ask(url, authorization="Bearer wrong").status == 401
        assert samples(url, authorization="Bearer open sesame")


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.5", "::"])
def test_an_address_for_others_needs_a_token(host: str) -> None:
    needed = {"LINE_CHANNEL_SECRET": "s", "LINE_CHANNEL_ACCESS_TOKEN": "t", "METRICS_HOST": host}
    assert Settings.from_env(needed).metrics_port is None, "nothing listens"
    needed["METRICS_PORT"] = "9464"
    with pytest.raises(SettingError, match="METRICS_TOKEN"):
        Settings.from_env(needed)
    assert Settings.from_env({**needed, "METRICS_TOKEN": "x"}).metrics_host == host


@pytest.fixture
def runtime(counted: Settings, courier: Courier) -> Iterator[Runtime]:
    app = make_app(counted)
    on_queues(app)
    probe_port: Runtime = app.runtime
    probe_port.courier = courier
    probe_port.app = app  # type: ignore[attr-defined]
    yield probe_port
    probe_port.database.close()


def test_a_picture_from_the_worker_to_the_chat(runtime: Runtime, house: House, line: Line) -> None:
    app = runtime.app  # type: ignore[attr-defined]
    with_painter(runtime)
    job_id = house.add(token=line.token())
    with process_metrics.serve_metrics(runtime.settings, dict) as url:
        increase = Increase(url)
        run(app, "draw", job_id)
        run(app, "deliver", job_id)
        assert increase["efude_pictures_painted_total"] == 1
        assert increase["efude_job_attempts_total{outcome=drawn}"] == 1
        assert increase["efude_job_wait_duration_seconds_count"] == 1
        assert increase["efude_job_delivery_duration_seconds_count"] == 1
        assert increase["efude_line_sends_total{kind=result,method=reply,result=sent}"] == 1
        assert increase["efude_task_duration_seconds_count{task=deliver}"] == 1


def test_a_failure_and_a_message_that_line_refuses(
    runtime: Runtime, house: House, line: Line
) -> None:
    app = runtime.app  # type: ignore[attr-defined]
    with_painter(runtime, raises(PaintError("no", permanent=True, code="unsafe")))
    job_id = house.add(token="used up long ago")
    with process_metrics.serve_metrics(runtime.settings, dict) as url:
        increase = Increase(url)
        run(app, "draw", job_id)
        run(app, "deliver", job_id)
        assert increase["efude_job_failures_total{code=unsafe}"] == 1
        assert increase["efude_job_attempts_total{outcome=failed}"] == 1
        assert increase["efude_line_sends_total{kind=result,method=reply,result=dead}"] == 1
