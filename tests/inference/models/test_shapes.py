"""Parts of different models are refused before anything is painted with them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from inference.errors import ModelUnavailable
from inference.models.shapes import check_shapes

pytestmark = pytest.mark.slow  # it imports torch


def part(**config: Any) -> Any:
    return SimpleNamespace(config=SimpleNamespace(**config))


def check(
    *,
    channels: int = 4,
    width: int = 8,
    limit: int = 77,
    words: int = 50,
    vae: dict[str, Any] | None = None,
    **unet: Any,
) -> None:
    """Check a checkpoint that fits but for what is given."""
    encoder = part(hidden_size=8, max_position_embeddings=limit, vocab_size=words)
    parts = part(
        **{"in_channels": channels, "out_channels": 4, "cross_attention_dim": width, **unet}
    )
    tokenizer: Any = SimpleNamespace(max_id=49)
    autoencoder = part(**{"latent_channels": 4, "scaling_factor": 0.18, **(vae or {})})
    check_shapes("toy", [tokenizer], [encoder], parts, autoencoder)


def test_parts_that_fit_are_taken() -> None:
    check()
    check(vae={"latents_mean": [0, 0.5, -1, 2], "latents_std": [1, 0.5, 1, 2]})
    check(vae={"latents_mean": None, "latents_std": None, "scaling_factor": 1})


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"channels": 9}, "its UNet takes 9 channels, its autoencoder has 4"),
        ({"out_channels": 8}, "its UNet gives 8 channels instead of 4"),
        ({"class_embed_type": "identity"}, "its UNet wants a class"),
        ({"vae": {"scaling_factor": 0}}, "its autoencoder's .* latents by 0"),
        ({"vae": {"scaling_factor": None}}, "its autoencoder's .* by None, which is no number"),
        ({"vae": {"scaling_factor": float("nan")}}, "its autoencoder's .* no number"),
        ({"vae": {"scaling_factor": "0.18"}}, "its autoencoder's .* no number"),
        ({"vae": {"latents_mean": [0.0] * 3}}, "its autoencoder has 4 channels and 3 latents_mean"),
        ({"vae": {"latents_std": [1, 1, 0, 1]}}, "its autoencoder's .* latents by 0"),
        ({"vae": {"latents_mean": [0, 0, None, 0]}}, "its autoencoder's .* no number"),
        ({"width": 16}, "its UNet and its text encoder do not fit together"),
        ({"limit": 40}, "its text encoder reads 40 tokens, not 77"),
        ({"words": 49}, "its tokenizer knows ids up to 49, its text encoder only 49"),
    ],
)
def test_what_does_not_fit_is_named(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ModelUnavailable, match=f"toy cannot be used: {told}"):
        check(**wrong)
