"""Reads what a person typed: a request for a picture, a change of one, or a command.

Imports of bot: line (the types of its events), store.codes and texts; of inference: what needs no
torch. From top to bottom: changes, request, pasted; options, commands, translation; japanese.

Nobody should have to learn flags: 「夜の富士山を横長で4枚、人物なしで描いてください」 is a whole
request. Steering words (how many, which shape, what to leave out, which seed) are taken out of the
text; the rest is the prompt. Where it is unclear whether a word steers or belongs to the picture,
it stays in the prompt: a lost subject is worse than an ignored wish.
"""

from __future__ import annotations

from bot.prompt.commands.parser import Command, parse_command
from bot.prompt.japanese.cleaning import MAX_PROMPT, clean, remove_spans
from bot.prompt.options.media import Purpose
from bot.prompt.options.shapes import (
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
from bot.prompt.options.styles import Style, styles
from bot.prompt.request.reading import Problem, Reading, read
from bot.prompt.request.stored import StoredRequest

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
