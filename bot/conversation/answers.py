"""Answers to questions, small talk, cries for help and insults: never with a picture."""

from __future__ import annotations

from bot import messages
from bot.conversation.context import EventContext, Replies
from bot.intent.kinds import TALK_KINDS
from bot.jobs import limits
from inference.models import catalog
from inference.request import MAX_COUNT


def answer(ctx: EventContext, kind: str) -> Replies:
    """Answer a text of this kind, one of bot.intent.KINDS that is neither painted nor a command."""
    topic = kind.partition(".")[2]
    match kind.partition(".")[0]:
        case "question":
            return _answer_question(ctx, topic)
        case "talk":
            return ctx.reply(messages.talk_answer(topic, ctx.language, ctx.chat_kind))
        case "cry":
            return answer_cry(ctx, topic)
    return ctx.reply(messages.talk_answer(kind, ctx.language, ctx.chat_kind))


def answer_cry(ctx: EventContext, topic: str) -> Replies:
    """Answer a cry for help with who listens. topic: "life", "violence" or "help"."""
    lines = ctx.settings.support_lines
    return ctx.reply(messages.support_answer(topic, ctx.language, support_lines=lines))


def talk_kind(ctx: EventContext, fallback: str) -> str:
    """Return which small talk a text is that the patterns know as such: 「ただいま」 is "home"."""
    likeliest = max(TALK_KINDS, key=ctx.intent.probability)
    is_sure = ctx.intent.probability(likeliest) >= 0.2
    return likeliest.removeprefix("talk.") if is_sure else fallback


def _answer_question(ctx: EventContext, topic: str) -> Replies:
    settings, lang = ctx.settings, ctx.language
    daily = limits.limits_for_chat(ctx.db, settings, ctx.chat_id).daily_pictures
    return ctx.reply(
        messages.question_answer(
            topic,
            lang,
            ctx.chat_kind,
            path=settings.answers_path,
            terms_url=ctx.terms_url,
            license=catalog.license_of(settings.model),
            commercial=messages.commercial_use(lang, forbidden=settings.commercial_use_forbidden),
            days=settings.retention_days,
            daily=messages.daily_limit(lang, pictures=daily),
            max_count=MAX_COUNT,
        )
    )
