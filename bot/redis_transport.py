"""kombu's transport for Redis, but for one thing: losing the broker may not end a process.

When Redis dies while a message is being worked on, kombu 5.7 tries to give that message back as it
closes the channel, after it has forgotten the connection: an AttributeError, which Celery takes for
the end of the worker. The message is not lost by giving it up: Redis still holds it, and the sweep
finds its job.
"""

from __future__ import annotations

import structlog
from kombu.transport import redis

log = structlog.get_logger(__name__)


class Channel(redis.Channel):  # type: ignore[misc]
    """A channel that can always be closed."""

    def close(self) -> None:
        """Close it; what cannot be given back stays where it is."""
        try:
            super().close()
        except AttributeError as error:
            if self.connection is not None and self.connection.client is not None:
                raise
            log.info("broker lost", error=str(error))


class Transport(redis.Transport):  # type: ignore[misc]
    """With channels that can always be closed."""

    Channel = Channel
