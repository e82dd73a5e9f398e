"""What comes of judging a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Action = Literal["paint", "ask", "refuse"]


@dataclass(frozen=True)
class Judgement:
    """action: to paint, to ask first, or to refuse. category: the likeliest of
    `bot.moderation.CATEGORIES`; None if it is painted."""

    action: Action
    category: str | None = None
