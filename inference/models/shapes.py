"""Do the parts of a checkpoint fit together? Each may be read whole and be another model's."""

from __future__ import annotations

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
    elif unet.config.cross_attention_dim != sum(encoder.config.hidden_size for encoder in encoders):
        wrong = "its UNet and its text encoder do not fit together"
    elif len(encoders) > 1:
        wrong = wrong_addition(unet, encoders[1])
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
