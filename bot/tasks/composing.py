"""The worker's finishing of a job's pictures: sizes of purposes and letters (bot.composition)."""

from __future__ import annotations

from io import BytesIO
from typing import NamedTuple

from PIL import Image

from bot.composition.compose import compose
from bot.composition.formats import is_composed
from bot.prompt import StoredRequest
from bot.prompt.request.stored import Fallback
from inference.images.encode import encode_image
from inference.request import Picture


class Composed(NamedTuple):
    """Pictures to deliver, and what they were made of, in the same order.

    plain: empty if nothing was made of the pictures; kept, so that others can be made of them.
    """

    pictures: list[Picture]
    plain: list[Picture]
    fallbacks: tuple[Fallback, ...] = ()


def compose_pictures(painted: list[Picture], request: StoredRequest, model: str) -> Composed:
    """Return the pictures as they were asked for. model: the model's name, for the label."""
    if not is_composed(request):
        return Composed(painted, [])
    results = [compose(each, request.purpose, request.letters, model) for each in painted]
    complete = all(has_all for _, has_all in results)
    return Composed([each for each, _ in results], painted, () if complete else ("letters",))


def reopen(data: bytes, seed: int, model: str) -> Picture:
    """Return a picture of storage as if it had just been painted. Raises OSError."""
    with Image.open(BytesIO(data)) as image:
        return encode_image(image.convert("RGB"), seed=seed, model=model)
