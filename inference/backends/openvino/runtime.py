"""Run a UNet and a decoder with OpenVINO on a CPU, in a third of the time that torch takes.

torch lays convolutions' weights anew in every call and goes through memory once for each of the
small operations between them; for a small model that is most of its time. Programs here are fixed
to a shape, which lets everything be laid out and fused beforehand. What a UNet makes of the text
alone, the keys and values of its cross-attention, is computed once and not in every step.
inference.backends.openvino.export makes the files that they are compiled from.
"""

from __future__ import annotations

import logging
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from inference.backends.openvino.recipe import DECODER, TEXT_PROJECTIONS, UNET
from inference.models.device import cpu_flags

logger = logging.getLogger(__name__)

DYNAMIC = -1
MAX_OTHER_SHAPES = 8  # programs of other shapes; each holds the weights once more
TOLERANCE = 0.05  # mean deviation from torch, in deviations of its result; bfloat16 has 0.004
Array = NDArray[np.float32]
Shape = tuple[int, ...]  # rows or ANY, and the sizes from the third on: cells of height and width


class UnusableNetwork(Exception):
    """A network cannot be compiled for a shape, or computes something else than torch."""


class CompiledNetwork:
    """One network, compiled for each shape when it is first needed. Thread-safe.

    file: an OpenVINO model whose inputs all begin with rows. precision: "f32" or "bf16", in which
    it computes; what goes in and out is float32.
    """

    def __init__(self, file: Path, precision: str, threads: int) -> None:
        import openvino

        self._core = openvino.Core()
        self._file = file
        self._config = compile_config(precision, threads)
        self._prepared: dict[Shape, Any] = {}
        self._others: OrderedDict[Shape, Any] = OrderedDict()
        self._lock = threading.Lock()
        self.calls = 0

    def prepare(self, shapes: Iterable[Shape]) -> None:
        """Compile for these shapes and keep them for good, on all cores. Raises UnusableNetwork."""
        with ThreadPoolExecutor() as pool:
            compiled = pool.map(lambda shape: (shape, self._compile(shape)), shapes)
            with self._lock:
                self._prepared.update(compiled)

    def __call__(self, inputs: Sequence[torch.Tensor | Array]) -> list[Array]:
        """Return what the network makes of float32 inputs, for the caller to keep.

        Raises UnusableNetwork.
        """
        rows, _, *sizes = inputs[0].shape
        arrays = [np.ascontiguousarray(x) for x in inputs]
        with self._lock:
            request = self._request((rows, *sizes))
            results = request.infer(arrays, share_inputs=True, share_outputs=True)
            self.calls += 1
            return [
                result.copy() for result in results.values()
            ]  # the next call writes into the same memory

    def _request(self, shape: Shape) -> Any:
        if shape in self._prepared:
            return self._prepared[shape]
        any_rows = (DYNAMIC, *shape[1:])
        if any_rows not in self._others:
            self._others[any_rows] = self._compile(any_rows)
            if len(self._others) > MAX_OTHER_SHAPES:
                self._others.popitem(last=False)
        self._others.move_to_end(any_rows)
        return self._others[any_rows]

    def _compile(self, shape: Shape) -> Any:
        try:
            model = self._core.read_model(self._file)
            sizes = {}
            for number, entry in enumerate(model.inputs):
                size = entry.partial_shape
                size[0] = shape[0]
                if number == 0:
                    for place, cells in enumerate(shape[1:], start=2):
                        size[place] = cells
                sizes[entry] = size
            model.reshape(sizes)
            return self._core.compile_model(model, "CPU", self._config).create_infer_request()
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise UnusableNetwork(f"the shape {shape} cannot be compiled: {reason}") from error


