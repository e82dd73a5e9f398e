"""A worker that paints without torch: python -m tests.scenarios.stub_worker.

For the stories that are not about painting. All but the model is real: the process, the tasks, the
steps with their pauses, the PNG files in the sizes and with the seeds that were asked for. It
starts in a second or two instead of ten.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time

import numpy as np

import inference
from bot.cli import main
from inference.cancellation import POLL_SECONDS, CheckCancelled, ShouldStop, make_cancel_check
from inference.defaults import resolve_seeds, resolve_sizes
from inference.errors import Closed
from inference.images.encode import encode_picture
from inference.models.catalog import ModelInfo
from inference.request import DrawRequest, Picture
from inference.status import OnStep, Status, StepRate

STEP_SECONDS = float(os.environ.get("STUB_STEP_SECONDS", "0.01"))
NATIVE_SIZE = 64  # pixels
PROMPT_LIMIT = 75  # characters that the stub "reads": about as many as a model has tokens


class StubPainter:
    """A Painter (see inference.painter) of plain colours, one for each request and seed.

    slots: requests painted at once.
    """

    blur_borderline = False

    def __init__(self, name: str, slots: int) -> None:
        self.slots = slots
        self.info = ModelInfo(
            name=name,
            device="cpu",
            dtype="float32",
            native_size=NATIVE_SIZE,
            default_steps=20,
            default_guidance=7.5,
            license="none",
            safety_checker=False,
        )
        self._places = threading.Semaphore(slots)
        self._lock = threading.Lock()
        self._waiting = self._active = self._steps = self._encoded = 0
        self._rate = StepRate()
        self._closed = threading.Event()

    def status(self) -> Status:
        """Return what is waiting and being painted."""
        with self._lock:
            return Status(
                waiting=self._waiting,
                active=self._active,
                unet_rows=2 * self._active,
                slots=self.slots,
                unet_calls=self._steps,
                steps_per_second=self._rate.per_second(),
                requests=(),
                side_tasks=self._encoded,
            )

    def split_at_token_limit(self, prompt: str) -> tuple[str, str]:
        """Split the prompt at PROMPT_LIMIT characters."""
        return prompt[:PROMPT_LIMIT], prompt[PROMPT_LIMIT:]

    def paint(
        self,
        request: DrawRequest,
        *,
        on_step: OnStep | None = None,
        should_stop: ShouldStop | None = None,
        timeout: float | None = None,
    ) -> list[Picture]:
        """Pause for each step, then return pictures. Raises as inference.painter.Painter says."""
        request.check()
        check_cancelled = make_cancel_check(should_stop, timeout)
        self._count(waiting=1)
        try:
            while not self._places.acquire(timeout=POLL_SECONDS):
                self._check(check_cancelled)
        finally:
            self._count(waiting=-1)
        self._count(active=1)
        try:
            return self._paint(request, on_step, check_cancelled)
        finally:
            self._count(active=-1)
            self._places.release()

    def _paint(
        self, request: DrawRequest, on_step: OnStep | None, check_cancelled: CheckCancelled
    ) -> list[Picture]:
        steps = request.steps or self.info.default_steps
        for step in range(1, steps + 1):
            self._check(check_cancelled)
            time.sleep(STEP_SECONDS)
            self._count(steps=1)
            self._rate.record(request.count)
            if on_step:
                on_step(step, steps)
        _painted, (width, height) = resolve_sizes(request.width, request.height, NATIVE_SIZE)
        pictures = []
        for seed in resolve_seeds(request):
            self._check(check_cancelled)
            digest = hashlib.sha256(repr((request, seed)).encode()).digest()
            colour = np.frombuffer(digest[:3], np.uint8)
            pixels = np.full((height, width, 3), colour, dtype=np.uint8)
            size = (width, height)
            pictures.append(encode_picture(pixels, size=size, seed=seed, model=self.info.name))
            self._count(encoded=1)
        return pictures

    def close(self) -> None:
        """End within a step."""
        self._closed.set()

    def _check(self, check_cancelled: CheckCancelled) -> None:
        if self._closed.is_set():
            raise Closed()
        check_cancelled()

    def _count(self, waiting: int = 0, active: int = 0, steps: int = 0, encoded: int = 0) -> None:
        with self._lock:
            self._waiting += waiting
            self._active += active
            self._steps += steps
            self._encoded += encoded


def load_stub(model: str | None = None, *, slots: int | None = None, **_: object) -> StubPainter:
    """Stand in for inference.load_painter."""
    return StubPainter(str(model), slots or 4)


if __name__ == "__main__":
    setattr(inference, "load_painter", load_stub)  # noqa: B010  (of another type, on purpose)
    raise SystemExit(main(["worker"]))
