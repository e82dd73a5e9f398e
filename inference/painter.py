"""The door to painting: Painter.load(model).paint(request) -> pictures."""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray

from inference.catalog import ModelInfo
from inference.checkpoint import Checkpoint
from inference.encoding import to_picture, withheld
from inference.model import Model, decode, encode, load_model
from inference.request import DrawRequest, OutOfMemory, PaintError, Picture, Stopped, Unsafe
from inference.sampler import Plan, denoise, plan

OnStep = Callable[[int, int], None]
ShouldStop = Callable[[], bool]
_REMEMBERED = 64  # embeddings of negative prompts; most are empty or said again and again
_LOOK_AROUND = 0.1  # seconds between two looks at should_stop while waiting for one's turn


class Painter:
    """Paints with one model. Safe to share between threads: requests take turns."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._turn = threading.Lock()
        self._negatives: OrderedDict[str, torch.Tensor] = OrderedDict()

    @classmethod
    def load(
        cls,
        model: str | None,
        *,
        device: str | None = None,
        token: str | None = None,
        on_progress: Callable[[str], None] | None = None,
    ) -> Painter:
        """Load a checkpoint folder, a hub id, or (None) the embedded model.

        device: "cpu", "cuda", "cuda:1", "mps"; None chooses. token: a hub access token for gated
        models. on_progress: hears what is being loaded. Raises PaintError (permanent) whose message
        says what to do.
        """
        if on_progress:
            on_progress("looking for the model")
        checkpoint = Checkpoint.find(model, token)
        return cls(load_model(checkpoint, device=device, on_progress=on_progress))

    @property
    def info(self) -> ModelInfo:
        model = self.model
        return ModelInfo(
            name=model.name,
            device=str(model.device),
            dtype=str(model.dtype).removeprefix("torch."),
            native_size=model.native_size,
            default_steps=model.default_steps,
            default_guidance=model.default_guidance,
            license=model.license,
            safety_checker=model.safety is not None,
        )

    def kept_and_cut(self, prompt: str) -> tuple[str, str]:
        """What of the prompt the model reads, and what lies beyond its 77 tokens."""
        return self.model.tokenizer.kept_and_cut(prompt)

    def paint(
        self,
        request: DrawRequest,
        *,
        on_step: OnStep | None = None,
        should_stop: ShouldStop | None = None,
    ) -> list[Picture]:
        """Paint the request's pictures, in the order of their seeds.

        Pictures with a side under 256 pixels (the embedded model's are) are delivered enlarged by a
        whole factor with Lanczos; see inference.sampler.sizes for what a small model does when
        asked for more. A picture that the safety checker refuses comes back `flagged` and empty.

        on_step(done, total) is called after every step; total may exceed the request's steps by
        one. should_stop() is asked between steps, and while waiting for another thread's picture.
        What the two raise passes through unchanged.

        Raises InvalidRequest, Stopped, OutOfMemory (memory has been freed), Unsafe (every picture
        was refused), and PaintError with permanent=False for what the model itself throws.
        """
        todo = plan(self.model, request)
        stop = should_stop or _never
        with self._in_turn(stop):
            pixels = self._watched(todo, on_step, stop)
        flags = [False] * len(pixels)
        if self.model.safety:
            with _translated():
                flags = self.model.safety.flags(pixels)
        if all(flags):
            raise Unsafe("The safety checker refused every picture; another prompt may do better.")
        return [
            withheld(todo.delivered, seed)
            if flag
            else to_picture(
                picture, size=todo.delivered, seed=seed, model=self.model.name.split("/")[-1]
            )
            for picture, seed, flag in zip(pixels, todo.seeds, flags, strict=True)
        ]

    def _watched(
        self, todo: Plan, on_step: OnStep | None, stop: ShouldStop
    ) -> list[NDArray[np.uint8]]:
        """Run the work to its end, with the caller's callbacks outside of the error translation."""
        pixels: list[NDArray[np.uint8]] = []
        work = self._work(todo, pixels)
        ran_out = ""
        try:
            for done, total in work:
                if on_step and done:
                    on_step(done, total)
                if stop():
                    raise Stopped("Stopped between two steps.")
        except OutOfMemory as error:
            ran_out = str(error)
        finally:
            work.close()
        if ran_out:
            # Only here, when no exception holds the tensors any more, can their memory be freed.
            del work
            _free_memory()
            raise OutOfMemory(ran_out)
        return pixels

    def _work(
        self, todo: Plan, pixels: list[NDArray[np.uint8]]
    ) -> Generator[tuple[int, int], None, None]:
        """Yield (done, total) after every step and (0, 0) before every decoding."""
        with _translated():
            positive = encode(self.model, todo.prompt)
            negative = self._negative(todo.negative_prompt) if todo.guidance > 1 else None
            steps = denoise(self.model, todo, positive, negative)
        latents = None
        yield 0, 0
        while True:
            with _translated():
                step = next(steps, None)
            if step is None:
                break
            done, total, latents = step
            yield done, total
        for latent in latents if latents is not None else ():
            with _translated():
                pixels.append(decode(self.model, latent)[: todo.height, : todo.width])
            yield 0, 0

    def _negative(self, prompt: str) -> torch.Tensor:
        """The embedding of a negative prompt, from memory if it is there. Only in one's turn."""
        embedding = self._negatives.pop(prompt, None)
        if embedding is None:
            embedding = encode(self.model, prompt)
        self._negatives[prompt] = embedding
        if len(self._negatives) > _REMEMBERED:
            self._negatives.popitem(last=False)
        return embedding

    @contextmanager
    def _in_turn(self, stop: ShouldStop) -> Iterator[None]:
        while not self._turn.acquire(timeout=_LOOK_AROUND):
            if stop():
                raise Stopped("Stopped while waiting for another picture.")
        try:
            if stop():
                raise Stopped("Stopped before the first step.")
            yield
        finally:
            self._turn.release()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what torch and the model raise into PaintError."""
    try:
        yield
    except PaintError:
        raise
    except Exception as error:
        what = str(error).partition("\n")[0] or type(error).__name__
        if is_out_of_memory(error):
            raise OutOfMemory(
                f"Memory ran out while painting ({what}); a smaller picture may fit."
            ) from error
        raise PaintError(
            f"The model failed: {type(error).__name__}: {what}", permanent=False
        ) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether host or device memory ran out; torch says it in several ways."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and any(
        sign in text
        for sign in (
            "can't allocate memory",
            "not enough memory",
            "out of memory",
            "ALLOC_FAILED",
            "could not create a memory object",
        )
    )


def _free_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _never() -> bool:
    return False
