"""kombu's transport for Redis, whose channels outlive their connection (bot.queue.lost_connection).

Messages that a lost connection leaves unacknowledged stay in Redis until the visibility timeout,
and are then delivered once more, to find nothing left to do.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty
from typing import Any

from kombu.transport import redis, virtual
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from bot.queue.lost_connection import Loss, log_loss, survives


def _is_lost(channel: Any) -> bool:
    transport = channel.connection
    return getattr(channel, "closed", False) or transport is None or transport.client is None


_ERRORS = (*redis.Transport.connection_errors, *redis.Transport.channel_errors)
_KNOWN = (*_ERRORS, Empty)


@survives(Loss(lambda qos: _is_lost(qos.channel), RedisConnectionError, _KNOWN))
class QoS(redis.QoS):  # type: ignore[misc]
    """The messages that a channel has handed out."""

    def ack(self, delivery_tag: str) -> None:
        """Acknowledge a message, which frees its place even if Redis does not answer."""
        self._settle(super().ack, delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Reject a message, which frees its place even if Redis does not answer."""
        self._settle(super().reject, delivery_tag, requeue)

    def restore_unacked_once(self, stderr: Any = None) -> None:
        """Give back what was not acknowledged, at the end of the channel or of the process."""
        try:
            super().restore_unacked_once(stderr)
        except _ERRORS as error:
            log_loss("restore_unacked_once", error)

    def _settle(self, call: Callable[..., None], delivery_tag: str, *args: bool) -> None:
        try:
            call(delivery_tag, *args)
        except _ERRORS as error:
            # Else the channel, which may go on, would count the message as under way for ever.
            virtual.QoS.ack(self, delivery_tag)
            log_loss(call.__name__, error)


@survives(Loss(_is_lost, RedisConnectionError, _KNOWN))
class Channel(redis.Channel):  # type: ignore[misc]
    """A channel that may be used, and closed, after its connection is lost."""

    QoS = QoS
    _pooled: Any = None

    def _create_client(self, asynchronous: bool = False) -> Any:
        """Return the client of the pool's connections: one as long as the pool lives.

        kombu makes a new one for each batch of messages, which takes longer than to write them.
        """
        if asynchronous:
            return super()._create_client(asynchronous)
        client = self._pooled
        if client is None or client.connection_pool is not self.pool:
            client = self._pooled = super()._create_client()
        return client

    def close(self) -> None:
        """Close the channel; messages that cannot be given back stay where they are."""
        try:
            super().close()
        except Exception as error:
            if not (isinstance(error, _ERRORS) or _is_lost(self)):
                raise
            log_loss("close", error)
            self.closed = True
            self._disconnect_pools()
            self._close_clients()
            if self.connection is not None:
                self.connection.cycle.discard(self)
                self.connection.close_channel(self)


class Transport(redis.Transport):  # type: ignore[misc]
    """With channels that outlive their connection."""

    Channel = Channel
    timeout_errors = (TimeoutError, RedisTimeoutError)
