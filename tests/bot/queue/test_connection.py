"""Connections to the broker: soon there again, and no publish that waits for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from celery import Celery
from kombu.exceptions import OperationalError
from redis import Redis
from redis import TimeoutError as RedisTimeoutError

from bot.broker_address import parse_broker_url
from bot.queue.app import TaskMessage, make_celery, publish
from bot.queue.connection import MAX_RECONNECT_SECONDS, Connection
from bot.queue.publisher import Publisher
from bot.settings import Settings
from tests.bot.harness import on_queues
from tests.bot.valkey import Valkey, valkey

GIVEN_UP_WITHIN = 5.0
WAKE = TaskMessage("deliver", "x")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Valkey]:
    with valkey(tmp_path) as running:
        yield running


@pytest.fixture
def app(server: Valkey, settings: Settings) -> Celery:
    return make_celery(replace(settings, broker_url=server.url))


def seconds_of(call: Callable[[], object]) -> float:
    started = time.monotonic()
    with suppress(OperationalError):
        call()
        pytest.fail("it was published")
    return time.monotonic() - started


def test_a_publish_does_not_wait_for_a_server_that_stands_still(
    app: Celery, server: Valkey, settings: Settings
) -> None:
    """Neither on a connection that was good a moment ago, nor on a new one."""
    publish(app, WAKE)
    with server.stopped():
        assert seconds_of(lambda: publish(app, WAKE)) < GIVEN_UP_WITHIN
        assert seconds_of(lambda: publish(app, WAKE)) < GIVEN_UP_WITHIN
        another = make_celery(replace(settings, broker_url=f"{server.url}?"))
        assert seconds_of(lambda: publish(another, WAKE)) < GIVEN_UP_WITHIN
    server.client.flushdb()
    publish(app, WAKE)
    assert on_queues(app) == [WAKE], "what was late is not taken for the next answer"


def test_a_command_that_is_not_answered_is_sent_once(server: Valkey) -> None:
    """redis-py can send it again, and a try to log in would be counted twice."""
    pool = parse_broker_url(server.url).redis_pool(connect_timeout=1.0, timeout=0.2)
    client = Redis.from_pool(pool)
    client.ping()
    with ThreadPoolExecutor(1) as thread:
        with server.stopped():
            tries = thread.submit(client.incr, "tries")
            wait([tries], timeout=1.0)  # who tries again is still at it when the server goes on
        with pytest.raises(RedisTimeoutError):
            tries.result()
    deadline = time.monotonic() + 10
    while server.client.get("tries") is None:
        assert time.monotonic() < deadline, "it is done when the server goes on"
        time.sleep(0.02)
    assert client.get("tries") == b"1"
    client.close()


def test_a_publisher_tells_of_a_server_that_stands_still(app: Celery, server: Valkey) -> None:
    event = threading.Event()
    publisher = Publisher(app, lambda lost: event.set())
    try:
        with server.stopped():
            publisher.put([WAKE])
            assert event.wait(GIVEN_UP_WITHIN)
    finally:
        publisher.close()


def test_a_publish_finds_a_server_that_was_restarted(app: Celery, server: Valkey) -> None:
    """It costs no message: the dead connection is replaced on the way."""
    publish(app, WAKE)
    server.stop()
    server.start()
    server.client.flushdb()
    publish(app, WAKE)
    assert on_queues(app) == [WAKE]


def test_tries_to_connect_are_never_far_apart(settings: Settings) -> None:
    """As Celery's consumer and clock connect: without a word of how long to wait."""
    app = make_celery(replace(settings, broker_url="redis://127.0.0.1:9/0"))
    waits: list[float] = []

    def errback(_error: Exception, interval: float) -> None:
        waits.append(interval)

    for connection in (app.connection_for_read(), app.connection_for_write().clone()):
        assert isinstance(connection, Connection)
        with pytest.raises(OperationalError):
            connection.ensure_connection(errback, 3)
    assert waits == [1.0, MAX_RECONNECT_SECONDS, MAX_RECONNECT_SECONDS] * 2
