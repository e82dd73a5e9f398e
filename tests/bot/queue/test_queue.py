"""Celery's configuration, and publishing that never keeps anybody waiting."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
import structlog
from celery import Celery
from kombu.exceptions import OperationalError

from bot.queue.app import GPU, IO, TaskMessage, make_celery, publish
from bot.queue.publisher import Publisher
from bot.settings import Settings
from bot.tasks.app import make_app
from bot.telemetry import logs
from tests.bot.harness import on_queues

TASKS = {
    *("read_inbox", "draw", "deliver", "send", "offer_ticket", "show_loading", "erase"),
    *("know_person", "fetch_photo", "erase_photo", "sweep", "offer_tickets", "forget"),
}


@pytest.fixture
def celery(settings: Settings) -> Celery:
    app = make_celery(settings)
    on_queues(app)
    return app


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# --- configuration


def test_a_message_is_acknowledged_after_the_work(celery: Celery) -> None:
    conf = celery.conf
    assert conf.task_acks_late is True
    assert conf.task_reject_on_worker_lost is True
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_ignore_result is True
    assert conf.broker_connection_retry_on_startup is True
    assert conf.worker_hijack_root_logger is False
    assert conf.task_publish_retry_policy["max_retries"] == 1
    assert [task_queue.name for task_queue in conf.task_queues] == [GPU, IO]


def test_only_json_is_accepted(celery: Celery) -> None:
    """Pickle would let whoever reaches the broker run code here."""
    assert celery.conf.accept_content == ["json"]
    assert celery.conf.task_serializer == "json"


def test_every_call_to_redis_has_a_timeout(settings: Settings) -> None:
    for url in ("redis://h/0", "rediss://h/0"):
        options = make_celery(replace(settings, broker_url=url)).conf.broker_transport_options
        assert 0 < options["socket_timeout"] <= 5
        assert 0 < options["socket_connect_timeout"] <= 5
        assert options["visibility_timeout"] >= 3600
    rabbit = make_celery(replace(settings, broker_url="amqp://h")).conf
    assert rabbit.broker_transport_options["confirm_publish"] is True


def test_a_broker_that_refuses_holds_no_worker_up(settings: Settings) -> None:
    app = make_celery(replace(settings, broker_url="redis://127.0.0.1:9/0"))
    with pytest.raises(OperationalError):  # the first one imports the client
        publish(app, TaskMessage("deliver", "x"))
    started = time.monotonic()
    with pytest.raises(OperationalError):
        publish(app, TaskMessage("deliver", "x"))
    assert time.monotonic() - started < 2.0


def test_the_clock(settings: Settings) -> None:
    app = make_celery(replace(settings, sweep_interval_seconds=7.0, ticket_after_seconds=3.0))
    schedule = app.conf.beat_schedule
    assert {each["task"] for each in schedule.values()} == {"sweep", "offer_tickets", "forget"}
    assert schedule["sweep"]["schedule"] == 7.0
    assert schedule["tickets"]["schedule"] == 1.0, "often enough for a short window"
    for each in schedule.values():
        assert each["options"] == {"queue": IO, "expires": each["schedule"] * 2}


def test_two_applications_do_not_share_settings(settings: Settings) -> None:
    first = make_celery(settings)
    second = make_celery(replace(settings, sweep_interval_seconds=99.0))
    assert first.conf.beat_schedule["sweep"]["schedule"] != 99.0
    assert second.conf.beat_schedule["sweep"]["schedule"] == 99.0


def test_every_task_has_its_door(settings: Settings) -> None:
    app = make_app(settings)
    assert {name for name in app.tasks if not name.startswith("celery.")} == TASKS
    assert {TaskMessage(name, "x").queue for name in TASKS if name != "draw"} == {IO}
    assert TaskMessage("draw", "x").queue == GPU
    published = {each["task"] for each in app.conf.beat_schedule.values()}
    assert published <= TASKS


# --- publishing


def test_messages_reach_the_queue_that_is_read_for_them(celery: Celery) -> None:
    publish(celery, TaskMessage("draw", "of no interest"))
    publish(celery, TaskMessage("deliver", "b"))
    assert on_queues(celery) == [TaskMessage("draw"), TaskMessage("deliver", "b")]


def test_the_publisher_publishes_in_order_and_to_the_end(celery: Celery) -> None:
    publisher = Publisher(celery, lambda lost: None)
    messages = [TaskMessage("deliver", str(number)) for number in range(250)]
    publisher.put(messages[:100])
    publisher.put(messages[100:])
    publisher.close(10)
    assert on_queues(celery) == messages


def test_a_published_message_is_celerys_own(settings: Settings) -> None:
    """Whether `publish`, the publisher or Celery's `send_task` writes it."""
    app = make_app(settings)
    on_queues(app)
    publisher = Publisher(app, lambda lost: None)
    publisher.put([TaskMessage("deliver", "x")])
    publisher.close(10)
    publish(app, TaskMessage("deliver", "x"))
    app.send_task("deliver", args=["x"], queue=IO)
    with app.connection_for_read() as connection, connection.channel() as channel:
        queue = app.conf.task_queues[1](channel)
        *ours, celerys = (queue.get(no_ack=True) for _ in range(3))
    for message in ours:
        assert message.payload == celerys.payload
        assert message.content_type == celerys.content_type
        assert message.content_encoding == celerys.content_encoding
        assert message.headers["id"] == message.properties["correlation_id"]
        assert message.headers.keys() == celerys.headers.keys()
        for name in ("task", "lang", "retries", "parent_id", "group", "eta", "expires"):
            assert message.headers[name] == celerys.headers[name], name


