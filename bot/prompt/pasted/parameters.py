"""Reads what is pasted: parameters of other tools, and what this bot wrote under its pictures.

Stable Diffusion web UIs write "Negative prompt: ... Steps: 20, Seed: 1, Size: 512x768", chat bots
take "--ar 16:9 --no people". What this bot does not have (steps, samplers, model versions) is left
out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial

from bot.prompt.japanese.cleaning import has_words
from bot.prompt.pasted.fields import RATIO, Pasted, from_fields
from bot.prompt.pasted.labels import extract_labelled, is_steering
from bot.prompt.pasted.markup import without_marks, without_networks, without_weights
from bot.prompt.pasted.own_lines import without_own_lines
from bot.prompt.pasted.tool_patterns import (
    ANY_SEED,
    ASKED,
    COUNT,
    FIRST_PARAMETERS,
    JAPANESE,
    NEGATIVE,
    NEGATIVE_LAST,
    NONE_OF,
    ONE_PARAMETER,
    OPTION,
    OWN_SEEDS,
    OWN_STEPS,
    PARAMETER,
    PARAMETERS,
    POSITIVE,
    SHORT_COUNT,
    SHORT_OPTION,
    SIZE,
    TEXT_IN_MARKS,
)

MAX_NEGATIVE_THINGS = 30  # pasted lists are long; the model reads the first


@lru_cache(maxsize=4)  # it is asked for by the reading and by the intent
def extract_pasted(text: str) -> tuple[str, Pasted]:
    """Return the text without the syntax of tools, and what it said, to be read only. Never raises.

    text: cleaned, on one line. Numbers beyond a bound are passed over.
    """
    pasted = Pasted()
    text = without_marks(without_own_lines(text))
    text = SIZE.sub(_take(pasted.take_ratio), OWN_STEPS.sub("、", text))
    text = ANY_SEED.sub("、", text)
    text = OWN_SEEDS.sub(_take(partial(_take_seeds, pasted)), text)
    text = from_fields(text, pasted)
    if (first := FIRST_PARAMETERS.match(text)) and has_words(text[first.end() :]):
        _take_parameters(pasted, first)
        text = text[first.end() :]
    if has_words(rest := ONE_PARAMETER.sub("", text)):
        text = rest
    if (match := PARAMETERS.search(text)) and has_words(text[: match.start()]):
        _take_parameters(pasted, match)
        text = text[: match.start()]
    text = COUNT.sub(_take(lambda match: pasted.take_count(match["count"])), text)
    text = SHORT_COUNT.sub(_take(lambda match: pasted.take_count(match["n"] or match["x"])), text)
    if not NEGATIVE_LAST.search(text):
        text, things = extract_labelled(text)
        pasted.negatives += [thing for thing in things if thing not in pasted.negatives]
    text = NEGATIVE.sub(partial(_take_negative, pasted), text)
    text = NONE_OF.sub(partial(_take_thing, pasted), text)
    text = OPTION.sub(partial(_take_option, pasted), text)
    text = SHORT_OPTION.sub(_take(partial(_take_short_option, pasted)), text)
    text = without_marks(POSITIVE.sub("", text.strip(" 、,")))
    return without_weights(text, pasted.leave_out).strip(" 、,|"), pasted


def _take(take: Callable[[re.Match[str]], None]) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        take(match)
        return "、"

    return replace


def _take_seeds(pasted: Pasted, match: re.Match[str]) -> None:
    """A picture's seeds count up from the first: four of them are four pictures."""
    extra = [int(number) for number in re.findall("[0-9]+", match["more"])]
    pasted.seed = int(match["first"])
    if extra == list(range(pasted.seed + 1, pasted.seed + 1 + len(extra))):
        pasted.count = 1 + len(extra)


def _take_parameters(pasted: Pasted, match: re.Match[str]) -> None:
    for parameter in PARAMETER.finditer(match[0]):
        if parameter["key"].lower() == "seed":
            pasted.take_seed(parameter["value"])
        elif size := RATIO.fullmatch(parameter["value"]):
            pasted.take_ratio(size)


def _take_negative(pasted: Pasted, match: re.Match[str]) -> str:
    """Take the things of a list; return what steers behind them."""
    text = ASKED.sub("", without_networks(match["things"]).strip(" 。"))
    between = "[,、 ]" if JAPANESE.search(text) and not TEXT_IN_MARKS.search(text) else "[,、]"
    start = 0
    for count, mark in enumerate(re.finditer(f"{between}++|$", text)):
        thing = text[start : mark.start()].strip(" 。()[]{}\"'「」『』&|")
        if count and is_steering(thing):
            return f"、{text[start:]}"
        if thing and count < MAX_NEGATIVE_THINGS:
            pasted.leave_out(thing)
        start = mark.end()
    return "、"


def _take_thing(pasted: Pasted, match: re.Match[str]) -> str:
    pasted.leave_out(match["thing"])
    return ""


def _take_option(pasted: Pasted, match: re.Match[str]) -> str:
    name, value = (match["name"] or "").lower(), match["value"] or ""
    if match["things"]:
        return _take_negative(pasted, match)
    if name.startswith(("ar", "aspect", "size", "res")):
        if ratio := RATIO.fullmatch(value):
            pasted.take_ratio(ratio)
    elif name in {"seed", "sameseed"}:
        pasted.take_seed(value)
    elif name.startswith(("n", "count", "batch", "r")) and name not in {"niji", "raw"}:
        pasted.take_count(value)
    elif name in {"w", "width", "h", "height"}:
        pasted.take_side(name[0], value)
    return "、"


def _take_short_option(pasted: Pasted, match: re.Match[str]) -> None:
    if match["name"] in "WHwh":
        pasted.take_side(match["name"].lower(), match["value"])
    elif match["name"] == "S":
        pasted.take_seed(match["value"])
