"""Celery's configuration, and publishing that never keeps anybody waiting."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from celery import Celery
from kombu import Queue
from kombu.exceptions import OperationalError

from bot import logs
from bot.queue import GPU, IO, Publisher, Wake, make_celery, publish
from bot.settings import Settings
from bot.tasks import make_app
from tests.bot.house import on_queues
from tests.bot.valkey import valkey

TASKS = {
    *("draw", "deliver", "send", "offer_ticket", "show_loading", "erase"),
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
    assert [it.name for it in conf.task_queues] == [GPU, IO]


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
        publish(app, Wake("deliver", "x"))
    started = time.monotonic()
    with pytest.raises(OperationalError):
        publish(app, Wake("deliver", "x"))
    assert time.monotonic() - started < 2.0


def test_the_clock(settings: Settings) -> None:
    app = make_celery(replace(settings, sweep_seconds=7.0, ticket_after=3.0))
    schedule = app.conf.beat_schedule
    assert {it["task"] for it in schedule.values()} == {"sweep", "offer_tickets", "forget"}
    assert schedule["sweep"]["schedule"] == 7.0
    assert schedule["tickets"]["schedule"] == 1.0, "often enough for a short window"
    for it in schedule.values():
        assert it["options"] == {"queue": IO, "expires": it["schedule"] * 2}


def test_two_applications_do_not_share_settings(settings: Settings) -> None:
    first = make_celery(settings)
    second = make_celery(replace(settings, sweep_seconds=99.0))
    assert first.conf.beat_schedule["sweep"]["schedule"] != 99.0
    assert second.conf.beat_schedule["sweep"]["schedule"] == 99.0


def test_every_task_has_its_door(settings: Settings) -> None:
    app = make_app(settings)
    assert {name for name in app.tasks if not name.startswith("celery.")} == TASKS
    assert {Wake(name, "x").queue for name in TASKS if name != "draw"} == {IO}
    assert Wake("draw", "x").queue == GPU
    published = {it["task"] for it in app.conf.beat_schedule.values()}
    assert published <= TASKS


# --- publishing


def test_messages_reach_the_queue_that_is_read_for_them(celery: Celery) -> None:
    publish(celery, Wake("draw", "a"))
    publish(celery, Wake("deliver", "b"))
    assert on_queues(celery) == [Wake("draw", "a"), Wake("deliver", "b")]


def test_the_publisher_publishes_in_order_and_to_the_end(celery: Celery) -> None:
    publisher = Publisher(celery, lambda lost: None)
    wakes = [Wake("draw", str(number)) for number in range(250)]
    publisher.put(wakes[:100])
    publisher.put(wakes[100:])
    publisher.close(10)
    assert on_queues(celery) == wakes


def test_what_the_publisher_writes_celery_can_run(settings: Settings) -> None:
    """Its messages are made by hand: a worker's consumer must take them for Celery's own."""
    app = make_app(settings)
    on_queues(app)
    publisher = Publisher(app, lambda lost: None)
    publisher.put([Wake("deliver", "by hand")])
    publisher.close(10)
    publish(app, Wake("deliver", "by Celery"))
    with app.connection_for_read() as connection, connection.channel() as channel:
        queue = app.conf.task_queues[1](channel)
        by_hand, by_celery = queue.get(no_ack=True), queue.get(no_ack=True)
    assert by_hand.payload == [["by hand"], *by_celery.payload[1:]]
    assert (by_hand.content_type, by_hand.content_encoding) == (
        by_celery.content_type,
        by_celery.content_encoding,
    )
    assert by_hand.headers["id"] == by_hand.properties["correlation_id"]
    for name in ("task", "lang", "retries", "parent_id", "group", "eta", "expires"):
        assert by_hand.headers[name] == by_celery.headers[name], name


def test_what_the_broker_does_not_take_is_told(settings: Settings) -> None:
    app = make_celery(replace(settings, broker_url="redis://127.0.0.1:9/0"))
    lost: list[Wake] = []
    told = threading.Event()

    def on_lost(wakes: list[Wake]) -> None:
        lost.extend(wakes)
        told.set()

    publisher = Publisher(app, on_lost)
    wakes = [Wake("draw", str(number)) for number in range(3)]
    started = time.monotonic()
    publisher.put(wakes)
    assert time.monotonic() - started < 0.5
    until(lambda: len(lost) == 3)
    assert lost == wakes
    publisher.close(0.1)


def test_a_publisher_survives_whatever_it_is_told(settings: Settings, own_logs: None) -> None:
    """It is the only one of its process: its end would be noticed by nobody."""
    logs.set_up("web", "json")
    structlog.configure(cache_logger_on_first_use=False)
    app = make_celery(replace(settings, broker_url="redis://127.0.0.1:9/0"))
    calls: list[int] = []

    def on_lost(wakes: list[Wake]) -> None:
        calls.append(len(wakes))
        raise RuntimeError("the database is away, too")

    publisher = Publisher(app, on_lost)
    publisher.put([Wake("draw", "a")])
    until(lambda: len(calls) == 1)
    publisher.put([Wake("draw", "b")])
    until(lambda: len(calls) == 2)
    publisher.close(0.1)


def test_a_full_publisher_drops_rather_than_waits(settings: Settings) -> None:
    app = make_celery(replace(settings, broker_url="redis://127.0.0.1:9/0"))
    hold = threading.Event()
    publisher = Publisher(app, lambda lost: until(hold.is_set, 20))
    started = time.monotonic()
    publisher.put([Wake("draw", str(number)) for number in range(25_000)])
    assert time.monotonic() - started < 3.0
    hold.set()


def test_whoever_connects_first_has_our_transport() -> None:
    script = (
        "import bot.watchdog; from kombu import Connection\n"
        "print(Connection('rediss://127.0.0.1:9/0').transport_cls, end=' ')\n"
        "print(Connection('redis://127.0.0.1:9/0').get_transport_cls().__module__, end='')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "rediss bot.redis_transport"


def test_losing_redis_over_a_message_ends_no_process(tmp_path: Path, settings: Settings) -> None:
    """Celery forgets the connection, then closes it: the message cannot be given back any more."""
    with valkey(tmp_path) as server:
        app = make_celery(replace(settings, broker_url=server.url))
        publish(app, Wake("deliver", "x"))
        connection = app.connection_for_read()
        message = Queue(IO)(connection.default_channel).get()
        assert message is not None, "nobody acknowledges it"
        server.stop()
        connection.transport.client = None  # what is left by a collect() that failed half-way
        with suppress(*connection.connection_errors):
            connection.release()
    app.close()
