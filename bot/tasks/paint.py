"""From a request to pictures that may be shown: other seeds, fewer pictures, smaller ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import structlog

from bot.prompt.request.stored import Fallback
from inference.errors import OutOfMemory, PaintError, Unsafe
from inference.request import DrawRequest, Picture

log = structlog.get_logger(__name__)

Paint = Callable[[DrawRequest], list[Picture]]


class Painted(NamedTuple):
    """Pictures, and in what they are not what was asked for."""

    pictures: list[Picture]
    fallbacks: tuple[Fallback, ...] = ()


def paint_pictures(paint: Paint, request: DrawRequest, *, blurred: bool) -> Painted:
    """Paint a request, or a smaller one where memory is short. Raises PaintError.

    blurred: whether pictures that the safety checker flagged narrowly may be shown blurred.
    """
    try:
        return _unflagged(paint, request, blurred=blurred)
    except (OutOfMemory, MemoryError) as error:
        smaller = request.smaller()
        log.warning("paint.out_of_memory", smaller=smaller is not None)
        if smaller is None:
            raise PaintError(str(error), permanent=True, code="out_of_memory") from error
    fallback: Fallback = "fewer" if smaller.count < request.count else "smaller"
    try:
        painted = _unflagged(paint, smaller, blurred=blurred)
    except (OutOfMemory, MemoryError) as error:
        raise PaintError(str(error), permanent=True, code="out_of_memory") from error
    return Painted(painted.pictures, (fallback, *painted.fallbacks))


def _unflagged(paint: Paint, request: DrawRequest, *, blurred: bool) -> Painted:
    """Paint, and once more with another seed if every picture is flagged. Raises Unsafe.

    The prompt passed moderation, so it is not to blame; a seed that the person chose is kept.
    """
    for last in (request.seed is not None, True):
        try:
            pictures = paint(request)
            if clean := [picture for picture in pictures if not picture.flagged]:
                return _without_others(clean, pictures)
            if last and blurred and (blurry := [each for each in pictures if each.blurred]):
                log.info("paint.shown_blurred", pictures=len(blurry))
                return _without_others(blurry, pictures)
            raise Unsafe("Every picture was flagged.")
        except Unsafe:
            if last:
                raise
            log.info("paint.repeated", reason="every picture was flagged")
    raise AssertionError("unreachable")


def _without_others(shown: list[Picture], pictures: list[Picture]) -> Painted:
    return Painted(shown, ("withheld",) if len(shown) < len(pictures) else ())
