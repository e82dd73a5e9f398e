"""Load a model and make it as fast as this machine can: OpenVINO, torch.compile or plain torch."""

from __future__ import annotations

import logging

import torch

from inference.backends.openvino import cache
from inference.backends.openvino.recipe import row_counts
from inference.backends.torch_compile import compile_parts
from inference.backends.trial import try_model
from inference.errors import ModelUnavailable
from inference.load_options import DEFAULT_OPTIONS, LoadOptions
from inference.models import choices
from inference.models.checkpoint import Checkpoint
from inference.models.device import choose_device, choose_memory_format
from inference.models.load import OnProgress, load_model, sample_cells
from inference.models.model import Model

logger = logging.getLogger(__name__)

_OPENVINO = ("auto", "openvino")
_PRECISIONS = {torch.float32: "f32", torch.bfloat16: "bf16"}


def load_accelerated(
    checkpoint: Checkpoint,
    *,
    device: str | None = None,
    dtype: torch.dtype | None = None,
    token: str | None = None,
    options: LoadOptions = DEFAULT_OPTIONS,
    on_progress: OnProgress | None = None,
) -> Model:
    """Load a model as inference.models.load.load_model does, and run it by `options.compile`.

    Raises what load_model raises, and ModelUnavailable if the backend asked for does not work here.
    """
    report = on_progress or (lambda _: None)
    place = choose_device(device)
    backend = choose_backend(checkpoint, options, place)
    # OpenVINO is given float32 and rounds by itself.
    weights_dtype = torch.float32 if backend in _OPENVINO else dtype
    model = load_model(
        checkpoint,
        device=str(place),
        dtype=weights_dtype,
        token=token,
        options=options,
        on_progress=on_progress,
    )
    try_model(model)
    if backend in _OPENVINO:
        precision = _PRECISIONS.get(dtype, "") if dtype else ""
        _try_openvino(
            model,
            checkpoint,
            options,
            precision=precision,
            required=backend == "openvino",
            report=report,
        )
    if model.runtime == "torch":
        _order_memory(model)
    if backend == "torch":
        report("preparing to compile")
        model.unet, model.vae, model.pad_to = compile_parts(
            model.unet, model.vae, model.latent_side, place
        )
    return model


def choose_backend(checkpoint: Checkpoint, options: LoadOptions, device: torch.device) -> str:
    """Return "off", "torch", "openvino", or "auto": OpenVINO if it works.

    Raises ModelUnavailable for OpenVINO on another device than a CPU.
    """
    backend = options.compile
    if checkpoint.family == "sdxl" and backend in _OPENVINO:
        if backend == "openvino":
            raise ModelUnavailable(
                f"ENGINE_COMPILE is openvino, which is not for SDXL ({checkpoint.name}): set torch"
                " or off."
            )
        return "off"
    if device.type != "cpu":
        if backend == "openvino":
            raise ModelUnavailable(
                "ENGINE_COMPILE is openvino, which is for a CPU: set torch or off."
            )
        return "off" if backend == "auto" else backend
    return "off" if backend == "auto" and not cache.is_worth_it(checkpoint) else backend


def _try_openvino(
    model: Model,
    checkpoint: Checkpoint,
    options: LoadOptions,
    *,
    precision: str,
    required: bool,
    report: OnProgress,
) -> None:
    """Put OpenVINO in the place of the UNet and the decoder; keep torch's if it does not work.

    precision: "f32", "bf16", or "" for the faster one. Raises ModelUnavailable if it is required.
    """
    report("translating the model, which takes a while the first time")
    try:
        model.unet, model.vae, model.precision = cache.load_or_export(
            checkpoint,
            model.unet,
            model.vae,
            side=model.latent_side,
            options=options,
            precision=precision,
        )
    except ModelUnavailable as error:
        if required:
            raise
        logger.warning("torch paints, more slowly: %s", error)
        report("OpenVINO does not work here; torch paints, more slowly")
        return
    model.runtime, model.pad_to = "openvino", row_counts(model.unet)


def _order_memory(model: Model) -> None:
    """Lay out the weights in the memory order in which this machine is fastest."""
    cells = sample_cells(model.unet)
    words = []
    for name, part, side in (
        ("UNet", model.unet, cells),
        ("decoder", model.vae, cells * model.factor),
    ):
        width = part.config.block_out_channels[0]
        order = _remembered_order(model, width, side)
        part.to(memory_format=order)
        words.append(f"{name} {str(order).removeprefix('torch.').removesuffix('_format')}")
    model.memory_order = ", ".join(words)


def _remembered_order(model: Model, channels: int, side: int) -> torch.memory_format:
    """Return the order of before on this machine, since another one rounds otherwise."""

    def choose() -> str:
        order = choose_memory_format(model.device, model.dtype, channels, side)
        return str(order).removeprefix("torch.")

    if model.device.type != "cpu":  # nothing is measured there
        return choose_memory_format(model.device, model.dtype, channels, side)
    dtype = str(model.dtype).removeprefix("torch.")
    threads = torch.get_num_threads()
    what = f"memory order, {dtype}, {channels} channels, {side} cells, {threads} threads"
    order = choices.recall(f"{model.name}: {what}", choose)
    return torch.channels_last if order == "channels_last" else torch.contiguous_format
