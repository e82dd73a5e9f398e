"""What may be chosen when a model is loaded. No torch here: settings are read without it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from inference.errors import PaintError

logger = logging.getLogger(__name__)

# What ENGINE_COMPILE may say; on and off have been its words before there was a choice.
COMPILERS = {
    "auto": "auto",
    "openvino": "openvino",
    "torch": "torch",
    **dict.fromkeys(("1", "on", "true", "yes"), "torch"),
    **dict.fromkeys(("0", "off", "false", "no"), "off"),
}


@dataclass(frozen=True)
class LoadOptions:
    """The defaults change nothing of the checkpoint.

    tiny_vae: folder or hub id of an AutoencoderTiny (TAESD), which decodes instead of the
    checkpoint's own autoencoder. lora: "path-or-id[:scale],...", merged into the weights.
    compile: "off"; "auto" translates UNet and decoder for OpenVINO where that is quick and pays (a
    small model on a CPU); "openvino" insists on it; "torch" uses torch.compile. threads: processor
    threads of this process; None takes the cores that it may use.
    """

    tiny_vae: str | None = None
    lora: str | None = None
    compile: str = "off"
    threads: int | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> LoadOptions:
        """Read TINY_VAE_MODEL, LORA, ENGINE_COMPILE and TORCH_THREADS.

        Raises PaintError for a bad value, naming the setting.
        """
        compiled, threads = environ.get("ENGINE_COMPILE", ""), environ.get("TORCH_THREADS", "")
        compiler = COMPILERS.get(compiled.lower() or "auto")
        if compiler is None:
            raise _wrong(
                f"ENGINE_COMPILE must be auto, openvino, torch or off, not {compiled[:40]!r}."
            )
        if threads and not (threads.isdecimal() and int(threads) > 0):
            raise _wrong(f"TORCH_THREADS must be a number above 0, not {threads[:40]!r}.")
        return cls(
            tiny_vae=environ.get("TINY_VAE_MODEL") or _old_tiny_vae(environ),
            lora=environ.get("LORA") or None,
            compile=compiler,
            threads=int(threads) if threads else None,
        )


DEFAULT_OPTIONS = LoadOptions()


def _old_tiny_vae(environ: Mapping[str, str]) -> str | None:
    """Read the setting's name of before, and say so."""
    value = environ.get("TINY_VAE") or None
    if value:
        logger.warning("TINY_VAE is called TINY_VAE_MODEL now: rename it; it is still read.")
    return value


def _wrong(message: str) -> PaintError:
    return PaintError(message, permanent=True, code="invalid_setting")
