"""A thread that repeats an action for the length of a `with`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Self


class PeriodicThread:
    """Calls `action` every `interval` seconds until it is stopped.

    An action that raises costs one round. `on_failure` is called with the exception, once for each
    time of trouble: not again before the action has succeeded. at_once: the first round comes at
    the start rather than after `interval`.
    """

    def __init__(
        self,
        name: str,
        interval: float,
        action: Callable[[], object],
        *,
        on_failure: Callable[[Exception], object],
        at_once: bool = False,
    ) -> None:
        self.interval = interval
        self._action, self._on_failure, self._at_once = action, on_failure, at_once
        self._stopped = threading.Event()
        self._failing = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()
        self._thread.join(5)

    def stop(self) -> None:
        """Begin no further round; may be called by the action itself."""
        self._stopped.set()

    def _run(self) -> None:
        if self._at_once:
            self._round()
        while not self._stopped.wait(self.interval):
            self._round()

    def _round(self) -> None:
        try:
            self._action()
            self._failing = False
        except Exception as error:
            if not self._failing:
                self._on_failure(error)
            self._failing = True
