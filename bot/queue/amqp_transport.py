"""kombu's transport for RabbitMQ, whose channels outlive their connection (lost_connection)."""

from __future__ import annotations

from typing import Any

from amqp.exceptions import RecoverableConnectionError
from kombu.transport import pyamqp

from bot.queue.lost_connection import Loss, survives


def _channel_is_lost(channel: Any) -> bool:
    return channel.connection is None or not channel.connection.connected


_KNOWN = (
    *(*pyamqp.Transport.connection_errors, *pyamqp.Transport.channel_errors),
    *pyamqp.Transport.recoverable_connection_errors,
    *pyamqp.Transport.recoverable_channel_errors,
)


@survives(Loss(_channel_is_lost, RecoverableConnectionError, _KNOWN))
class Channel(pyamqp.Channel):  # type: ignore[misc]
    """A channel that may be used, and closed, after its connection is lost."""


@survives(Loss(lambda connection: not connection.connected, RecoverableConnectionError, _KNOWN))
class Connection(pyamqp.Connection):  # type: ignore[misc]
    """A connection that raises its own errors once it is lost, with channels that outlive it."""

    Channel = Channel


class Transport(pyamqp.Transport):  # type: ignore[misc]
    """With channels that outlive their connection."""

    Connection = Connection
    timeout_errors = (TimeoutError,)


class SSLTransport(pyamqp.SSLTransport):  # type: ignore[misc]
    """The same, encrypted."""

    Connection = Connection
    timeout_errors = (TimeoutError,)
