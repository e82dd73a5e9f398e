"""What a job keeps of a reading, and the request that the worker makes of it.

The web process does not know the model, so it stores levels (quick, faithful, a style's label);
the worker, which has the model loaded, turns them into steps, guidance and words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from bot.prompt.reading import Reading
from bot.prompt.styles import styles
from inference.catalog import ModelInfo
from inference.request import MAX_SIDE, DrawRequest

STEPS = {"quick": 0.5, "careful": 1.6}  # times the usual number of steps
GUIDANCE = {"free": 0.7, "faithful": 1.35}  # times the usual guidance
_MANNERS = ("styles", "effort", "fidelity", "strength")
_NOT_OF_A_REQUEST = {"styles", "effort", "fidelity", "cut", "way", "source", "larger", "photo"}
LARGER, LARGER_STRENGTH = 1.5, 0.4  # times the sides, and how far the picture may then change
# How far a photo may change when nothing is said of it. A small model would soon lose it.
PHOTO_STRENGTH, PHOTO_STRENGTH_SMALL = 0.6, 0.25
_PHOTO_STEPS = 4  # that are done at least; fewer leave it unclear
_FEW_WORDS = 256  # a model that paints no larger than this knows too few words for a preset


def stored(
    reading: Reading, *, steps: int | None = None, guidance: float | None = None
) -> dict[str, Any]:
    """A reading as a job's request column keeps it. steps, guidance: the operator's settings."""
    request = DrawRequest(
        prompt=reading.prompt,
        negative_prompt=reading.negative,
        count=reading.count,
        seed=reading.seed,
        steps=steps,
        guidance=guidance,
        width=reading.width,
        height=reading.height,
    )
    manners = {name: value for name in _MANNERS if (value := getattr(reading, name))}
    if reading.styles:
        manners["styles"] = list(reading.styles)
    return asdict(request) | manners


def reading_of(kept: Mapping[str, Any]) -> Reading:
    """The reading of which `stored` made this."""
    return Reading(
        kept["prompt"],
        kept.get("negative_prompt") or "",
        kept.get("count") or 1,
        kept.get("width"),
        kept.get("height"),
        kept.get("seed"),
        styles=tuple(kept.get("styles") or ()),
        effort=kept.get("effort"),
        fidelity=kept.get("fidelity"),
        strength=kept.get("strength"),
    )


def source_of(kept: Mapping[str, Any], model: ModelInfo) -> str | None:
    """The key in storage of the picture to start from; None: from nothing but words.

    A picture that is to become larger is the start of the larger one, since another size gives
    another picture from the same seed. A small model cannot paint larger.
    """
    key = kept.get("larger") if _can_paint_larger(model) else None
    return key or kept.get("source")


def request_of(kept: Mapping[str, Any], model: ModelInfo) -> DrawRequest:
    """The request to paint, for this model; `kept` is what `stored` gave."""
    values = {name: value for name, value in kept.items() if name not in _NOT_OF_A_REQUEST}
    if not values.get("image"):
        values["strength"] = None  # said of a picture that is not there
    request = DrawRequest(**values)
    if kept.get("larger") and values.get("image") and _can_paint_larger(model):
        sides = (request.width or model.native_size, request.height or model.native_size)
        width, height = (min(MAX_SIDE, int(it * LARGER) // 64 * 64) for it in sides)
        request = replace(request, width=width, height=height, strength=LARGER_STRENGTH)
    if factor := STEPS.get(kept.get("effort") or ""):
        usual = request.steps or model.default_steps
        request = replace(request, steps=max(1, min(500, round(usual * factor))))
    if factor := GUIDANCE.get(kept.get("fidelity") or ""):
        usual_guidance = model.default_guidance if request.guidance is None else request.guidance
        request = replace(request, guidance=max(0.0, min(30.0, round(usual_guidance * factor, 2))))
    if kept.get("photo") and request.image:
        request = _from_photo(request, model)
    found = kept.get("styles") or ()
    if not found or model.native_size <= _FEW_WORDS:
        return request
    for label in found:
        if style := styles().get(label):
            request = replace(
                request,
                prompt=_join(request.prompt, style.adds),
                negative_prompt=_join(request.negative_prompt, style.avoids),
            )
    return request


def _from_photo(request: DrawRequest, model: ModelInfo) -> DrawRequest:
    """With what was said of the strength, or the usual one, in the measure of this model."""
    strength = PHOTO_STRENGTH if request.strength is None else request.strength
    if model.native_size <= _FEW_WORDS:
        strength *= PHOTO_STRENGTH_SMALL / PHOTO_STRENGTH
    steps = request.steps or model.default_steps
    if strength > 0:
        steps = max(steps, min(500, math.ceil(_PHOTO_STEPS / strength)))
    return replace(request, strength=strength, steps=steps)


def _can_paint_larger(model: ModelInfo) -> bool:
    return model.native_size > _FEW_WORDS


def _join(*parts: str) -> str:
    return "、".join(filter(None, parts))