class OpenVinoUNet:
    """A UNet in two networks: one for what it makes of the text, one for all the rest."""

    def __init__(self, folder: Path, precision: str, threads: int) -> None:
        """folder: what inference.backends.openvino.export wrote."""
        self.network = CompiledNetwork(folder / UNET, precision, threads)
        self._text_projections = CompiledNetwork(folder / TEXT_PROJECTIONS, precision, threads)
        self._last: tuple[weakref.ref[torch.Tensor], list[Array]] | None = None

    def __call__(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        """Latents, timesteps, the text states and, where it takes one, the embedded guidance scale,
        float32 -> the prediction. Raises UnusableNetwork.
        """
        states = inputs[2]
        if self._last is None or self._last[0]() is not states:
            # Whoever calls step after step for the same requests passes the same tensor.
            self._last = weakref.ref(states), self._text_projections([states])
        return torch.from_numpy(self.network([*inputs, *self._last[1]])[0])


class OpenVinoDecoder:
    """A decoder's network."""

    def __init__(self, folder: Path, precision: str, threads: int) -> None:
        """folder: what inference.backends.openvino.export wrote."""
        self.network = CompiledNetwork(folder / DECODER, precision, threads)

    def __call__(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        """Latents, float32 -> pictures. Raises UnusableNetwork."""
        return torch.from_numpy(self.network(inputs)[0])


class _Part:
    """A torch module replaced by a network for every size in which both agree."""

    def __init__(
        self, fast: OpenVinoUNet | OpenVinoDecoder, torch_module: torch.nn.Module, side: int
    ) -> None:
        """side: of the size that was compared already."""
        self._fast, self._torch_module = fast, torch_module
        self._trusted: dict[tuple[int, ...], bool] = {(side, side): True}

    def __call__(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        size = tuple(inputs[0].shape[2:])
        trusted = self._trusted.get(size)
        if trusted is False:
            return self._run_torch(inputs)
        try:
            result = self._fast(inputs)
            if trusted is None:  # sizes may have been taken for constants as it was traced
                check_close(result, self._run_torch(inputs))
                self._trusted[size] = True
        except UnusableNetwork as error:
            logger.info("torch computes pictures of %s cells: %s", size, error)
            self._trusted[size] = False
            return self._run_torch(inputs)
        return result

    @torch.no_grad()
    def _run_torch(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        result: torch.Tensor = self._torch_module(*inputs)
        return result


class AcceleratedUNet:
    """Stands in for a UNet2DConditionModel: called as it is, with its config."""

    def __init__(self, unet: Any, steps: OpenVinoUNet, side: int) -> None:
        """side: latent cells a side of the model's own size, which was compared."""
        self._unet, self.network = unet, steps.network
        self._part = _Part(steps, TraceableUNet(unet), side)

    def __call__(
        self,
        latents: Any,
        timesteps: Any,
        /,
        *,
        encoder_hidden_states: Any,
        return_dict: bool = False,
        timestep_cond: Any = None,
        **added: Any,
    ) -> tuple[torch.Tensor]:
        """(rows, channels, h, w), (rows,), (rows, tokens, width) -> the prediction, in float32.

        timestep_cond: (rows, width), the embedded guidance scale, of a UNet that takes one.
        """
        if added:
            raise ValueError(f"The exported UNet takes no {', '.join(added)}.")
        scale = () if timestep_cond is None else (timestep_cond,)
        return (self._part((latents, timesteps, encoder_hidden_states, *scale)),)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unet, name)


class AcceleratedVae:
    """Stands in for an autoencoder, decoding by programs; all else is the autoencoder's own."""

    def __init__(self, vae: Any, decoder: OpenVinoDecoder, side: int) -> None:
        """side: latent cells a side of the model's own size, which was compared."""
        self._vae, self.network = vae, decoder.network
        self._part = _Part(decoder, TraceableDecoder(vae), side)

    def decode(self, latent: Any, return_dict: bool = False) -> tuple[torch.Tensor]:
        """Decode (rows, channels, h, w) -> pictures, -1 to 1, in float32."""
        return (self._part((latent,)),)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._vae, name)


class TraceableUNet(torch.nn.Module):
    """A UNet with nothing but tensors going in and out."""

    def __init__(self, unet: Any) -> None:
        super().__init__()
        self.unet = unet

    def forward(
        self,
        latents: torch.Tensor,
        timesteps: torch.Tensor,
        states: torch.Tensor,
        scale: torch.Tensor | None = None,
    ) -> torch.Tensor:
        result: torch.Tensor = self.unet(
            latents,
            timesteps,
            encoder_hidden_states=states,
            timestep_cond=scale,
            return_dict=False,
        )[0]
        return result


class TraceableDecoder(torch.nn.Module):
    """An autoencoder's decoder with nothing but tensors going in and out."""

    def __init__(self, vae: Any) -> None:
        super().__init__()
        self.vae = vae

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.vae.decode(latent, return_dict=False)[0]
        return result


def check_close(result: torch.Tensor, expected: torch.Tensor) -> None:
    """Raise UnusableNetwork unless two results are the same but for rounding."""
    off = (result - expected).abs().mean().item()
    spread = expected.std().item()
    if result.shape != expected.shape or not off <= TOLERANCE * spread:
        raise UnusableNetwork(
            f"it is off by {off:.3g} where torch's result has a deviation of {spread:.3g}"
        )


def compile_config(precision: str, threads: int) -> dict[str, Any]:
    """Return OpenVINO's settings for its CPU plugin."""
    chosen: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": precision,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
        "ENABLE_CPU_PINNING": False,  # other workers would be bound to the very same cores
    }
    if precision == "f32":
        # Its fusing of small operations ends the process with a segmentation fault for float32 and
        # fixed shapes (2025.4 to 2026.4, mame's UNet); in bfloat16 it works, and is worth a fifth.
        chosen["SNIPPETS_MODE"] = "DISABLE"
    return chosen


def has_bfloat16() -> bool:
    """Return whether the processor multiplies in bfloat16."""
    return bool(cpu_flags() & {"avx512_bf16", "amx_bf16"})
