"""The door to painting: Painter.load(model).paint(request) -> pictures."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference import incoming, start
from inference.aside import Look
from inference.canvas import extended
from inference.catalog import ModelInfo
from inference.checkpoint import Checkpoint
from inference.encoding import judged
from inference.engine import Engine, OnStep, Status
from inference.failures import insist
from inference.looking import ShouldStop, looking
from inference.model import Model, decode, load_model
from inference.options import DEFAULT_OPTIONS, LoadOptions
from inference.request import DrawRequest, Picture, Unsafe
from inference.run import Run
from inference.safety import Verdict
from inference.sampler import Plan, plan

if TYPE_CHECKING:
    from inference.pipelines import PipelinePainter


_DTYPES = {"f32": "float32", "bf16": "bfloat16"}


class Painter:
    """Paints with one model. Safe to share between threads: their requests share one batch.

    It has two threads of its own, until close() or until nobody refers to it any more.

    blur_borderline: a picture that the safety checker flags by a hair comes back as a blur.
    """

    blur_borderline: bool = False

    def __init__(self, model: Model, *, slots: int | None = None) -> None:
        """slots: requests painted at once at most; None chooses by the device."""
        self.model = model
        self.engine = Engine(model, slots=slots)
        self._close = weakref.finalize(self, self.engine.close)

    @classmethod
    def load(
        cls,
        model: str | None,
        *,
        device: str | None = None,
        token: str | None = None,
        slots: int | None = None,
        options: LoadOptions = DEFAULT_OPTIONS,
        on_progress: Callable[[str], None] | None = None,
    ) -> Painter | PipelinePainter:
        """Load a checkpoint folder, a hub id, or (None) the embedded model.

        What is not of Stable Diffusion 1.x's shape is painted by diffusers' own pipeline for it,
        behind the same door.

        device: "cpu", "cuda", "cuda:1", "mps"; None chooses. token: a hub access token for gated
        models. options: what to add to the checkpoint, and how to run it. on_progress: hears what
        is being loaded. Raises PaintError (permanent) whose message says what to do.
        """
        if on_progress:
            on_progress("looking for the model")
        checkpoint = Checkpoint.find(model, token)
        if not checkpoint.for_engine:
            from inference.pipelines import PipelinePainter  # it needs most of diffusers

            return PipelinePainter.load(
                checkpoint, device=device, token=token, options=options, on_progress=on_progress
            )
        loaded = load_model(
            checkpoint, device=device, token=token, options=options, on_progress=on_progress
        )
        painter = cls(loaded, slots=slots)
        if loaded.pad_to and loaded.runtime == "torch" and on_progress:
            on_progress("compiling; this takes minutes")
        painter.engine.warm_up()
        return painter

    @property
    def info(self) -> ModelInfo:
        model = self.model
        return ModelInfo(
            name=model.name,
            device=str(model.device),
            dtype=_DTYPES.get(model.precision) or str(model.dtype).removeprefix("torch."),
            native_size=model.native_size,
            default_steps=model.default_steps,
            default_guidance=model.default_guidance,
            license=model.license,
            safety_checker=model.safety is not None,
            english_only=model.english_only,
            runtime=model.runtime,
        )

    @property
    def slots(self) -> int:
        """The requests that are painted at once, at most."""
        return self.engine.slots

    def status(self) -> Status:
        """What is waiting and being painted right now."""
        return self.engine.status()

    def close(self) -> None:
        """End the threads within a step; paint() under way raises Stopped."""
        self._close()

    def kept_and_cut(self, prompt: str) -> tuple[str, str]:
        """What of the prompt the model reads, and what lies beyond its 77 tokens."""
        return self.model.tokenizer.kept_and_cut(prompt)

    def paint(
        self,
        request: DrawRequest,
        *,
        on_step: OnStep | None = None,
        should_stop: ShouldStop | None = None,
        timeout: float | None = None,
    ) -> list[Picture]:
        """Paint the request's pictures, in the order of their seeds.

        Pictures with a side under 256 pixels (the embedded model's are) are delivered enlarged by a
        whole factor with Lanczos; see inference.sampler.sizes for what a small model does when
        asked for more. A picture that the safety checker refuses comes back `flagged` and empty.

        on_step(done, total) is called after every step; total may exceed the request's steps by
        one. should_stop() is asked between steps, while waiting for a place, and between pictures.
        Both are called in this thread, and what they raise passes through unchanged. timeout:
        seconds from now after which the picture is of no use.

        Raises InvalidRequest, Stopped, OutOfMemory (memory has been freed), Unsafe (every picture
        was refused), and PaintError with permanent=False for what the model itself throws, for no
        free place (code "busy") and for a timeout (code "too_late").
        """
        look = looking(should_stop, timeout)
        todo = plan(self.model, request)
        look()
        begun = original = None
        if todo.image is not None:
            source = incoming.read(todo.image, todo.mask, (todo.width, todo.height))
            begun = self.engine.aside.do(partial(start.begin, self.model, source), look)
            if todo.mask is not None:
                original = incoming.read(todo.image, todo.mask, todo.delivered)
        run = insist(lambda: Run(self.model, todo, begun))
        latents = self.engine.denoise(run, on_step=on_step or _nothing, look=look)
        pictures = []
        name = self.model.name.split("/")[-1]
        decoded = self._decoded(latents, todo, look)
        for (pixels, verdict), seed in zip(decoded, todo.seeds, strict=True):
            pictures.append(
                judged(
                    pixels if original is None else _kept(pixels, original),
                    verdict is not Verdict.FINE,
                    may_blur=self.blur_borderline and verdict is Verdict.BORDERLINE,
                    size=todo.delivered,
                    seed=seed,
                    model=name,
                )
            )
        if all(it.flagged and not it.blurred for it in pictures):
            raise Unsafe("The safety checker refused every picture; another prompt may do better.")
        return pictures

    def _decoded(
        self, latents: Iterable[Any], todo: Plan, look: Look
    ) -> Iterator[tuple[NDArray[np.uint8], Verdict]]:
        """Pixels and verdict of each, while the next is already being decoded.

        One at a time, however many there are: decoding takes more memory than the steps. And no
        more than one ahead, for others wait for that thread as well.
        """
        aside = self.engine.aside
        waiting: deque[Future[tuple[NDArray[np.uint8], Verdict]]] = deque()
        try:
            for latent in latents:
                look()
                waiting.append(aside.begin(partial(self._shown, latent, todo)))
                if len(waiting) > 1:
                    yield aside.wait(waiting.popleft(), look)
            while waiting:
                yield aside.wait(waiting.popleft(), look)
        finally:
            for future in waiting:
                future.cancel()

    def _shown(self, latent: Any, todo: Plan) -> tuple[NDArray[np.uint8], Verdict]:
        """Decode a latent and ask the safety checker about it."""
        pixels = decode(self.model, latent)[: todo.height, : todo.width]
        if todo.extended:
            pixels = extended(pixels, todo.delivered)
        safety = self.model.safety
        return pixels, safety.verdicts([pixels])[0] if safety else Verdict.FINE


def _kept(pixels: NDArray[np.uint8], source: incoming.Source) -> NDArray[np.uint8]:
    """What was painted where the mask is white, and the very picture it began with elsewhere."""
    assert source.mask is not None
    height, width = source.mask.shape
    enlarged = Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS)
    return np.where(source.mask[..., None], np.asarray(enlarged), source.pixels)


def _nothing(_done: int, _total: int) -> None:
    pass
