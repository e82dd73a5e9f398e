"""The public face of painting: a Painter, and load_painter that makes one. No torch until then."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from inference.cancellation import ShouldStop
from inference.errors import ModelUnavailable, PaintError
from inference.load_options import DEFAULT_OPTIONS, LoadOptions
from inference.models.catalog import ModelInfo
from inference.request import DrawRequest, Picture
from inference.status import OnStep, Status

if TYPE_CHECKING:
    from inference.models.checkpoint import Checkpoint


class Painter(Protocol):
    """Paints with one model, until it is closed. Safe to share between threads.

    blur_borderline: a picture that the safety checker flags by a hair comes back as a blur.
    """

    blur_borderline: bool

    @property
    def info(self) -> ModelInfo:
        """The model and the device that paint."""

    @property
    def slots(self) -> int:
        """The requests that are painted at once, at most."""

    def status(self) -> Status:
        """Return what is waiting and being painted right now. Cheap, from any thread."""

    def split_at_token_limit(self, prompt: str) -> tuple[str, str]:
        """Split the prompt into what the model reads and what lies beyond its token limit."""

    def paint(
        self,
        request: DrawRequest,
        *,
        on_step: OnStep | None = None,
        should_stop: ShouldStop | None = None,
        timeout: float | None = None,
    ) -> list[Picture]:
        """Paint the request's pictures, in the order of their seeds.

        A picture that the safety checker refuses comes back `flagged` and empty. Pictures with a
        side under 256 pixels, or what the checkpoint asks for (512 by 豆), are enlarged by a whole
        factor: see inference.defaults.resolve_sizes.

        on_step(done, total): called after every step (diffusers: callback_on_step_end); total may
        exceed the request's steps by one. should_stop(): asked between steps, while waiting for a
        place, and between pictures. Both are called in this thread, and what they raise passes
        through unchanged. timeout: seconds from now after which the picture is of no use.

        Raises InvalidRequest, Stopped, Closed, OutOfMemory (memory has been freed), Unsafe (every
        picture was refused), and PaintError with permanent=False for what the model itself raises,
        for no free place (code "busy") and for a timeout (code "too_late").
        """

    def close(self) -> None:
        """End within a step; paint() under way raises Stopped, and later calls raise Closed."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def load_painter(
    model: str | None = None,
    *,
    device: str | None = None,
    token: str | None = None,
    slots: int | None = None,
    options: LoadOptions = DEFAULT_OPTIONS,
    on_progress: Callable[[str], None] | None = None,
) -> Painter:
    """Load a checkpoint folder, a hub id, or (None) the embedded model mame.

    A checkpoint of the shape of Stable Diffusion 1.x, 2.x or SDXL is painted by the batching
    engine, every other by diffusers' own pipeline for it.

    model: diffusers' from_pretrained(pretrained_model_name_or_path). device: "cpu", "cuda",
    "cuda:1", "mps"; None chooses (diffusers: pipe.to(device)). token: a hub access token for gated
    models. slots: requests painted at once at most; None chooses by the device. options: what to
    add to the checkpoint, and how to run it. on_progress: told what is being loaded. Raises
    PaintError (permanent) whose message says what to do.
    """
    import torch

    from inference.models.checkpoint import Checkpoint

    if on_progress:
        on_progress("looking for the model")
    checkpoint = Checkpoint.find(model, token)
    default_dtype = torch.get_default_dtype()
    try:
        return _load(checkpoint, device, token, slots=slots, options=options, report=on_progress)
    except (PaintError, MemoryError):
        raise
    except Exception as error:
        from inference.torch_errors import is_out_of_memory

        if is_out_of_memory(error):
            raise
        what = str(error).partition("\n")[0]
        raise ModelUnavailable(
            f"{checkpoint.name} cannot be loaded ({type(error).__name__}: {what}): its files may"
            " be damaged or hold values that its kind of model does not take, or a package here is"
            " broken. Download it again, choose another MODEL, or install the requirements anew."
        ) from error
    finally:
        # A model that diffusers (0.42.1) could not make leaves its own dtype as torch's default.
        torch.set_default_dtype(default_dtype)


def _load(
    checkpoint: Checkpoint,
    device: str | None,
    token: str | None,
    *,
    slots: int | None,
    options: LoadOptions,
    report: Callable[[str], None] | None,
) -> Painter:
    if checkpoint.family:
        from inference.engine.painter import EnginePainter

        return EnginePainter.load(
            checkpoint,
            device=device,
            token=token,
            slots=slots,
            options=options,
            on_progress=report,
        )
    from inference.pipelines.painter import PipelinePainter  # it needs most of diffusers

    return PipelinePainter.load(
        checkpoint, device=device, token=token, options=options, on_progress=report
    )
