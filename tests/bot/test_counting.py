"""A process's own counters: what is counted, where it is answered, and for whom."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import urllib3
from prometheus_client.parser import text_string_to_metric_families as parse
from structlog.testing import capture_logs

from bot import counting, tasks
from bot.delivery import Courier
from bot.runtime import Runtime
from bot.settings import SettingError, Settings
from inference.request import PaintError
from tests.bot.house import House, Line, on_queues
from tests.bot.test_drawing import raises, with_painter
from tests.bot.test_tasks import run


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        found: int = probe.getsockname()[1]
    return found


@pytest.fixture
def counted(talking: Settings) -> Settings:
    return replace(talking, metrics_port=free_port())


def ask(url: str | None, **headers: str) -> urllib3.BaseHTTPResponse:
    assert url is not None
    return urllib3.request("GET", url, headers=headers, retries=False, timeout=5)


def samples(url: str | None, **headers: str) -> dict[str, float]:
    """Every sample by its name and labels, as Prometheus writes it."""
    answer = ask(url, **headers)
    assert answer.status == 200
    found = {}
    for family in parse(answer.data.decode()):
        for it in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(it.labels.items()))
            found[f"{it.name}{{{labels}}}" if labels else it.name] = it.value
    return found


def test_off_unless_there_is_a_port(talking: Settings) -> None:
    with counting.told(talking, dict) as url:
        assert url is None
        counting.painted(1, 0.5)  # goes nowhere


def test_the_library_is_not_imported_for_nothing() -> None:
    script = "import sys, bot.tasks, bot.sending; assert 'prometheus_client' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_what_is_counted(counted: Settings) -> None:
    about: dict[str, Any] = {"slots": 4, "active": 2, "model": "mame", "still": 1.5}
    about["device_memory"] = {"used": 3, "total": 8}
    with counting.told(counted, lambda: about) as url:
        counting.painted(4, 0.7)
        counting.painted(1, 30.0)
        counting.attempted("drawn")
        counting.failed("unsafe")
        counting.sent("result", "reply", "sent")
        counting.task("draw", 0.3)
        found = samples(url)
    assert found["efude_process_pictures_total"] == 5
    assert found["efude_process_attempts_total{outcome=drawn}"] == 1
    assert found["efude_process_failures_total{code=unsafe}"] == 1
    assert found["efude_process_messages_total{end=sent,kind=result,way=reply}"] == 1
    assert found["efude_process_paint_seconds_bucket{le=1.0}"] == 1
    assert found["efude_process_paint_seconds_count"] == 2
    assert found["efude_process_task_seconds_count{task=draw}"] == 1
    assert (found["efude_process_slots"], found["efude_process_active"]) == (4, 2)
    assert found["efude_process_still_seconds"] == 1.5
    assert found["efude_process_device_memory_total_bytes"] == 8
    assert found["process_resident_memory_bytes"] > 1e6


def test_nobody_listens_any_more_at_the_end(counted: Settings) -> None:
    with counting.told(counted, dict) as url:
        pass
    with pytest.raises(urllib3.exceptions.HTTPError):
        ask(url)


def test_two_workers_of_one_machine(counted: Settings) -> None:
    with counting.told(counted, dict) as first, counting.told(counted, dict) as second:
        assert first != second
        assert {ask(it).status for it in (first, second)} == {200}


def test_a_port_that_cannot_be_had_costs_no_process(counted: Settings) -> None:
    elsewhere = replace(counted, metrics_host="192.0.2.1")  # nobody's: RFC 5737
    with capture_logs() as written, counting.told(elsewhere, dict) as url:
        assert url is None
    assert [it["event"] for it in written] == ["no metrics"]


def test_a_token_keeps_others_out(counted: Settings) -> None:
    with counting.told(replace(counted, metrics_token="open sesame"), dict) as url:
        assert ask(url).status == 401
        assert ask(url, authorization="Bearer 絵".encode().decode("latin-1")).status == 401
        assert ask(url, authorization="Bearer wrong").status == 401
        assert samples(url, authorization="Bearer open sesame")
        assert url is not None
        assert ask(url.replace("/metrics", "/")).status == 404


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.5", "::"])
def test_an_address_for_others_needs_a_token(host: str) -> None:
    needed = {"LINE_CHANNEL_SECRET": "s", "LINE_CHANNEL_ACCESS_TOKEN": "t", "METRICS_HOST": host}
    assert Settings.from_env(needed).metrics_port is None, "nothing listens"
    needed["METRICS_PORT"] = "9464"
    with pytest.raises(SettingError, match="METRICS_TOKEN"):
        Settings.from_env(needed)
    assert Settings.from_env({**needed, "METRICS_TOKEN": "x"}).metrics_host == host


# --- where it is counted


@pytest.fixture
def runtime(counted: Settings, courier: Courier) -> Iterator[Runtime]:
    app = tasks.make_app(counted)
    on_queues(app)
    found: Runtime = app.runtime
    found._courier = courier
    found.app = app  # type: ignore[attr-defined]
    yield found
    found.database.close()


def test_a_picture_from_the_worker_to_the_chat(runtime: Runtime, house: House, line: Line) -> None:
    app = runtime.app  # type: ignore[attr-defined]
    with_painter(runtime)
    job_id = house.add(token=line.token())
    with counting.told(runtime.settings, dict) as url:
        run(app, "draw", job_id)
        run(app, "deliver", job_id)
        found = samples(url)
    assert found["efude_process_pictures_total"] == 1
    assert found["efude_process_attempts_total{outcome=drawn}"] == 1
    assert found["efude_process_messages_total{end=sent,kind=result,way=reply}"] == 1
    assert found["efude_process_task_seconds_count{task=deliver}"] == 1


def test_a_failure_and_a_message_that_line_refuses(
    runtime: Runtime, house: House, line: Line
) -> None:
    app = runtime.app  # type: ignore[attr-defined]
    with_painter(runtime, raises(PaintError("no", permanent=True, code="unsafe")))
    job_id = house.add(token="used up long ago")
    with counting.told(runtime.settings, dict) as url:
        run(app, "draw", job_id)
        run(app, "deliver", job_id)
        found = samples(url)
    assert found["efude_process_failures_total{code=unsafe}"] == 1
    assert found["efude_process_attempts_total{outcome=failed}"] == 1
    assert found["efude_process_messages_total{end=dead,kind=result,way=reply}"] == 1