def test_what_the_broker_does_not_take_is_told(settings: Settings) -> None:
    app = make_celery(replace(settings, broker_url="redis://127.0.0.1:9/0"))
    lost: list[TaskMessage] = []
    event = threading.Event()

    def on_lost(messages: list[TaskMessage]) -> None:
        lost.extend(messages)
        event.set()

    publisher = Publisher(app, on_lost)
    messages = [TaskMessage("draw", str(number)) for number in range(3)]
    started = time.monotonic()
    publisher.put(messages)
    assert time.monotonic() - started < 0.5
    until(lambda: len(lost) == 3)
    assert lost == messages
    publisher.close(0.1)


def test_a_publisher_survives_whatever_it_is_told(settings: Settings, own_logs: None) -> None:
    """It is the only one of its process: its end would be noticed by nobody."""
    logs.configure("web", "json")
    structlog.configure(cache_logger_on_first_use=False)
    app = make_celery(replace(settings, broker_url="redis://127.0.0.1:9/0"))
    calls: list[int] = []

    def on_lost(messages: list[TaskMessage]) -> None:
        calls.append(len(messages))
        raise RuntimeError("the database is away, too")

    publisher = Publisher(app, on_lost)
    publisher.put([TaskMessage("draw", "a")])
    until(lambda: len(calls) == 1)
    publisher.put([TaskMessage("draw", "b")])
    until(lambda: len(calls) == 2)
    publisher.close(0.1)


def test_a_full_publisher_drops_rather_than_waits(settings: Settings) -> None:
    app = make_celery(replace(settings, broker_url="redis://127.0.0.1:9/0"))
    hold = threading.Event()
    publisher = Publisher(app, lambda lost: until(hold.is_set, 20))
    started = time.monotonic()
    publisher.put([TaskMessage("draw", str(number)) for number in range(25_000)])
    assert time.monotonic() - started < 3.0
    hold.set()


def test_whoever_connects_first_has_our_transport() -> None:
    script = (
        "import bot.tasks.watchdog; from kombu import Connection\n"
        "for name in ('redis', 'rediss', 'amqp', 'amqps'):\n"
        "    found = Connection(f'{name}://127.0.0.1:9/0', ssl={}).get_transport_cls()\n"
        "    print(found.__module__, found.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    redis, amqp = "bot.queue.redis_transport", "bot.queue.amqp_transport"
    expected = [f"{redis} Transport"] * 2 + [f"{amqp} Transport", f"{amqp} SSLTransport"]
    assert done.stdout.splitlines() == expected
