"""Stickers in a 1:1 chat: what one shows is offered as a wish, what it says is answered.

Nothing is painted before somebody says so: a sticker is mostly meant as a greeting.
"""

from __future__ import annotations

from dataclasses import replace

from bot import messages
from bot.conversation import clarify, generate
from bot.conversation.context import EventContext, Replies
from bot.intent import decide
from bot.prompt.translation.stickers import sticker_talk, sticker_wish


def handle_sticker(ctx: EventContext) -> Replies | EventContext | None:
    """Offer a sticker's picture or answer it kindly; hand on the words of a message sticker.

    Silent in groups, where stickers are for people.
    """
    event = ctx.event
    if event.message_type != "sticker":
        return None
    if not ctx.is_private:
        return []
    spoken = ctx.with_event(replace(event, message_type="text"))
    if event.text is not None and spoken.text and not spoken.is_too_long:
        return _answer_words(spoken)
    is_answer = event.quoted_message_id is not None  # it says what somebody thinks of a picture
    wish = None if is_answer else sticker_wish(event.sticker_keywords)
    if wish is not None:
        return clarify.offer_wish(
            ctx, wish.prompt, shown=wish.english if ctx.language == "en" else wish.prompt
        )
    topic = sticker_talk(event.sticker_keywords) or "sticker"
    return ctx.reply(messages.talk_answer(topic, ctx.language, ctx.chat_kind))


def _answer_words(spoken: EventContext) -> Replies | EventContext:
    """Offer the words on a sticker if they are a wish; any others count as if they were typed."""
    is_wish = spoken.reading.problem is None and decide(spoken.intent).action != "answer"
    if spoken.command is not None or spoken.situation.is_asked or not is_wish:
        return spoken
    if spoken.settings.moderation:
        judge = generate.moderation_of(spoken)
        if judge.judge(spoken.reading.prompt, "", words=spoken.text).action != "paint":
            return spoken
    return clarify.offer_wish(spoken, spoken.text, shown=spoken.text)
