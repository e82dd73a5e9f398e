"""Painting with models that are not Stable Diffusion 1.x: diffusers' own pipeline, one at a time.

The door is that of inference.painter.Painter: the same requests, progress, cancelling, errors and
pictures. What is missing is the engine: requests take turns, and so do a request's pictures, since
these models are large, fill the device with one picture, and gain nothing from two at once.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from inference import catalog, families, schedulers
from inference.aside import LOOK_AROUND
from inference.auto import load_pipeline, own_checker
from inference.catalog import ModelInfo
from inference.checkpoint import Checkpoint
from inference.encoding import judged
from inference.engine import OnStep, Progress, Status
from inference.failures import free_memory, translated
from inference.looking import ShouldStop, looking
from inference.model import choose_device
from inference.options import LoadOptions
from inference.request import (
    MAX_SEED,
    DrawRequest,
    InvalidRequest,
    OutOfMemory,
    PaintError,
    Picture,
    Stopped,
    Unsafe,
)
from inference.safety import Verdict
from inference.sampler import sizes
from inference.speed import set_threads

logger = logging.getLogger(__name__)
_WINDOW = 10.0  # seconds over which the speed is told


class PipelinePainter:
    """Paints with one diffusers pipeline. Safe to share between threads: requests take turns.

    blur_borderline: as of inference.painter.Painter.
    """

    blur_borderline: bool = False

    def __init__(self, pipe: Any, checkpoint: Checkpoint, device: torch.device) -> None:
        """pipe: a text-to-image pipeline of diffusers, already on the device."""
        known, own = checkpoint.known(), checkpoint.json("mame.json")
        english = known.japanese is False if known else families.reads_english_only(pipe)
        size = known.size if known else families.native_size(pipe)
        steps = known.steps if known else families.default_steps(pipe)
        guidance = known.guidance if known else families.default_guidance(pipe)
        self.pipe = pipe
        self.safety = own_checker(pipe, checkpoint)
        self._device = device
        self._info = ModelInfo(
            name=checkpoint.name,
            device=str(device),
            dtype=str(pipe.dtype).removeprefix("torch."),
            native_size=int(own.get("native_size", size)),
            default_steps=int(own.get("default_steps", steps)),
            default_guidance=float(own.get("default_guidance", guidance)),
            license=checkpoint.license(),
            safety_checker=self.safety is not None,
            english_only=english,
        )
        self._turn, self._lock = threading.Lock(), threading.Lock()
        self._closed = threading.Event()
        self._waiting = self._ticks = 0
        self._watch: _Watch | None = None
        self._recent: deque[float] = deque(maxlen=4096)

    @classmethod
    def load(
        cls,
        checkpoint: Checkpoint,
        *,
        device: str | None = None,
        dtype: torch.dtype | None = None,
        token: str | None = None,
        options: LoadOptions | None = None,
        on_progress: Callable[[str], None] | None = None,
    ) -> PipelinePainter:
        """Load a checkpoint that `Checkpoint.for_engine` is not true of.

        device, token and options as for inference.model.load_model, but that nothing is compiled.
        Raises what inference.auto.load_pipeline does.
        """
        say = on_progress or (lambda _: None)
        options = options or LoadOptions()
        set_threads(options.threads)
        place = choose_device(device)
        pipe = load_pipeline(checkpoint, place, dtype, options=options, token=token, say=say)
        painter = cls(pipe, checkpoint, place)
        english = painter.info.english_only
        warning = catalog.warning(checkpoint.name, checkpoint.known(), english=english)
        if warning:
            logger.warning(warning)
            say(warning)
        return painter

    @property
    def info(self) -> ModelInfo:
        """What it paints with."""
        return self._info

    @property
    def slots(self) -> int:
        """The requests that are painted at once, at most."""
        return 1

    def status(self) -> Status:
        """What is waiting and being painted right now."""
        watch, now = self._watch, time.monotonic()
        active = (Progress(watch.pictures, watch.done, watch.total),) if watch else ()
        return Status(
            waiting=self._waiting,
            active=len(active),
            rows=len(active),
            slots=self.slots,
            ticks=self._ticks,
            steps_per_second=sum(at > now - _WINDOW for at in list(self._recent)) / _WINDOW,
            requests=active,
        )

    def kept_and_cut(self, prompt: str) -> tuple[str, str]:
        """What of the prompt the model reads, and what lies beyond; joined, they are the prompt."""
        return families.kept_and_cut(self.pipe, prompt)

    def paint(
        self,
        request: DrawRequest,
        *,
        on_step: OnStep | None = None,
        should_stop: ShouldStop | None = None,
        timeout: float | None = None,
    ) -> list[Picture]:
        """Paint the request's pictures, in the order of their seeds, one after the other.

        Everything is as in inference.painter.Painter.paint, but that on_step counts the steps of
        all pictures: (1, 40) to (40, 40) for two pictures of twenty steps.
        """
        look = looking(should_stop, timeout)
        request.check()
        self._refuse_what_it_cannot(request)
        first = secrets.randbelow(MAX_SEED + 1) if request.seed is None else request.seed
        seeds = [(first + i) % (MAX_SEED + 1) for i in range(request.count)]
        painted, delivered = sizes(request.width, request.height, self.info.native_size)
        with self._in_turn(look):
            self._watch = _Watch(request.count, on_step, look, self._count)
            try:
                pixels = self._pictures(request, seeds, painted, self._watch)
            finally:
                self._watch = None
            verdicts = self._verdicts(pixels)
        name = self.info.name.split("/")[-1]
        pictures = [
            judged(
                picture,
                it is not Verdict.FINE,
                may_blur=self.blur_borderline and it is Verdict.BORDERLINE,
                size=delivered,
                seed=seed,
                model=name,
            )
            for picture, seed, it in zip(pixels, seeds, verdicts, strict=True)
        ]
        if all(it.flagged and not it.blurred for it in pictures):
            raise Unsafe("The safety checker refused every picture; another prompt may do better.")
        return pictures

    def close(self) -> None:
        """Let go of the model within a step; paint() under way raises Stopped."""
        self._closed.set()
        with self._turn:
            self.pipe = None
        free_memory()

    def _refuse_what_it_cannot(self, request: DrawRequest) -> None:
        if request.image is not None:
            raise InvalidRequest(f"{self.info.name} paints from words only, not from a picture.")
        own = type(getattr(self.pipe, "scheduler", None)).__name__
        if request.scheduler and "FlowMatch" in own:
            raise InvalidRequest(
                f"{self.info.name} cannot use the scheduler {request.scheduler!r}: it was trained"
                f" for {own}. Leave the scheduler out."
            )

    def _pictures(
        self, request: DrawRequest, seeds: list[int], size: tuple[int, int], watch: _Watch
    ) -> list[NDArray[np.uint8]]:
        steps = self.info.default_steps if request.steps is None else request.steps
        guidance = self.info.default_guidance if request.guidance is None else request.guidance
        multiple = families.size_multiple(self.pipe)
        width, height = (-(-side // multiple) * multiple for side in size)
        pixels: list[NDArray[np.uint8]] = []
        ran_out = ""
        with self._scheduler(request.scheduler, steps):
            watch.total = steps * len(seeds)
            for number, seed in enumerate(seeds):
                watch.done = steps * number
                given = families.arguments(
                    self.pipe,
                    prompt=families.typed(self.pipe, request.prompt),
                    negative_prompt=families.typed(self.pipe, request.negative_prompt),
                    steps=steps,
                    guidance=guidance,
                    width=width,
                    height=height,
                    generator=torch.Generator().manual_seed(seed),
                    after_step=watch.step,
                )
                try:
                    picture = self._call(given)
                except OutOfMemory as error:
                    ran_out = str(error)
                    break
                except _Left:
                    break
                pixels.append(picture[: size[1], : size[0]])
        if watch.left:
            raise watch.left
        if ran_out:  # only here, where no exception holds the tensors any more
            free_memory()
            raise OutOfMemory(ran_out)
        return pixels

    def _call(self, given: dict[str, Any]) -> NDArray[np.uint8]:
        """One picture, (height, width, 3)."""
        try:
            with translated(_Left):
                tensor = self.pipe(**given).images[0].float().cpu()
        finally:
            with contextlib.suppress(Exception):  # of an offloaded model that was left half-way
                self.pipe.maybe_free_model_hooks()
        if not torch.isfinite(tensor).all():
            raise PaintError(
                "The model computed values that are not numbers; nothing can be shown of them.",
                permanent=False,
                code="not_finite",
            )
        unit = tensor.clamp(0, 1).permute(1, 2, 0)
        picture: NDArray[np.uint8] = (unit * 255).round().to(torch.uint8).numpy()
        return picture

    def _verdicts(self, pixels: list[NDArray[np.uint8]]) -> list[Verdict]:
        if self.safety is None:
            return [Verdict.FINE] * len(pixels)
        with translated():
            return self.safety.verdicts(pixels)

    def _count(self) -> None:
        self._ticks += 1
        self._recent.append(time.monotonic())
        if self._closed.is_set():
            raise Stopped("The painter is closed.")

    @contextmanager
    def _scheduler(self, name: str | None, steps: int) -> Iterator[None]:
        """The wished scheduler in the place of the checkpoint's own, for one request."""
        if name is None:
            yield
            return
        own = self.pipe.scheduler
        self.pipe.scheduler = schedulers.make(name, own.config, steps, self._device)
        try:
            yield
        finally:
            self.pipe.scheduler = own

    @contextmanager
    def _in_turn(self, look: Callable[[], None]) -> Iterator[None]:
        with self._lock:
            self._waiting += 1
        try:
            while not self._turn.acquire(timeout=LOOK_AROUND):
                look()
        finally:
            with self._lock:
                self._waiting -= 1
        try:
            look()
            if self._closed.is_set():
                raise Stopped("The painter is closed.")
            yield
        finally:
            self._turn.release()


class _Left(Exception):
    """Leaves the pipeline between two steps."""


class _Watch:
    """Counts steps, and keeps what the caller's own functions raise out of the translation."""

    def __init__(
        self,
        pictures: int,
        on_step: OnStep | None,
        look: Callable[[], None],
        count: Callable[[], None],
    ) -> None:
        self.pictures = pictures
        self.done = self.total = 0
        self.left: BaseException | None = None
        self._on_step = on_step
        self._look = look
        self._count = count

    def step(self) -> None:
        self.done += 1
        self.total = max(self.total, self.done)  # some schedulers repeat a step
        try:
            self._count()
            if self._on_step:
                self._on_step(self.done, self.total)
            self._look()
        except BaseException as error:
            self.left = error
            raise _Left from None
