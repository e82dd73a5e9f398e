"""Do the parts of a checkpoint fit together? Each may be read whole and be another model's."""

from __future__ import annotations

import math
from typing import Any

from inference.errors import ModelUnavailable
from inference.models.checkpoint import SUPPORTED
from inference.models.conditioning import size_ids
from inference.models.tokenizer import TOKEN_LIMIT, Tokenizer


def check_shapes(
    name: str, tokenizers: list[Tokenizer], encoders: list[Any], unet: Any, vae: Any
) -> None:
    """Raise ModelUnavailable if the parts of a checkpoint do not fit together.

    name: of the checkpoint. encoders: the text encoders, each with its tokenizer.
    """
    wrong = None
    channels = vae.config.latent_channels
    if unet.config.in_channels != channels:
        wrong = f"its UNet takes {unet.config.in_channels} channels, its autoencoder has {channels}"
    elif unet.config.out_channels != channels:
        wrong = f"its UNet gives {unet.config.out_channels} channels instead of {channels}"
    elif getattr(unet.config, "class_embed_type", None):
        wrong = "its UNet wants a class beside the text"
    elif unet.config.cross_attention_dim != sum(encoder.config.hidden_size for encoder in encoders):
        wrong = "its UNet and its text encoder do not fit together"
    elif len(encoders) > 1:
        wrong = wrong_addition(unet, encoders[1])
    wrong = wrong or wrong_latents(vae)
    for tokenizer, encoder in zip(tokenizers, encoders, strict=True):
        wrong = wrong or _wrong_tokenizer(tokenizer, encoder)
    if wrong:
        raise ModelUnavailable(f"{name} cannot be used: {wrong}. {SUPPORTED}")


def _wrong_tokenizer(tokenizer: Tokenizer, text: Any) -> str | None:
    if text.config.max_position_embeddings < TOKEN_LIMIT:
        limit = text.config.max_position_embeddings
        return f"its text encoder reads {limit} tokens, not {TOKEN_LIMIT}"
    if tokenizer.max_id >= text.config.vocab_size:
        return (
            f"its tokenizer knows ids up to {tokenizer.max_id}, its text encoder only"
            f" {text.config.vocab_size}"
        )
    return None


def wrong_latents(vae: Any) -> str | None:
    """Return what is wrong with how an autoencoder's config.json scales latents; None for nothing.

    It would show at each picture, which has to be decoded by it.
    """
    config = vae.config
    divisors = [getattr(config, "scaling_factor", 1)]
    numbers: list[Any] = []
    for name in ("latents_mean", "latents_std"):
        if (given := getattr(config, name, None)) is None:
            continue
        given = list(given) if isinstance(given, list | tuple) else [given]
        if len(given) != config.latent_channels:
            return f"its autoencoder has {config.latent_channels} channels and {len(given)} {name}"
        (divisors if name == "latents_std" else numbers).extend(given)
    for value in (*divisors, *numbers):
        if not isinstance(value, int | float) or not math.isfinite(value):
            return f"its autoencoder's config.json scales latents by {value!r}, which is no number"
    return "its autoencoder's config.json scales latents by 0" if 0 in divisors else None


def wrong_addition(unet: Any, encoder: Any) -> str | None:
    """Return what is wrong with what an SDXL's UNet is told beside the text; None for nothing.

    Its base is told six numbers and the sum of the text; its refiner other ones.
    """
    numbers = len(size_ids(0, 0)) * int(unet.config.addition_time_embed_dim or 0)
    wanted = unet.config.projection_class_embeddings_input_dim
    if wanted == numbers + encoder.config.projection_dim:
        return None
    return (
        f"its UNet wants {wanted} numbers of text and size, and they are"
        f" {numbers + encoder.config.projection_dim}"
    )
