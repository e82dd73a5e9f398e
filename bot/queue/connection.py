"""Celery's connections to the broker, which come back soon and give up soon.

Celery has no settings for either: its consumer waits up to half a minute between two tries to
connect, and a publish that a standing server does not answer is tried again, and waits again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import kombu
from celery.app.amqp import AMQP as CeleryAMQP
from kombu.connection import ConnectionPool, PooledConnection
from kombu.exceptions import OperationalError

MAX_RECONNECT_SECONDS = 2.0


class _Impatient(kombu.Connection):  # type: ignore[misc]
    """A connection that is tried anew every second or two, and published on for one time-out."""

    def ensure_connection(
        self,
        errback: Callable[[Exception, float], object] | None = None,
        max_retries: int | None = None,
        interval_start: float = 1.0,
        interval_step: float = 1.0,
        interval_max: float = MAX_RECONNECT_SECONDS,
        **options: Any,
    ) -> _Impatient:
        """Connect, or try again after `interval_start` to `interval_max` seconds.

        errback: called with each error and the seconds until the next try. Raises
        OperationalError after `max_retries` (None: never).
        """
        super().ensure_connection(
            errback, max_retries, interval_start, interval_step, interval_max, **options
        )
        return self

    def ensure(
        self, obj: Any, fun: Callable[..., Any], *args: Any, **policy: Any
    ) -> Callable[..., Any]:
        """Return `fun` so that it is tried again on a new connection, but not after a time-out.

        Raises OperationalError if the broker is away or does not answer.
        """

        @wraps(fun)
        def once(*fun_args: Any, **fun_kwargs: Any) -> Any:
            try:
                return fun(*fun_args, **fun_kwargs)
            except getattr(self.get_transport_cls(), "timeout_errors", ()) as error:
                self.collect()  # an answer that comes late must not be taken for the next one's
                raise OperationalError("The broker did not answer in time.") from error

        ensured: Callable[..., Any] = super().ensure(obj, once, *args, **policy)
        return ensured

    def _extract_failover_opts(self) -> dict[str, Any]:
        # Connecting on the way to a channel: `ensure` tries again, not both.
        options: dict[str, Any] = super()._extract_failover_opts()
        return options | {"max_retries": 0}

    def Pool(self, limit: int | None = None, **_more: Any) -> ConnectionPool:
        """Return a pool of connections like this one, at most `limit` (None: any number)."""
        return _Pool(self, limit)


class Connection(_Impatient):
    """A connection of its own."""


class _PooledConnection(_Impatient, PooledConnection):  # type: ignore[misc]
    """A connection of a pool, which replaces it after an error."""


class _Pool(ConnectionPool):  # type: ignore[misc]
    def new(self) -> PooledConnection:
        return _PooledConnection(self, **dict(self.connection._info(resolve=False)))


class AMQP(CeleryAMQP):  # type: ignore[misc]
    """What an application connects by."""

    Connection = Connection
