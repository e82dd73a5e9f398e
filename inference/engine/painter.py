"""Paint with the batching engine: request -> plan -> latents -> decoded and checked pictures."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from inference.backends.load import load_accelerated
from inference.base_painter import BasePainter
from inference.cancellation import CheckCancelled, ShouldStop, make_cancel_check
from inference.engine import img2img
from inference.engine.engine import Engine
from inference.engine.plan import Plan, resolve
from inference.engine.request_state import RequestState
from inference.errors import Closed
from inference.images.decode import SourceImage, decode_image
from inference.images.enlarge import enlarge
from inference.images.extend import extend
from inference.load_options import DEFAULT_OPTIONS, LoadOptions
from inference.models import numerics
from inference.models.catalog import ModelInfo
from inference.models.checkpoint import Checkpoint
from inference.models.load import OnProgress
from inference.models.model import Model, decode_latent
from inference.models.safety_checker import Verdict
from inference.request import DrawRequest, Picture
from inference.status import OnStep, Status
from inference.torch_errors import call_or_raise

Checked = tuple[NDArray[np.uint8], Verdict]  # pixels, (height, width, 3), and what is said of them


class EnginePainter(BasePainter):
    """Paints requests of all threads in one batch.

    It has two threads of its own, until close() or until nobody refers to it any more.
    """

    def __init__(self, model: Model, *, slots: int | None = None) -> None:
        """slots: requests painted at once at most; None chooses by the device."""
        self.model = model
        self.engine = Engine(model, slots=slots)
        self._close = weakref.finalize(self, self.engine.close)

    @classmethod
    def load(
        cls,
        checkpoint: Checkpoint,
        *,
        device: str | None = None,
        token: str | None = None,
        slots: int | None = None,
        options: LoadOptions = DEFAULT_OPTIONS,
        on_progress: OnProgress | None = None,
    ) -> EnginePainter:
        """Load a checkpoint of Stable Diffusion's shape; see inference.painter.load_painter."""
        model = load_accelerated(
            checkpoint, device=device, token=token, options=options, on_progress=on_progress
        )
        painter = cls(model, slots=slots)
        if model.pad_to and model.runtime == "torch" and on_progress:
            on_progress("compiling; this takes minutes")
        painter.engine.warm_up()
        return painter

    @property
    def info(self) -> ModelInfo:
        model = self.model
        return ModelInfo(
            name=model.name,
            device=str(model.device),
            dtype=numerics.precision_of(model),
            native_size=model.native_size,
            default_steps=model.default_steps,
            default_guidance=model.default_guidance,
            license=model.license,
            safety_checker=model.safety_checker is not None,
            english_only=model.english_only,
            runtime=model.runtime,
            numerics=numerics.of_model(model),
        )

    @property
    def slots(self) -> int:
        """The requests that are painted at once, at most."""
        return self.engine.slots

    def status(self) -> Status:
        """Return what is waiting and being painted right now."""
        return self.engine.status()

    def close(self) -> None:
        """End the threads within a step; paint() under way raises Stopped."""
        self._close()

    def split_at_token_limit(self, prompt: str) -> tuple[str, str]:
        """Split the prompt into what the model reads and what lies beyond its 77 tokens."""
        return self.model.tokenizer.split_at_token_limit(prompt)

    def paint(
        self,
        request: DrawRequest,
        *,
        on_step: OnStep | None = None,
        should_stop: ShouldStop | None = None,
        timeout: float | None = None,
    ) -> list[Picture]:
        """Paint the request's pictures; see inference.painter.Painter.paint."""
        if not self._close.alive:
            raise Closed
        check_cancelled = make_cancel_check(should_stop, timeout)
        plan = resolve(self.model, request)
        check_cancelled()
        image, original = self._source(plan, check_cancelled)
        state = call_or_raise(
            lambda: (
                RequestState.from_noise(self.model, plan)
                if image is None
                else RequestState.from_image(self.model, plan, image)
            )
        )
        latents = self.engine.denoise(
            state, on_step=on_step or _ignore_step, check_cancelled=check_cancelled
        )
        decoded = self._decoded(latents, plan, check_cancelled)
        if original is not None:
            decoded = ((_composite(pixels, original), verdict) for pixels, verdict in decoded)
        return self._encode(decoded, size=plan.output_size, seeds=plan.seeds)

    def _source(
        self, plan: Plan, check_cancelled: CheckCancelled
    ) -> tuple[img2img.EncodedImage | None, SourceImage | None]:
        """Return the encoded image to start from, and its pixels where a mask keeps some."""
        if plan.image is None:
            return None, None
        source = decode_image(plan.image, plan.mask, (plan.width, plan.height))
        encode = partial(img2img.encode_source, self.model, source)
        encoded = self.engine.side_worker.run(encode, check_cancelled)
        if plan.mask is None:
            return encoded, None
        return encoded, decode_image(plan.image, plan.mask, plan.output_size)

    def _decoded(
        self, latents: Iterable[torch.Tensor], plan: Plan, check_cancelled: CheckCancelled
    ) -> Iterator[Checked]:
        """Yield pixels and verdict of each latent, while the next is already being decoded.

        One at a time, however many there are: decoding takes more memory than the steps. And no
        more than one ahead, since others wait for that thread as well.
        """
        worker = self.engine.side_worker
        waiting: deque[Future[Checked]] = deque()
        try:
            for latent in latents:
                check_cancelled()
                waiting.append(worker.submit(partial(self._decode_and_check, latent, plan)))
                if len(waiting) > 1:
                    yield worker.wait(waiting.popleft(), check_cancelled)
            while waiting:
                yield worker.wait(waiting.popleft(), check_cancelled)
        finally:
            for future in waiting:
                future.cancel()

    def _decode_and_check(self, latent: Any, plan: Plan) -> Checked:
        pixels = decode_latent(self.model, latent)[: plan.height, : plan.width]
        if plan.extend:
            pixels = extend(pixels, plan.output_size)
        checker = self.model.safety_checker
        verdict = checker.classify([pixels])[0] if checker else Verdict.SAFE
        return enlarge(pixels, plan.output_size) if self.model.sharpen else pixels, verdict


def _composite(pixels: NDArray[np.uint8], source: SourceImage) -> NDArray[np.uint8]:
    """Take the painted pixels where the mask is white, and the source's own elsewhere."""
    assert source.mask is not None
    height, width = source.mask.shape
    enlarged = Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS)
    return np.where(source.mask[..., None], np.asarray(enlarged), source.pixels)


def _ignore_step(_done: int, _total: int) -> None:
    pass
