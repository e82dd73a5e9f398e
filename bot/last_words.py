"""What a process says when it cannot start or go on, where those find it who were not there.

A traceback on stderr is seen by whoever started the process. The line that is written here is in
the live log, too, and reaches Sentry.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import logs
from bot.settings import SettingError

log = structlog.get_logger(__name__)

_OURS = ("bot.", "inference.")  # errors that say themselves what to do


@contextmanager
def spoken() -> Iterator[None]:
    """Log what ends the block, wait until that is carried away, and raise it again.

    A SettingError passes: what is told about it, is told on stderr before there are logs.
    """
    try:
        yield
    except SettingError:
        raise
    except Exception as error:
        ours, meaning = type(error).__module__.startswith(_OURS), str(error)
        if isinstance(error, SQLAlchemyError):
            meaning = "The database cannot be used. Look with: python -m bot doctor"
        log.critical(
            "cannot go on",
            error=type(error).__name__,
            meaning=meaning,
            exc_info=None if ours else error,
        )
        logs.flush()
        raise
