"""「こう読みました」: what was understood of a sentence, in words that are read the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.prompt import LANDSCAPE, PORTRAIT, SHAPES, SQUARE, styles
from bot.texts import say

_NAMED = {LANDSCAPE: "landscape", PORTRAIT: "portrait", SQUARE: "square"}
# Strengths that are said in words; any other in figures.
_CHANGES = {0.35: "little", 0.4: "little", 0.55: "half", 0.8: "much"}
MAX_CUT = 60  # characters of what was cut that are named


def line(kept: Mapping[str, Any], lang: str = "ja") -> str:
    """What was understood beside the prompt, and which words the model could not take in.

    kept: a job's request column. Empty when there is nothing to say.
    """
    said = (", " if lang == "en" else "、").join(parts(kept, lang))
    lines = [say("reading.line", lang, parts=said)] if said else []
    if cut := (kept.get("cut") or "").strip(" 、,。"):
        words = cut if len(cut) <= MAX_CUT else cut[:MAX_CUT].rstrip() + "…"
        lines.append(say("reading.cut", lang, words=words))
    return "\n".join(lines)


def parts(kept: Mapping[str, Any], lang: str = "ja") -> list[str]:
    """Each thing that was understood, in the order in which people say them."""
    found = [styles()[it] for it in kept.get("styles") or () if it in styles()]
    said = [style.en if lang == "en" else style.label for style in found]
    size = (kept.get("width"), kept.get("height"))
    said += [
        say(f"reading.{_NAMED[shape]}", lang) if shape in _NAMED else name
        for shape, name in SHAPES.items()
        if shape == size
    ]
    if (count := kept.get("count") or 1) > 1:
        said.append(say("reading.count", lang, count=count))
    for what in (kept.get("negative_prompt") or "").split("、"):
        if what:
            said.append(say("reading.without", lang, what=what))
    # Going on from a picture sets a seed and a strength of its own, which nobody said.
    way = kept.get("way")
    if kept.get("photo"):
        said.append(say("reading.photo", lang))
    if way in {"similar", "fine"}:
        said.append(say(f"reading.{way}", lang))
    if kept.get("seed") is not None and not way:
        said.append(say("reading.seed", lang, seed=kept["seed"]))
    for manner in ("effort", "fidelity"):
        if (level := kept.get(manner)) and not (way == "fine" and manner == "effort"):
            said.append(say(f"reading.{level}", lang))
    if (strength := kept.get("strength")) is not None and not way:
        if level := _CHANGES.get(strength):
            said.append(say(f"reading.change_{level}", lang))
        else:
            said.append(say("reading.change_share", lang, percent=round(100 * strength)))
    return said
