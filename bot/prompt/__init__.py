"""What a person typed -> what to paint, or which command it is.

Nobody should have to learn flags: 「夜の富士山を横長で4枚、人物なしで描いてください」 is a whole
request. The words that steer (how many, which shape, what to leave out, which seed) are taken out
of the text; the rest is the prompt. Where it is unclear whether a word steers or belongs to the
picture, it stays in the prompt: a lost subject is worse than an ignored wish.
"""

from __future__ import annotations

from bot.prompt.cleaning import MAX_PROMPT, clean, cut
from bot.prompt.commands import Command, command
from bot.prompt.reading import Problem, Reading, read
from bot.prompt.steering import (
    LANDSCAPE,
    PORTRAIT,
    SHAPES,
    SQUARE,
    STAND,
    TABLE,
    TALL,
    WIDE,
    Size,
)
from bot.prompt.styles import Style, styles
from bot.prompt.wish import reading_of, request_of, source_of, stored

__all__ = [
    "LANDSCAPE",
    "MAX_PROMPT",
    "PORTRAIT",
    "SHAPES",
    "SQUARE",
    "STAND",
    "TABLE",
    "TALL",
    "WIDE",
    "Command",
    "Problem",
    "Reading",
    "Size",
    "Style",
    "clean",
    "command",
    "cut",
    "read",
    "reading_of",
    "request_of",
    "source_of",
    "stored",
    "styles",
]
