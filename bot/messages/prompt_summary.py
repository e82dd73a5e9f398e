"""「こう読みました」: what was understood of a text, in words that are read the same."""

from __future__ import annotations

from collections.abc import Sequence

from bot import texts
from bot.prompt import LANDSCAPE, PORTRAIT, SHAPE_LABELS, SQUARE, StoredRequest, styles
from bot.prompt.options.letters import Letters
from bot.texts import gettext
from bot.texts.graphemes import cut
from inference.request import MAX_COUNT

_SHAPE_KEYS = {LANDSCAPE: "landscape", PORTRAIT: "portrait", SQUARE: "square"}
# Strengths that have words; any other is a percentage.
_STRENGTH_KEYS = {0.35: "little", 0.4: "little", 0.55: "half", 0.8: "much"}
MAX_CUT_CHARS = 60  # of the cut text that are shown


def summary_text(request: StoredRequest, lang: str) -> str:
    """Say what was understood beside the prompt, and which words the model could not take in.

    Returns an empty text if there is nothing to say.
    """
    items = (", " if lang == "en" else "、").join(summary_items(request, lang))
    lines = [gettext("reading.line", lang, parts=items)] if items else []
    return "\n".join([*lines, *notes(request, lang)])


def notes(request: StoredRequest, lang: str) -> list[str]:
    """Say which part of a request could not be met as it was read: too many, too long."""
    lines = []
    if request.capped:
        lines.append(gettext("reading.capped", lang, limit=MAX_COUNT))
    if cut_text := request.cut_text.strip(" 、,。"):
        words = cut_text if len(cut_text) <= MAX_CUT_CHARS else cut(cut_text, MAX_CUT_CHARS) + "…"
        lines.append(gettext("reading.cut", lang, words=words))
    return lines


def subject(prompt: str, style_labels: Sequence[str]) -> str:
    """Return what a prompt shows: without the styles at its end, which are told beside it."""
    words = prompt.strip()
    for label in reversed(style_labels):
        shorter = words.removesuffix(label).rstrip(" 、,")
        words = shorter or words
    return words


def fallback_lines(request: StoredRequest, count: int, lang: str) -> list[str]:
    """Say in what the pictures are not what was asked for. count: the number of pictures."""
    lines = []
    for name in request.fallbacks:
        if name == "fewer":
            lines.append(gettext("fallback.fewer", lang, count=count))
        elif texts.has_text(key := f"fallback.{name}"):  # a newer worker may know others
            lines.append(gettext(key, lang))
    return lines


def summary_items(request: StoredRequest, lang: str) -> list[str]:
    """List each thing that was understood, in the order in which people say them."""
    known = [styles()[label] for label in request.styles if label in styles()]
    items = [style.en if lang == "en" else style.label for style in known]
    items += [
        gettext(f"reading.{_SHAPE_KEYS[shape]}", lang) if shape in _SHAPE_KEYS else name
        for shape, name in SHAPE_LABELS.items()
        if shape == (request.width, request.height)
    ]
    if request.purpose is not None:
        items.append(gettext(f"purpose.{request.purpose}", lang))
    if request.letters is not None:
        items.append(_letters_text(request.letters, lang))
    if request.count > 1:
        items.append(gettext("reading.count", lang, count=request.count))
    for negative in request.negative_prompt.split("、"):
        if negative:
            items.append(gettext("reading.without", lang, what=negative))
    from_image = "words_only" not in request.fallbacks
    if request.from_photo and from_image:
        items.append(gettext("reading.photo", lang))
    if request.origin == "fine" or (request.origin == "similar" and from_image):
        items.append(gettext(f"reading.{request.origin}", lang))
    # A variation sets a seed and a strength of its own, which nobody asked for.
    if request.seed is not None and not request.origin:
        items.append(gettext("reading.seed", lang, seed=request.seed))
    if request.effort and request.origin != "fine":
        items.append(gettext(f"reading.{request.effort}", lang))
    if request.fidelity:
        items.append(gettext(f"reading.{request.fidelity}", lang))
    if request.strength is not None and not request.origin and from_image:
        items.append(_strength_text(request.strength, lang))
    return items


_SIZES = {-2: "very_small", -1: "small", 1: "large", 2: "very_large"}


def _letters_text(letters: Letters, lang: str) -> str:
    how = [letters.place, "vertical" if letters.vertical else None, letters.colour, letters.face]
    how.append(_SIZES.get(letters.size))
    words = [gettext(f"reading.letters_{each}", lang) for each in how if each]
    joined = (" " if lang == "en" else "").join(words)
    return gettext("reading.letters", lang, how=joined, words=letters.text).strip()


def _strength_text(strength: float, lang: str) -> str:
    if key := _STRENGTH_KEYS.get(strength):
        return gettext(f"reading.change_{key}", lang)
    return gettext("reading.change_share", lang, percent=round(100 * strength))
