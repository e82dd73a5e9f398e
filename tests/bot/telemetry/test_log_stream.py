"""The stream of log lines: in a real Valkey, and without one."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog

from bot.cli import main
from bot.settings import Settings
from bot.telemetry import log_stream, logs
from bot.telemetry.log_stream import STREAM_KEY, LogStream
from tests.bot.harness import SECRET, TOKEN
from tests.bot.valkey import Valkey, valkey

AWAY = "redis://127.0.0.1:9/0"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with valkey(tmp_path_factory.mktemp("valkey")) as entry:
        yield entry


@pytest.fixture
def broker(server: Valkey) -> Valkey:
    server.client.flushdb()
    return server


@pytest.fixture
def with_broker(settings: Settings, broker: Valkey) -> Settings:
    return replace(settings, broker_url=broker.url, log_stream_max_lines=100)


@pytest.fixture
def stream(with_broker: Settings) -> Iterator[LogStream]:
    entry = LogStream(with_broker)
    yield entry
    entry.close()


def kept(broker: Valkey) -> list[dict[str, Any]]:
    entries: Any = broker.client.xrange(STREAM_KEY)
    return [json.loads(fields["line"]) for _, fields in entries]


def until(probe: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not probe():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def line(event: str, **fields: Any) -> str:
    return json.dumps({"event": event, "level": "info", **fields}, ensure_ascii=False)


def test_lines_arrive_in_order(stream: LogStream, broker: Valkey) -> None:
    for number in range(50):
        stream.put(line("絵", place=number))
    stream.close(10)
    assert [entry["place"] for entry in kept(broker)] == list(range(50))
    assert stream.dropped == 0


def test_the_stream_has_a_bound(with_broker: Settings, broker: Valkey) -> None:
    stream = LogStream(replace(with_broker, log_stream_max_lines=100))
    for number in range(1500):
        stream.put(line("x", place=number))
    stream.close(10)
    collected = kept(broker)
    assert collected[-1]["place"] == 1499
    assert len(collected) < 400, "about a hundred: Redis cuts by whole blocks"


def test_a_line_has_a_bound_and_stays_json(stream: LogStream, broker: Valkey) -> None:
    stream.put(line("boom", exception="x" * 100_000, number="4F7-K2M"))
    stream.put(line("wide", number="4F7-K2M", **{f"n{index}": "y" * 2900 for index in range(20)}))
    stream.close(10)
    boom, wide = kept(broker)
    assert 2000 < len(boom["exception"]) < 4000
    assert wide == {"level": "info", "event": "wide", "number": "4F7-K2M"}


def test_without_redis_a_process_goes_on_and_counts(settings: Settings) -> None:
    stream = LogStream(replace(settings, broker_url=AWAY))
    slowest = 0.0
    for number in range(log_stream._MAX_PENDING + 500):
        started = time.perf_counter()
        stream.put(line("x", place=number))
        slowest = max(slowest, time.perf_counter() - started)
    assert slowest < 1.0, "nothing waits for the network (which has seconds)"
    assert stream.dropped == 500
    stream.close(5)


def test_a_broker_that_comes_back_gets_what_waited_and_the_count(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with valkey(tmp_path_factory.mktemp("other")) as server:
        server.stop()
        stream = LogStream(replace(settings, broker_url=server.url, log_stream_max_lines=10_000))
        for number in range(log_stream._MAX_PENDING + 7):
            stream.put(line("x", place=number))
        time.sleep(0.3)
        server.start()
        until(lambda: len(kept(server)) == log_stream._MAX_PENDING + 1)
        first, *rest = kept(server)
        assert (first["event"], first["lost"]) == ("log_stream.lines_dropped", 7)
        assert rest[-1]["place"] == log_stream._MAX_PENDING - 1
        stream.close()


def test_a_forked_child_writes_by_itself(stream: LogStream, broker: Valkey) -> None:
    stream.put(line("parent"))
    until(lambda: len(kept(broker)) == 1)
    child = os.fork()
    if not child:
        stream.put(line("child"))
        stream.close(10)
        os._exit(0)
    os.waitpid(child, 0)
    assert [entry["event"] for entry in kept(broker)] == ["parent", "child"]


def test_which_processes_have_one(settings: Settings) -> None:
    assert log_stream.for_process(replace(settings, broker_url="amqp://x")) is None
    assert (
        log_stream.for_process(replace(settings, broker_url=AWAY, log_stream_max_lines=0)) is None
    )
    assert log_stream.for_process(replace(settings, broker_url=AWAY)) is not None


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_is_logged_is_in_the_stream_too_and_masked(
    stream: LogStream,
    broker: Valkey,
    own_logs: None,
    capsys: pytest.CaptureFixture[str],
    form: str,
) -> None:
    logs.configure("worker", form, stream)
    structlog.configure(cache_logger_on_first_use=False)
    someone = "U" + "ab" * 16
    log = structlog.get_logger("x")
    log.info("drawn", number="4F7-K2M", prompt="ひみつ", said=f"of {someone}")
    try:
        raise RuntimeError(f"Bearer abc.def of {someone}")
    except RuntimeError:
        log.exception("failed")
    stream.close(10)
    drawn, failed = kept(broker)
    assert (drawn["event"], drawn["number"], drawn["process"]) == ("drawn", "4F7-K2M", "worker")
    assert drawn["pid"] == os.getpid()
    assert "RuntimeError" in failed["exception"]
    written = capsys.readouterr().out + json.dumps([drawn, failed], ensure_ascii=False)
    for personal in ("ひみつ", someone, "abc.def"):
        assert personal not in written


# --- the command


@pytest.fixture
def shown(
    with_broker: Settings,
    own_logs: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., str]:
    def run(*words: str, status: int = 0, **fields: str) -> str:
        monkeypatch.setenv("LINE_CHANNEL_SECRET", SECRET)
        monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", TOKEN)
        monkeypatch.setenv("BROKER_URL", with_broker.broker_url)
        for name, value in fields.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        assert main(["logs", *words]) == status
        printed = capsys.readouterr()
        return printed.err if status else printed.out

    return run


def events(text: str) -> list[str]:
    return [json.loads(entry)["event"] for entry in text.splitlines()]


def test_filters(shown: Callable[..., str], stream: LogStream) -> None:
    worker = {"process": "worker", "host": "a", "pid": 1}
    stream.put(line("one", number="4F7-K2M", **worker))
    stream.put(line("two", job="abc", process="web", host="b", pid=2))
    stream.put(json.dumps({"event": "three", "level": "error", "exception": "Trace: boom"}))
    stream.close(10)
    assert events(shown("--json")) == ["one", "two", "three"]
    assert events(shown("--json", "-n", "1")) == ["three"]
    assert events(shown("--json", "--level", "warning")) == ["three"]
    assert events(shown("--json", "--job", "4f7k2m")) == ["one"]
    assert events(shown("--json", "--job", "abc")) == ["two"]
    for name in ("worker", "a", "a:1"):
        assert events(shown("--json", "--worker", name)) == ["one"]
    assert events(shown("--json", "--text", "boom")) == ["three"]
    text = shown()
    assert "worker@a:1  one" in text
    assert text.endswith("Trace: boom\n")


def test_following(with_broker: Settings, stream: LogStream) -> None:
    stream.put(line("old"))
    stream.close(10)
    client = log_stream.connect(with_broker, read_timeout=5)
    collected: list[str] = []

    def follow() -> None:
        for entry in log_stream.tail(client, 10, follow=True):
            collected.append(entry["event"])
            if entry["event"] == "end":
                return

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    until(lambda: collected == ["old"])
    later = LogStream(with_broker)
    later.put(line("new"))
    later.put(line("end"))
    thread.join(10)
    later.close()
    client.close()
    assert collected == ["old", "new", "end"]


def test_where_there_are_no_lines_one_is_told_why(shown: Callable[..., str]) -> None:
    assert shown() == ""
    assert "stdout" in shown(status=1, BROKER_URL="amqp://user:hidden@127.0.0.1:9//")
    away = shown(status=1, BROKER_URL=AWAY, LOG_STREAM_MAX_LINES="10")
    assert "cannot be reached" in away
    assert "LOG_STREAM_MAX_LINES" in shown(status=1, BROKER_URL=AWAY, LOG_STREAM_MAX_LINES="0")
