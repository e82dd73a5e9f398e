"""Whether a picture is still wanted: asked between steps, and while waiting."""

from __future__ import annotations

import time
from collections.abc import Callable

from inference.request import PaintError, Stopped

ShouldStop = Callable[[], bool]


def looking(should_stop: ShouldStop | None, timeout: float | None) -> Callable[[], None]:
    """A function that raises Stopped once `should_stop` says so, or PaintError ("too_late").

    timeout: seconds from now after which the picture is of no use.
    """
    until = None if timeout is None else time.monotonic() + timeout

    def look() -> None:
        if should_stop is not None and should_stop():
            raise Stopped("Stopped between two steps.")
        if until is not None and time.monotonic() > until:
            raise PaintError(
                f"Not painted within {timeout:g} seconds; the machine has too much to do.",
                permanent=False,
                code="too_late",
            )

    return look
