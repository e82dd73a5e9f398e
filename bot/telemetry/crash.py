"""Log why a process cannot start or go on.

A traceback on stderr reaches only whoever started the process; this line also reaches the live log
and Sentry.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.settings import SettingError
from bot.telemetry import logs

log = structlog.get_logger(__name__)

_OWN_PACKAGES = ("bot.", "inference.")  # their error messages say what to do


@contextmanager
def log_fatal() -> Iterator[None]:
    """Log the exception that ends the block, flush the logs, and re-raise it.

    A SettingError passes unlogged: it is printed to stderr before logging is configured.
    """
    try:
        yield
    except SettingError:
        raise
    except Exception as error:
        is_own = type(error).__module__.startswith(_OWN_PACKAGES)
        meaning = str(error)
        if isinstance(error, SQLAlchemyError):
            meaning = "The database cannot be used. Run: python -m bot doctor"
        log.critical(
            "process.crashed",
            error=type(error).__name__,
            meaning=meaning,
            exc_info=None if is_own else error,
        )
        logs.flush()
        raise
