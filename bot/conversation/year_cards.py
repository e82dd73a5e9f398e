"""「年賀状を作って」: a card that says nothing of what is on it shows its year's animal."""

from __future__ import annotations

from bot.conversation import generate
from bot.conversation.context import EventContext, Replies
from bot.prompt.request.zodiac import names_card_alone


def handle_text(ctx: EventContext) -> Replies | None:
    """Paint a 年賀状 without a subject. Passes where there is a picture or photo to make it of."""
    situation = ctx.situation
    if situation.is_reply or situation.has_picture or situation.photo_asked or situation.is_asked:
        return None
    is_asked_for = ctx.mentions_bot and names_card_alone(ctx.reading)
    return generate.handle_text(ctx) if is_asked_for else None
