"""Cancel painting between two steps, and while it waits."""

from __future__ import annotations

import time
from collections.abc import Callable

from inference.errors import PaintError, Stopped

ShouldStop = Callable[[], bool]
CheckCancelled = Callable[[], None]  # returns, or raises to cancel

POLL_SECONDS = 0.1  # between two checks while waiting


def make_cancel_check(should_stop: ShouldStop | None, timeout: float | None) -> CheckCancelled:
    """Return a function that raises Stopped once `should_stop` says so, or PaintError ("too_late").

    timeout: seconds from now after which the picture is of no use.
    """
    deadline = None if timeout is None else time.monotonic() + timeout

    def check_cancelled() -> None:
        if should_stop is not None and should_stop():
            raise Stopped("Stopped between two steps.")
        if deadline is not None and time.monotonic() > deadline:
            raise PaintError(
                f"Not painted within {timeout:g} seconds; the machine has too much to do.",
                permanent=False,
                code="too_late",
            )

    return check_cancelled
