"""torch.compile for the two parts that cost the time: the UNet's step and the picture's decoding.

On NVIDIA with CUDA graphs; on a CPU with the weights frozen, so that they lie in memory as its
matrix kernels want them and are not reordered in every call.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterable
from typing import Any

import torch

from inference.errors import ModelUnavailable
from inference.torch_errors import is_out_of_memory

logger = logging.getLogger(__name__)

ROW_COUNTS = {"cuda": (1, 2, 4, 8, 16, 32)}  # rows of a UNet call that are compiled; elsewhere:
ROW_COUNTS_ELSEWHERE = (1, 2, 4, 8)


class _Compiled:
    """A function that is compiled for some shapes of its first argument; else it is as it was.

    Another shape would have to be compiled first, which takes minutes.
    """

    def __init__(
        self, function: Any, shapes: Iterable[tuple[int, ...]], backend: str, kind: str
    ) -> None:
        self._function, self._shapes = function, set(shapes)
        self._graphs = backend == "inductor" and kind == "cuda"
        frozen = backend == "inductor" and kind == "cpu"
        compiler: Any = torch.compile  # its stubs know neither of the last two arguments
        self._compiled = compiler(
            function,
            backend=backend,
            mode="reduce-overhead" if self._graphs else None,
            options={"freezing": True} if frozen else None,
            fullgraph=True,
            dynamic=False,
            # torch counts the versions of a function, and every UNet's forward is one function to
            # it: without a count of its own, the ninth shape of a process would not be compiled.
            isolate_recompiles=True,
            recompile_limit=2 * max(4, len(self._shapes)),
        )
        self.calls = 0

    def __call__(self, first: Any, *args: Any, **given: Any) -> Any:
        if tuple(first.shape) not in self._shapes:
            return self._function(first, *args, **given)
        try:
            result = self._fast(first, *args, **given)
        except Exception as error:
            if is_out_of_memory(error):
                raise
            logger.warning("compiling failed, so nothing is compiled: %s", error)
            self._shapes.clear()
            return self._function(first, *args, **given)
        self.calls += 1
        return result

    def _fast(self, *args: Any, **given: Any) -> Any:
        if not self._graphs:
            return self._compiled(*args, **given)
        torch.compiler.cudagraph_mark_step_begin()  # type: ignore[no-untyped-call]
        # The next call writes into the same memory, and a scheduler may keep what it was given.
        return tuple(tensor.clone() for tensor in self._compiled(*args, **given))


class CompiledUNet:
    """A UNet, compiled for its own size and some numbers of rows."""

    def __init__(self, unet: Any, side: int, rows: tuple[int, ...], *, backend: str) -> None:
        """side: latent cells a side of the model's own size. backend: one of torch.compile's."""
        self._unet = unet
        shapes = {(count, unet.config.in_channels, side, side) for count in rows}
        kind = next(unet.parameters()).device.type
        self._forward = _Compiled(unet.forward, shapes, backend, kind)

    def __call__(
        self,
        latents: Any,
        timesteps: Any,
        /,
        *,
        encoder_hidden_states: Any,
        return_dict: bool = False,
        **added: Any,
    ) -> tuple[Any, ...]:
        result: tuple[Any, ...] = self._forward(
            latents,
            timesteps,
            encoder_hidden_states=encoder_hidden_states,
            return_dict=return_dict,
            **added,
        )
        return result

    @property
    def compiled_calls(self) -> int:
        """How many calls were of a compiled shape."""
        return self._forward.calls

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unet, name)


class CompiledVae:
    """An autoencoder whose decoding of one picture of the model's own size is compiled.

    Without CUDA graphs: pictures are decoded in a thread of their own, beside the UNet's.
    """

    def __init__(self, vae: Any, side: int, *, backend: str) -> None:
        """side: latent cells a side of the model's own size. backend: one of torch.compile's."""
        self._vae = vae
        kind = next(vae.parameters()).device.type
        shapes = {(1, vae.config.latent_channels, side, side)}
        self._decode = _Compiled(vae.decode, shapes, backend, "" if kind == "cuda" else kind)

    def decode(self, latent: Any, **given: Any) -> Any:
        """Decode as the autoencoder itself does."""
        return self._decode(latent, **given)

    @property
    def compiled_calls(self) -> int:
        """How many pictures were of the compiled shape."""
        return self._decode.calls

    def __getattr__(self, name: str) -> Any:
        return getattr(self._vae, name)


def compile_parts(
    unet: Any, vae: Any, side: int, device: torch.device
) -> tuple[CompiledUNet, CompiledVae, tuple[int, ...]]:
    """Return the UNet and the autoencoder for torch.compile, and the rows that the UNet wants.

    The first call with each number of rows takes a minute or more. Raises ModelUnavailable without
    the compiler of the system, which torch needs.
    """
    if not any(
        shutil.which(compiler)
        for compiler in (os.environ.get("CXX", ""), "g++", "clang++")
        if compiler
    ):
        raise ModelUnavailable(
            "ENGINE_COMPILE is torch, but there is no C++ compiler, which torch.compile needs:"
            " install g++, or set auto or off."
        )
    rows = ROW_COUNTS.get(device.type, ROW_COUNTS_ELSEWHERE)
    backend = "inductor"
    unet = CompiledUNet(unet, side, rows, backend=backend)
    return unet, CompiledVae(vae, side, backend=backend), rows
