"""Follow the steps of a diffusers pipeline from its callback."""

from __future__ import annotations

from collections.abc import Callable

from inference.cancellation import CheckCancelled
from inference.status import OnStep


class Interrupted(Exception):
    """Ends the pipeline's call between two steps."""


class StepMonitor:
    """Counts steps, and keeps what the caller's callbacks raise apart from the model's errors."""

    def __init__(
        self,
        pictures: int,
        on_step: OnStep | None,
        check_cancelled: CheckCancelled,
        count: Callable[[], None],
    ) -> None:
        """pictures: how many the request asks for. count(): called at every step."""
        self.pictures = pictures
        self.done = self.total = 0
        self.error: BaseException | None = None
        self._on_step = on_step
        self._check_cancelled = check_cancelled
        self._count = count

    def step(self) -> None:
        """Count a step and ask the callbacks; raises Interrupted if one of them raised."""
        self.done += 1
        self.total = max(self.total, self.done)  # some schedulers repeat a step
        try:
            self._count()
            if self._on_step:
                self._on_step(self.done, self.total)
            self._check_cancelled()
        except BaseException as error:
            self.error = error
            raise Interrupted from None
