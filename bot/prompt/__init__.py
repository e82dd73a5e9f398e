"""Reads what a person typed: a request for a picture, a change of one, or a command.

Imports of bot: line (the types of its events) and store.codes; of inference: what needs no torch.

Nobody should have to learn flags: 「夜の富士山を横長で4枚、人物なしで描いてください」 is a whole
request. Steering words (how many, which shape, what to leave out, which seed) are taken out of the
text; the rest is the prompt. Where it is unclear whether a word steers or belongs to the picture,
it stays in the prompt: a lost subject is worse than an ignored wish.
"""

from __future__ import annotations

from bot.prompt.cleaning import MAX_PROMPT, clean, remove_spans
from bot.prompt.commands import Command, parse_command
from bot.prompt.media import Purpose
from bot.prompt.reading import Problem, Reading, read
from bot.prompt.shapes import (
    LANDSCAPE,
    LANDSCAPE_4_3,
    LANDSCAPE_16_9,
    PORTRAIT,
    PORTRAIT_3_4,
    PORTRAIT_9_16,
    SHAPE_LABELS,
    SQUARE,
    Size,
)
from bot.prompt.stored_request import StoredRequest
from bot.prompt.styles import Style, styles

__all__ = [
    "LANDSCAPE",
    "LANDSCAPE_4_3",
    "LANDSCAPE_16_9",
    "MAX_PROMPT",
    "PORTRAIT",
    "PORTRAIT_3_4",
    "PORTRAIT_9_16",
    "SHAPE_LABELS",
    "SQUARE",
    "Command",
    "Problem",
    "Purpose",
    "Reading",
    "Size",
    "StoredRequest",
    "Style",
    "clean",
    "parse_command",
    "read",
    "remove_spans",
    "styles",
]
