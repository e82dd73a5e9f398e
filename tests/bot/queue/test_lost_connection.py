"""No method of a channel ends a process after its connection is gone."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from celery import Celery
from kombu import Connection, Queue

from bot.queue.amqp_transport import Connection as AmqpConnection
from bot.queue.amqp_transport import Transport as AmqpTransport
from bot.queue.app import IO, TaskMessage, make_celery, publish
from bot.queue.lost_connection import LETTING_GO
from bot.settings import Settings
from tests.bot.valkey import Valkey, valkey

TAG = "0b7e8a52-0000-4000-8000-000000000001"
ANSWERS = {"requeue": True, "multiple": False, "queue": IO, "exchange": "", "routing_key": IO}
# They belong to the object, not to the server: nothing is to be said against their errors.
LOCAL = {"validate_ssl", "symbols"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Valkey]:
    with valkey(tmp_path) as running:
        yield running


@pytest.fixture
def app(server: Valkey, settings_at: Callable[[str], Settings]) -> Iterator[Celery]:
    celery = make_celery(settings_at(server.url))
    yield celery
    celery.close()


@pytest.fixture
def settings_at(settings: Settings) -> Callable[[str], Settings]:
    from dataclasses import replace

    return lambda url: replace(settings, broker_url=url)


def arguments(method: Callable[..., Any]) -> dict[str, Any]:
    """Plausible arguments for whatever a method cannot do without."""
    needed = [
        parameter.name
        for parameter in list(inspect.signature(method).parameters.values())
        if parameter.default is parameter.empty
        and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    return {name: ANSWERS.get(name, TAG) for name in needed}


def methods(target: object) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Everything that can be called on an object, but what is Python's own."""
    for name, _ in inspect.getmembers(type(target), inspect.isfunction):
        if not name.startswith("__") and name not in LOCAL:
            yield name, getattr(target, name)


def wrong_ends(target: object, allowed: tuple[type[Exception], ...]) -> list[str]:
    """Which calls end otherwise than in silence or by an error of the transport."""
    result = []
    for name, method in methods(target):
        if inspect.isgeneratorfunction(inspect.unwrap(method)):
            continue
        try:
            method(**arguments(method))
        except allowed as error:
            if name in LETTING_GO:
                result.append(f"{name} raises {error!r}: nothing is left to let go of")
        except Exception as error:
            result.append(f"{name}: {error!r}")
    return result


def consumed(app: Celery) -> tuple[Connection, Any, Any]:
    """A connection, its channel and a message that nobody has acknowledged."""
    publish(app, TaskMessage("deliver", "x"))
    connection = app.connection_for_read()
    channel = connection.default_channel
    message = Queue(IO)(channel).get()
    assert message is not None
    return connection, channel, message


def lose(connection: Connection, how: str, server: Valkey) -> None:
    """End a connection in one of the ways in which Celery's worker does."""
    server.stop()
    with suppress(*connection.connection_errors):
        if how == "collected":
            connection.collect()
        elif how == "half collected":
            connection.transport.client = None
        else:
            connection.release()


@pytest.mark.parametrize("how", ["collected", "half collected", "released"])
@pytest.mark.parametrize("back", [False, True])
def test_every_method_of_a_dead_channel_of_redis(
    app: Celery, server: Valkey, how: str, back: bool
) -> None:
    """Whether the server is still away or back: the channel is dead."""
    connection, channel, message = consumed(app)
    errors = (*connection.connection_errors, *connection.channel_errors, Empty)
    qos = channel.qos
    lose(connection, how, server)
    if back:
        server.start()
    message.ack()
    assert wrong_ends(channel, errors) == []
    assert wrong_ends(qos, errors) == []
    connection.release()


def test_a_server_that_does_not_answer_costs_no_place(app: Celery, server: Valkey) -> None:
    """The channel may go on once the server does, and must not count the message for ever."""
    _, channel, message = consumed(app)
    channel.basic_qos(prefetch_count=1)
    assert not channel.qos.can_consume()
    server.stop()
    message.ack()
    assert channel.qos.can_consume()
    server.start()


def test_a_live_channel_reports_its_mistakes(app: Celery) -> None:
    """Only the loss of a connection is forgiven: a wrong call is not."""
    _, channel, _ = consumed(app)
    with pytest.raises(TypeError):
        channel.basic_ack()
    with pytest.raises(NotImplementedError):
        channel.flow()


def test_every_method_of_a_dead_channel_of_rabbitmq() -> None:
    connection = AmqpConnection("127.0.0.1:9")
    channels = [connection.Channel(connection, number) for number in (1, 2)]
    for channel in channels:
        connection.channels[channel.channel_id] = channel
    transport = AmqpTransport
    errors = (
        *(*transport.connection_errors, *transport.channel_errors),
        *transport.recoverable_connection_errors,
    )
    for channel in channels[:1]:  # the connection is lost, the channel not told yet
        assert wrong_ends(channel, errors) == []
    connection.collect()
    assert wrong_ends(channels[1], errors) == []
    assert wrong_ends(connection, errors) == []


def test_a_channel_keeps_one_client_for_its_pool(app: Celery) -> None:
    with app.connection_for_write() as connection:
        channel = connection.default_channel
        client = channel._create_client()
        assert client.ping()
        assert channel._create_client() is client
        channel._disconnect_pools()
        fresh = channel._create_client()
        assert fresh is not client
        assert fresh.ping()
