"""Waits for a storage or a database that is away, while a painted picture is kept in memory.

An outage is no fault of the job: it costs none of its attempts, and nothing is painted twice. The
lease is kept meanwhile, and the chat has its ticket as for any picture that takes long.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.backoff import retry_delay
from bot.storage import StorageError
from inference.errors import Stopped

log = structlog.get_logger(__name__)

MAX_WAIT_SECONDS = 600.0  # then the job goes back to the queue, as if nobody had begun
RETRY_DELAYS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
_POLL_SECONDS = 0.25
_DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)

T = TypeVar("T")


class Patience:
    """Repeats calls while what they need is away.

    on_progress: called all the while, since waiting is no hang. should_stop: ends the waiting.
    on_away: called after each call that found something away.
    """

    def __init__(
        self,
        on_progress: Callable[[], object],
        should_stop: Callable[[], bool],
        on_away: Callable[[Exception], object],
    ) -> None:
        self._on_progress, self._should_stop = on_progress, should_stop
        self._on_away = on_away

    def call(self, function: Callable[[], T]) -> T:
        """Return what the function returns once nothing is away.

        Raises its error if that will not pass or has not passed for MAX_WAIT_SECONDS, and Stopped
        if it is to stop meanwhile.
        """
        started, failures = time.monotonic(), 0
        while True:
            self._on_progress()
            try:
                return function()
            except (StorageError, *_DATABASE_AWAY) as error:
                failures += 1
                waited = time.monotonic() - started
                if not is_away(error) or waited > MAX_WAIT_SECONDS:
                    raise
                _log(error, failures, round(waited, 1))
                self._on_away(error)
            self._wait(retry_delay(RETRY_DELAYS, failures))

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._should_stop():
                raise Stopped
            self._on_progress()
            time.sleep(min(left, _POLL_SECONDS))


def is_away(error: Exception) -> bool:
    """Return whether an error says that a storage or the database cannot be reached for now."""
    if isinstance(error, StorageError):
        return not error.permanent
    return isinstance(error, _DATABASE_AWAY)


def _log(error: Exception, attempt: int, waited: float) -> None:
    # The text of a database's error may quote a statement.
    reason = str(error) if isinstance(error, StorageError) else type(error).__name__
    log.warning("job.awaits_service", attempt=attempt, waited=waited, error=reason)
