"""A Stable Diffusion in memory: text -> embeddings, one UNet call, latent -> picture.

Every function works row by row: a row of `predict` has its own latent, timestep and embedding, so
that rows of different requests can share one call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from inference.errors import PaintError
from inference.models.conditioning import Conditioning
from inference.models.safety_checker import SafetyChecker
from inference.models.tokenizer import Tokenizer


class UNet(Protocol):
    """What the engine needs of a UNet2DConditionModel: rows in, rows out."""

    @property
    def config(self) -> Any:
        """Its config.json."""

    def __call__(
        self,
        latents: torch.Tensor,
        timesteps: torch.Tensor,
        /,
        *,
        encoder_hidden_states: torch.Tensor,
        return_dict: bool,
        **added: Any,
    ) -> tuple[torch.Tensor, ...]:
        """(rows, channels, h, w), (rows,), (rows, 77, width) -> (prediction,) of latents' shape.

        added: what some UNets are told besides; see Conditioning.keywords.
        """

    def __getattr__(self, name: str) -> Any: ...


class Autoencoder(Protocol):
    """What the engine needs of an AutoencoderKL or an AutoencoderTiny."""

    @property
    def config(self) -> Any:
        """Its config.json."""

    def decode(self, latent: torch.Tensor, /, *, return_dict: bool) -> tuple[torch.Tensor, ...]:
        """Decode (1, channels, h, w) -> (pictures,), each (3, h * factor, w * factor), -1 to 1."""

    def __getattr__(self, name: str) -> Any: ...


@dataclass
class Model:
    """The parts of a Stable Diffusion. Weights are in `dtype`; latents outside of it in float32.

    native_size: pixels of a side the UNet was trained on. factor: pixels per latent cell. pad_to:
    the numbers of rows, ascending, that calls of the UNet are padded to; none, when it takes any.
    english_only: whether the text encoder cannot read Japanese. precision: in which the UNet and
    the decoder compute, where that is not `dtype`. runtime: what runs them, "torch" or "openvino".
    squares_only: it was trained on squares alone. min_output_side: pixels; what is painted smaller
    is delivered enlarged (0: as usual); sharpen: with steeper edges. Of SDXL: text_encoder_2,
    tokenizer_2, and whether an empty negative prompt is zeros (zero_empty_negative). vae_dtype: of
    the autoencoder's weights where it is not `dtype`, since it would overflow in it. memory_order:
    of the weights, in words. distilled_guidance: the largest guidance scale that the UNet was
    taught to give in one row, being a plain UNet at a scale of 1 (0: it was not taught so).
    """

    name: str
    license: str
    tokenizer: Tokenizer
    text_encoder: Any
    unet: UNet
    vae: Autoencoder
    safety_checker: SafetyChecker | None
    scheduler_config: Mapping[str, Any]
    device: torch.device
    dtype: torch.dtype
    native_size: int
    factor: int
    default_steps: int
    default_guidance: float
    default_scheduler: str | None
    pad_to: tuple[int, ...] = ()
    english_only: bool = False
    precision: str = ""
    runtime: str = "torch"
    squares_only: bool = False
    min_output_side: int = 0
    sharpen: bool = False
    text_encoder_2: Any = None
    tokenizer_2: Tokenizer | None = None
    zero_empty_negative: bool = False
    vae_dtype: torch.dtype | None = None
    memory_order: str = ""
    distilled_guidance: float = 0.0

    @property
    def is_sdxl(self) -> bool:
        """Whether it has SDXL's two text encoders."""
        return self.text_encoder_2 is not None

    @property
    def scale_width(self) -> int | None:
        """The width of the embedded guidance scale that its UNet takes; None if it takes none."""
        width = getattr(self.unet.config, "time_cond_proj_dim", None)
        return int(width) if width else None

    def takes_two_rows(self, guidance: float, negative_prompt: str) -> bool:
        """Return whether a picture at this guidance scale takes two rows of the UNet, not one.

        A UNet that is told the scale does with one, and knows no negative prompt. Where it is a
        plain one at a scale of 1, it can be asked twice like any other.
        """
        if self.scale_width is None:
            return guidance > 1
        beyond = bool(negative_prompt) or guidance > self.distilled_guidance
        return guidance > 1 and self.distilled_guidance > 0 and beyond

    @property
    def latent_side(self) -> int:
        """Latent cells of a side of a picture of the native size."""
        return -(-self.native_size // self.factor)


@torch.no_grad()
def encode_prompt(model: Model, prompt: str) -> torch.Tensor:
    """Embed one prompt: the result is (77, width), in the model's dtype and on its device."""
    ids = torch.tensor([model.tokenizer.encode(prompt)], device=model.device)
    embedding: torch.Tensor = model.text_encoder(ids)[0][0]
    return embedding


@torch.no_grad()
def condition(model: Model, prompt: str) -> Conditioning:
    """Read one prompt into one row, without a size.

    SDXL: the states before both encoders' last layers, side by side, and the second's projection.
    """
    if not model.is_sdxl:
        return Conditioning(encode_prompt(model, prompt)[None])
    assert model.tokenizer_2 is not None
    first, second = (
        encoder(
            torch.tensor([tokenizer.encode(prompt)], device=model.device), output_hidden_states=True
        )
        for tokenizer, encoder in (
            (model.tokenizer, model.text_encoder),
            (model.tokenizer_2, model.text_encoder_2),
        )
    )
    hidden = torch.cat([first.hidden_states[-2], second.hidden_states[-2]], dim=-1)
    return Conditioning(hidden, second.text_embeds)


@torch.no_grad()
def predict(
    model: Model,
    latents: torch.Tensor,
    timesteps: torch.Tensor,
    conditioning: Conditioning,
) -> torch.Tensor:
    """Call the UNet: (rows, channels, h, w), (rows,), its conditions -> prediction, float32."""
    prediction: torch.Tensor = model.unet(
        latents.to(model.dtype),
        timesteps,
        encoder_hidden_states=conditioning.hidden,
        return_dict=False,
        **conditioning.keywords(),
    )[0]
    return prediction.float()


@torch.no_grad()
def encode_image(
    model: Model, pixels: NDArray[np.uint8]
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Encode a picture, (height, width, 3) -> mean and spread of its latents, (channels, h, w),
    float32.

    Sides that `factor` does not divide are continued at the edge. The spread is None where the
    autoencoder gives latents rather than a distribution.
    """
    height, width = pixels.shape[:2]
    padding = ((0, -height % model.factor), (0, -width % model.factor), (0, 0))
    whole = torch.from_numpy(np.pad(pixels, padding, mode="edge"))
    sample = (whole.permute(2, 0, 1)[None].float() / 127.5 - 1).to(model.device, _vae_dtype(model))
    encoded = model.vae.encode(sample)
    mean, scale = _normalisation(model)
    if not hasattr(encoded, "latent_dist"):
        return (encoded.latents[0].float() - mean) / scale, None
    spread = encoded.latent_dist
    return (spread.mean[0].float() - mean) / scale, spread.std[0].float() / scale


@torch.no_grad()
def decode_latent(model: Model, latent: torch.Tensor) -> NDArray[np.uint8]:
    """Decode a latent, (channels, h, w) -> a picture, (h * factor, w * factor, 3), 0 to 255.

    One at a time: the decoder needs many times the memory of a denoising step. Raises PaintError
    for values that are not numbers: permanent if the steps gave them, since they do so again.
    """
    if not torch.isfinite(latent).all():
        raise _not_finite(
            "The steps ended in values that are not numbers; the same request would do so again."
            " Choose another scheduler or another number of steps.",
            permanent=True,
        )
    mean, scale = _normalisation(model)
    sample = (latent * scale + mean)[None].to(_vae_dtype(model))
    decoded = model.vae.decode(sample, return_dict=False)[0][0].float()
    if not torch.isfinite(decoded).all():
        raise _not_finite(
            "The decoder computed values that are not numbers; nothing can be shown of them."
            " If it happens often, choose another device.",
            permanent=False,
        )
    unit = (decoded / 2 + 0.5).clamp(0, 1)
    picture: NDArray[np.uint8] = (unit.permute(1, 2, 0) * 255).round().to(torch.uint8).cpu().numpy()
    return picture


def _not_finite(message: str, *, permanent: bool) -> PaintError:
    return PaintError(message, permanent=permanent, code="not_finite")


def _vae_dtype(model: Model) -> torch.dtype:
    return model.vae_dtype or model.dtype


def _normalisation(model: Model) -> tuple[torch.Tensor | float, torch.Tensor | float]:
    """Mean and spread of what the autoencoder gives: (channels, 1, 1) where each has its own."""
    config = model.vae.config
    factor = 1 / float(config.scaling_factor)
    means, spreads = (getattr(config, f"latents_{name}", None) for name in ("mean", "std"))
    if means is None or spreads is None:
        return 0.0, factor
    mean, spread = (
        torch.tensor(numbers, device=model.device)[:, None, None] for numbers in (means, spreads)
    )
    return mean, spread * factor
