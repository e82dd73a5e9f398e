"""Several wishes in one message, 「猫と犬を1枚ずつ」: one to a tap, for a reply carries one.

Nothing is painted before the tap, which brings the token that the picture is answered with.
"""

from __future__ import annotations

from dataclasses import replace

from bot import messages
from bot.conversation import generate
from bot.conversation.context import EventContext, Replies
from bot.prompt import remove_spans
from bot.prompt.request.several import split_wishes
from bot.store import pending_questions
from bot.store.pending_questions import Question


def handle_text(ctx: EventContext) -> Replies | None:
    """Offer the wishes one by one, and all of them as one picture, 「はい」.

    Passes what is about a picture or photo, and what moderation would not paint as it stands.
    """
    situation = ctx.situation
    is_about_another = situation.is_reply or situation.photo_asked or situation.is_asked
    is_offered = ctx.event.type == "message" and ctx.mentions_bot and not is_about_another
    if not is_offered or ctx.reading.problem or ctx.language != "ja":
        return None
    wishes = split_wishes(_as_typed(ctx))
    if not wishes or not generate.is_harmless(ctx):
        return None
    question = Question("wish", ctx.text, ctx.event.message_id)
    pending_questions.ask(ctx.db, ctx.chat_id, ctx.event.user_id, question)
    return ctx.reply(messages.several_wishes(wishes, ctx.language))


def _as_typed(ctx: EventContext) -> str:
    """Return the text with its marks, of which cleaning makes digits, 「①」."""
    event = ctx.event
    return remove_spans(event.text or "", event.mentions, event.emojis)


def handle_postback(ctx: EventContext) -> EventContext | None:
    """Take a tapped wish as if its words had been said to the bot."""
    if ctx.postback is None or ctx.postback[0] != messages.EACH_ACTION:
        return None
    event = replace(ctx.event, message_type="text", text=ctx.postback[1], mentions=())
    return ctx.with_event(event).with_mention()
