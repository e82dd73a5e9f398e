"""The request column of a job: what to paint, as the web process stores it for the worker.

The web process does not know the model, so it stores levels (quick, faithful, a style's label);
the worker, which has the model loaded, turns them into steps, guidance and words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from bot.prompt.options.letters import Letters
from bot.prompt.options.media import UPRIGHT, Purpose
from bot.prompt.options.shapes import PORTRAIT
from bot.prompt.options.styles import styles
from bot.prompt.request.reading import Reading
from inference.defaults import trained_size
from inference.models.catalog import ModelInfo
from inference.request import MAX_SIDE, DrawRequest

STEP_FACTORS = {"quick": 0.5, "careful": 1.6}  # times the usual number of steps
GUIDANCE_FACTORS = {"free": 0.7, "faithful": 1.35}  # times the usual guidance scale
# Factor for the sides of an enlarged picture, and how far the picture may then change.
ENLARGE_FACTOR, ENLARGE_STRENGTH = 1.5, 0.4
# How far a photo may change if the person does not say. A small model would soon lose the photo.
PHOTO_STRENGTH, PHOTO_STRENGTH_SMALL_MODEL = 0.6, 0.25
_MIN_PHOTO_STEPS = 4  # denoising steps actually run; fewer leave the picture blurry
_LARGE_MODEL_SIDE = 1024  # pixels
_SMALL_MODEL_SIDE = 256  # pixels; a model this small knows too few words for a style's additions

_DRAW_FIELDS = frozenset(item.name for item in fields(DrawRequest))

Effort = Literal["quick", "careful"]
Fidelity = Literal["free", "faithful"]
# What a worker had to do otherwise than it was asked: without the picture to start from, in the
# usual size instead of a larger one, fewer pictures or half as wide for want of memory, without
# those that the safety checker refused, without letters that did not fit.
Fallback = Literal["words_only", "same_size", "fewer", "smaller", "withheld", "letters"]
Origin = Literal["again", "four", "similar", "fine", "change", "edit"]
# Fields whose key in the column is another word.
_KEYS = {
    "origin": "way",
    "source_key": "source",
    "from_photo": "photo",
    "enlarge_key": "larger",
    "cut_text": "cut",
}


@dataclass(frozen=True)
class StoredRequest:
    """What a job asks for.

    prompt, negative_prompt, count, seed, steps, guidance, width, height, strength: as in
    `inference.DrawRequest`; steps and guidance are the operator's settings. styles, effort,
    fidelity: as in `bot.prompt.Reading`, and so is purpose: one that only a newer version knows is
    read as OTHER. origin: the button or kind of words that derived this request from an earlier
    picture; None if somebody asked for it from scratch. source_key: storage key of the picture or
    photo to start from. from_photo: that key is a photo's. enlarge_key: storage key of the picture
    to paint larger. plain_key: storage key of a picture that only gets other letters, and is not
    painted anew. letters: as in `bot.prompt.Reading`. cut_text: the end of the prompt that did not
    fit into the model's tokens. capped: more pictures were asked for. blurred: a picture came
    out blurred by the safety checker. fallbacks: in what the pictures are not what was asked for.
    beside: the person's picture of before, "4F7-K2M:0", which the words may be meant for as well.
    alone: the words that were guessed to be meant for the picture of before.
    painted_with: the painter's numerics (inference's ModelInfo).
    """

    prompt: str
    negative_prompt: str = ""
    count: int = 1
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    width: int | None = None
    height: int | None = None
    strength: float | None = None
    styles: tuple[str, ...] = ()
    effort: Effort | None = None
    fidelity: Fidelity | None = None
    purpose: Purpose | None = None
    letters: Letters | None = None
    origin: Origin | None = None
    source_key: str | None = None
    from_photo: bool = False
    enlarge_key: str | None = None
    plain_key: str | None = None
    cut_text: str = ""
    capped: bool = False
    blurred: bool = False
    fallbacks: tuple[Fallback, ...] = ()
    beside: str = ""
    alone: str = ""
    painted_with: str = ""

    @classmethod
    def from_reading(
        cls, reading: Reading, *, steps: int | None = None, guidance: float | None = None
    ) -> StoredRequest:
        """Make the request for what a person wrote. steps, guidance: the operator's settings."""
        return cls(
            prompt=reading.prompt,
            negative_prompt=reading.negative,
            count=reading.count,
            seed=reading.seed,
            steps=steps,
            guidance=guidance,
            width=reading.width,
            height=reading.height,
            strength=reading.strength or None,
            styles=reading.styles,
            effort=reading.effort,
            fidelity=reading.fidelity,
            purpose=reading.purpose,
            letters=reading.letters,
            capped=reading.capped,
        )

    @classmethod
    def from_json(cls, column: Mapping[str, Any]) -> StoredRequest:
        """Read the column of any version: keys may be missing or null, unknown keys are ignored."""
        values = {item.name: column.get(_KEYS.get(item.name, item.name)) for item in fields(cls)}
        given = {name: value for name, value in values.items() if value is not None}
        lists = {name: tuple(given.get(name, ())) for name in ("styles", "fallbacks")}
        if "purpose" in given:
            known = given["purpose"] in set(Purpose)
            given["purpose"] = Purpose(given["purpose"]) if known else Purpose.OTHER
        if "letters" in given:
            given["letters"] = Letters.from_json(given["letters"])
        return cls(**given | lists)

    def to_json(self) -> dict[str, Any]:
        """Write the column with the keys that older workers read."""
        # Not by `asdict`, which copies value by value, and takes longer than the insert.
        optional = {_KEYS.get(name, name): value for name, value in vars(self).items() if value}
        request = vars(DrawRequest(**self._draw_values()))
        lists = {name: list(optional[name]) for name in ("styles", "fallbacks") if name in optional}
        letters = {"letters": asdict(self.letters)} if self.letters else {}
        return optional | request | lists | letters

    def reading(self) -> Reading:
        """Return the reading this request was made from, without origin and source."""
        return Reading(
            self.prompt,
            self.negative_prompt,
            self.count,
            self.width,
            self.height,
            self.seed,
            styles=self.styles,
            effort=self.effort,
            fidelity=self.fidelity,
            strength=self.strength,
            purpose=self.purpose,
            letters=self.letters,
        )

    def start_key(self, model: ModelInfo) -> str | None:
        """Return the storage key of the picture to start from. Returns None if there is none.

        A picture to be painted larger is itself the start, since another size gives another picture
        from the same seed. A small model cannot paint larger and starts from the source instead.
        `unmet` says so, and where the model takes no picture at all.
        """
        enlarge_key = self.enlarge_key if can_enlarge(model) else None
        return (enlarge_key or self.source_key) if model.image_to_image else None

    def unmet(self, model: ModelInfo) -> tuple[Fallback, ...]:
        """Return what of this request the model cannot do at all."""
        if self.plain_key:
            return ()
        if self.source_key and not model.image_to_image:
            return ("words_only",)
        return ("same_size",) if self.enlarge_key and not can_enlarge(model) else ()

    def draw_request(self, model: ModelInfo, image: bytes | None = None) -> DrawRequest:
        """Return the request to paint with this model. image: the file under `start_key`."""
        strength = self.strength if image else None  # it needs an image
        request = DrawRequest(**self._draw_values() | {"image": image, "strength": strength})
        if request.width is None and image is None and self.purpose in UPRIGHT:
            request = replace(request, width=PORTRAIT[0], height=PORTRAIT[1])
        request = _with_trained_size(request, model)
        if self.enlarge_key and request.image and can_enlarge(model):
            sides = (request.width or model.native_size, request.height or model.native_size)
            width, height = (min(MAX_SIDE, int(side * ENLARGE_FACTOR) // 64 * 64) for side in sides)
            request = replace(request, width=width, height=height, strength=ENLARGE_STRENGTH)
        if factor := STEP_FACTORS.get(self.effort or ""):
            steps = round((request.steps or model.default_steps) * factor)
            request = replace(request, steps=max(1, min(500, steps)))
        if factor := GUIDANCE_FACTORS.get(self.fidelity or ""):
            usual = model.default_guidance if request.guidance is None else request.guidance
            request = replace(request, guidance=max(0.0, min(30.0, round(usual * factor, 2))))
        if self.from_photo and request.image:
            request = _with_photo_strength(request, model)
        return request if model.native_size <= _SMALL_MODEL_SIDE else self._with_styles(request)

    def _draw_values(self) -> dict[str, Any]:
        """Return the fields that this request shares with DrawRequest."""
        return {name: value for name, value in vars(self).items() if name in _DRAW_FIELDS}

    def _with_styles(self, request: DrawRequest) -> DrawRequest:
        """Add the words of each style to the prompts; unknown labels add nothing."""
        for label in self.styles:
            if style := styles().get(label):
                request = replace(
                    request,
                    prompt=_join(request.prompt, style.adds),
                    negative_prompt=_join(request.negative_prompt, style.avoids),
                )
        return request


def can_enlarge(model: ModelInfo) -> bool:
    """Return whether the model can paint a finished picture larger."""
    return model.native_size > _SMALL_MODEL_SIDE and model.image_to_image


def is_enlargeable(size: tuple[int, int]) -> bool:
    """Return whether a picture of this (width, height) in pixels can become larger at all."""
    return max(size) * ENLARGE_FACTOR <= MAX_SIDE


def _with_trained_size(request: DrawRequest, model: ModelInfo) -> DrawRequest:
    """Turn a shape, which is said in the pixels of a 512 model, into one of a larger model's sizes.

    A model of 1024 pixels paints half a picture in 768 x 512.
    """
    if request.width is None or request.height is None or model.native_size < _LARGE_MODEL_SIDE:
        return request
    if request.width * request.height * 2 > model.native_size**2:
        return request
    width, height = trained_size((request.width, request.height), model.native_size)
    return replace(request, width=width, height=height)


def _with_photo_strength(request: DrawRequest, model: ModelInfo) -> DrawRequest:
    """Scale the strength that was said, or the usual one, for this model; add steps if needed."""
    strength = PHOTO_STRENGTH if request.strength is None else request.strength
    if model.native_size <= _SMALL_MODEL_SIDE:
        strength *= PHOTO_STRENGTH_SMALL_MODEL / PHOTO_STRENGTH
    steps = request.steps or model.default_steps
    if strength > 0:
        steps = max(steps, min(500, math.ceil(_MIN_PHOTO_STEPS / strength)))
    return replace(request, strength=strength, steps=steps)


def _join(*parts: str) -> str:
    return "、".join(filter(None, parts))
