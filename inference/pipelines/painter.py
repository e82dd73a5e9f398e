"""Paint with diffusers' own pipelines, for models that are not Stable Diffusion 1.x.

A PipelinePainter is an inference.painter.Painter: the same requests, progress, cancelling, errors
and pictures. Requests are painted one at a time, and so are a request's pictures: these models are
large, fill the device with one picture, and gain nothing from two at once.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from inference.base_painter import BasePainter
from inference.cancellation import POLL_SECONDS, CheckCancelled, ShouldStop, make_cancel_check
from inference.defaults import Size, resolve_seeds, resolve_sizes
from inference.errors import Closed, InvalidRequest, OutOfMemory, PaintError
from inference.images.decode import decode_image
from inference.load_options import LoadOptions
from inference.models import catalog, schedulers
from inference.models.catalog import ModelInfo
from inference.models.checkpoint import Checkpoint
from inference.models.device import choose_device, set_threads
from inference.models.safety_checker import Verdict
from inference.pipelines import signatures
from inference.pipelines.describe import describe
from inference.pipelines.image_start import (
    ImagePipelines,
    find_image_pipelines,
    keep_unmasked,
    painted_size,
    read_start,
    steps_done,
)
from inference.pipelines.load import load_pipeline, take_safety_checker
from inference.pipelines.step_monitor import Interrupted, StepMonitor
from inference.request import DrawRequest, Picture
from inference.status import OnStep, Progress, Status, StepRate
from inference.torch_errors import free_memory, wrap_errors

logger = logging.getLogger(__name__)


class PipelinePainter(BasePainter):
    """Paints with one diffusers pipeline. Safe to share between threads: requests take turns."""

    def __init__(self, pipe: Any, checkpoint: Checkpoint, device: torch.device) -> None:
        """pipe: a text-to-image pipeline of diffusers, already on the device."""
        self.pipe = pipe
        self.safety_checker = take_safety_checker(pipe, checkpoint)
        self._from_images = find_image_pipelines(pipe)
        self._device = device
        self._info = describe(
            pipe, checkpoint, device, self._from_images, checks=self.safety_checker is not None
        )
        self._painting, self._lock = threading.Lock(), threading.Lock()
        self._closed = threading.Event()
        self._waiting = self._unet_calls = 0
        self._monitor: StepMonitor | None = None
        self._rate = StepRate()

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
        """Load a checkpoint that is not of Stable Diffusion's shape.

        device, token and options: see inference.models.load.load_model; nothing is compiled.
        Raises what inference.pipelines.load.load_pipeline raises.
        """
        report = on_progress or (lambda _: None)
        options = options or LoadOptions()
        set_threads(options.threads)
        place = choose_device(device)
        pipe = load_pipeline(checkpoint, place, dtype, options=options, token=token, report=report)
        painter = cls(pipe, checkpoint, place)
        english = painter.info.english_only
        warning = catalog.setup_warning(
            checkpoint.name, checkpoint.catalog_entry(), english=english
        )
        if warning:
            logger.warning(warning)
            report(warning)
        return painter

    @property
    def info(self) -> ModelInfo:
        """The model and the device that paint."""
        return self._info

    @property
    def slots(self) -> int:
        """The requests that are painted at once, at most."""
        return 1

    def status(self) -> Status:
        """Return what is waiting and being painted right now."""
        monitor = self._monitor
        active = (Progress(monitor.pictures, monitor.done, monitor.total),) if monitor else ()
        return Status(
            waiting=self._waiting,
            active=len(active),
            unet_rows=len(active),
            slots=self.slots,
            unet_calls=self._unet_calls,
            steps_per_second=self._rate.per_second(),
            requests=active,
        )

    def split_at_token_limit(self, prompt: str) -> tuple[str, str]:
        """Split the prompt into what the model reads and what lies beyond."""
        return signatures.split_at_token_limit(self.pipe, prompt)

    def paint(
        self,
        request: DrawRequest,
        *,
        on_step: OnStep | None = None,
        should_stop: ShouldStop | None = None,
        timeout: float | None = None,
    ) -> list[Picture]:
        """Paint the request's pictures, in the order of their seeds, one after the other.

        As inference.painter.Painter.paint, but on_step counts the steps of all pictures: (1, 40) to
        (40, 40) for two pictures of twenty steps.
        """
        if self._closed.is_set():
            raise Closed
        check_cancelled = make_cancel_check(should_stop, timeout)
        request.check()
        self._check_supported(request)
        seeds = resolve_seeds(request)
        native = self.info.native_size
        size, output_size = resolve_sizes(*painted_size(request, native), native)
        if request.image is not None and request.strength == 0:  # it stays as it is
            pixels = [decode_image(request.image, request.mask, output_size).pixels] * len(seeds)
            verdicts = self._verdicts(pixels)
            return self._encode(zip(pixels, verdicts, strict=True), size=output_size, seeds=seeds)
        with self._alone(check_cancelled):
            self._monitor = StepMonitor(request.count, on_step, check_cancelled, self._count)
            try:
                pixels = self._paint_all(request, seeds, size, self._monitor)
            finally:
                self._monitor = None
            verdicts = self._verdicts(pixels)
        if request.image is not None and request.mask is not None:
            source = decode_image(request.image, request.mask, output_size)
            pixels = [keep_unmasked(each, source) for each in pixels]
        return self._encode(zip(pixels, verdicts, strict=True), size=output_size, seeds=seeds)

    def close(self) -> None:
        """Release the model within a step; paint() under way raises Stopped."""
        self._closed.set()
        with self._painting:
            self.pipe, self._from_images = None, ImagePipelines()
        free_memory()

    def _check_supported(self, request: DrawRequest) -> None:
        if request.image is not None and self._from_images.for_request(request) is None:
            what = "from a picture" if request.mask is None else "a part of a picture anew"
            raise InvalidRequest(f"{self.info.name} cannot paint {what}: its family has no way to.")
        own = type(getattr(self.pipe, "scheduler", None)).__name__
        if request.scheduler and "FlowMatch" in own:
            raise InvalidRequest(
                f"{self.info.name} cannot use the scheduler {request.scheduler!r}: it was trained"
                f" for {own}. Leave the scheduler out."
            )

    def _paint_all(
        self,
        request: DrawRequest,
        seeds: tuple[int, ...],
        size: Size,
        monitor: StepMonitor,
    ) -> list[NDArray[np.uint8]]:
        steps = self.info.default_steps if request.steps is None else request.steps
        guidance = self.info.default_guidance if request.guidance is None else request.guidance
        multiple = signatures.size_multiple(self.pipe)
        padded = tuple(-(-side // multiple) * multiple for side in size)
        pipe = self.pipe if request.image is None else self._from_images.for_request(request)
        start = read_start(request, size, (padded[0], padded[1]))
        done = steps_done(pipe, steps, start)
        pixels: list[NDArray[np.uint8]] = []
        memory_error = ""
        with self._scheduler(pipe, request.scheduler, steps):
            monitor.total = done * len(seeds)
            for number, seed in enumerate(seeds):
                monitor.done = done * number
                arguments = signatures.call_arguments(
                    pipe,
                    prompt=signatures.strip_special_tokens(pipe, request.prompt),
                    negative_prompt=signatures.strip_special_tokens(pipe, request.negative_prompt),
                    steps=steps,
                    guidance=guidance,
                    width=padded[0],
                    height=padded[1],
                    generator=torch.Generator().manual_seed(seed),
                    after_step=monitor.step,
                )
                arguments |= start.arguments(steps) if start else {}
                try:
                    picture = self._call(pipe, arguments)
                except OutOfMemory as error:
                    memory_error = str(error)
                    break
                except Interrupted:
                    break
                pixels.append(picture[: size[1], : size[0]])
        if monitor.error:
            raise monitor.error
        if memory_error:  # only here, where no exception holds the tensors any more
            free_memory()
            raise OutOfMemory(memory_error)
        return pixels

    def _call(self, pipe: Any, arguments: dict[str, Any]) -> NDArray[np.uint8]:
        """Paint one picture, (height, width, 3)."""
        try:
            with wrap_errors(Interrupted):
                tensor = pipe(**arguments).images[0].float().cpu()
        finally:
            with contextlib.suppress(Exception):  # of an offloaded model that was left half-way
                self.pipe.maybe_free_model_hooks()  # which all its pipelines share
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
        if self.safety_checker is None:
            return [Verdict.SAFE] * len(pixels)
        with wrap_errors():
            return self.safety_checker.classify(pixels)

    def _count(self) -> None:
        self._unet_calls += 1
        self._rate.record(1)
        if self._closed.is_set():
            raise Closed

    @contextmanager
    def _scheduler(self, pipe: Any, name: str | None, steps: int) -> Iterator[None]:
        """Put the named scheduler in the place of the checkpoint's own for one request."""
        if name is None:
            yield
            return
        own = pipe.scheduler
        pipe.scheduler = schedulers.create_scheduler(name, own.config, steps, self._device)
        try:
            yield
        finally:
            pipe.scheduler = own

    @contextmanager
    def _alone(self, check_cancelled: CheckCancelled) -> Iterator[None]:
        with self._lock:
            self._waiting += 1
        try:
            while not self._painting.acquire(timeout=POLL_SECONDS):
                check_cancelled()
        finally:
            with self._lock:
                self._waiting -= 1
        try:
            check_cancelled()
            if self._closed.is_set():
                raise Closed
            yield
        finally:
            self._painting.release()
