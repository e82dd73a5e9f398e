"""Which of a part's files holds its weights: by the names that diffusers and transformers give."""

from __future__ import annotations

import re
from collections.abc import Collection

_STEMS = ("diffusion_pytorch_model", "model", "pytorch_model")
# What stands in a name before its ending, in the order in which copies are wanted: whole numbers
# first, and weights that were not averaged (EMA) only where there are no others.
_VARIANTS = ("", "fp32", "fp16", "bf16", "non_ema")


def choose_weights(names: Collection[str]) -> str | None:
    """Return the file name to read among a part's `names`: safetensors before .bin, full before
    half precision.

    Of weights in several files it is their index, such as model.safetensors.index.json.
    """
    for ending in ("safetensors", "bin"):
        for variant in _VARIANTS:
            middle = f"{variant}." if variant else ""
            for stem in _STEMS:
                whole = f"{stem}.{middle}{ending}"
                split = f"{stem}.{ending}.index.{middle}json"
                for name in (whole, split):
                    if name in names:
                        return name
    return None


def variant_of(name: str) -> str | None:
    """Return the variant that a chosen name says, such as "fp16"; None for the plain one."""
    return next((each for each in _VARIANTS if each and f".{each}." in name), None)


def with_pieces(weights: str | None, names: Collection[str]) -> list[str]:
    """Return the chosen file, or the chosen index and the numbered files among `names`."""
    if weights is None or ".index." not in weights:
        return [weights] if weights else []
    stem, ending = weights.split(".")[:2]
    count, variant = r"-\d+-of-\d+", variant_of(weights)
    of_variant = rf"\.{variant}{count}|{count}\.{variant}"  # today's names and those of before
    piece = re.compile(rf"{stem}({of_variant if variant else count})\.{ending}")
    return [weights, *(name for name in names if piece.fullmatch(name))]
