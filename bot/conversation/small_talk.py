"""Answer what is no request and changes nothing: thanks, greetings, 「残り何枚」, the terms."""

from __future__ import annotations

from bot import messages
from bot.conversation import answers
from bot.conversation.context import EventContext, Replies
from bot.conversation.picture_refs import find_pending
from bot.conversation.several_pictures import chooses_picture
from bot.intent.one_matter import drops_order
from bot.jobs import limits
from bot.prompt.changes.undo import is_undo
from bot.prompt.pasted.own_sentences import is_own

_KINDS = frozenset({"left", "terms", "thanks", "praise", "hello", "nod", "doubt"})


def handle_loose_words(ctx: EventContext) -> Replies | None:
    """Ignore words such as 「遅い」 that people in a group say to each other."""
    return [] if ctx.command and ctx.command.conversational and not ctx.is_addressed else None


def handle_command(ctx: EventContext) -> Replies | None:
    """Answer small talk that is said to the bot.

    Passes on praise and doubt if the person was just asked what to change, 「もっとかわいい」, and
    on praise of one of several pictures.
    """
    if ctx.command is None or ctx.command.kind not in _KINDS:
        return None
    kind = ctx.command.kind
    if is_undo(ctx.text):
        return None  # 「⏪おねがい」
    if ctx.is_waiting and ctx.is_addressed and drops_order(ctx.text_without_small_talk):
        return None  # 「誤爆です」
    if not ctx.mentions_bot:
        return []  # 「かわいい！」 among people is for them, even if it quotes a picture
    if kind in {"praise", "doubt"} and find_pending(ctx.db, ctx.chat_id, ctx.event.user_id):
        return None
    if kind == "praise" and chooses_picture(ctx):
        return None  # the praised picture is the one that is meant next
    if kind == "left":
        return _pictures_left(ctx)
    if kind == "terms":
        return ctx.reply(messages.terms_link(ctx.language, terms_url=ctx.terms_url))
    topic = answers.talk_kind(ctx, kind)
    return ctx.reply(messages.talk_answer(topic, ctx.language, ctx.chat_kind))


def handle_own_sentence(ctx: EventContext) -> Replies | None:
    """Ask for a wish when the bot's own words come back, 「何を描きましょうか。…」."""
    if ctx.event.type == "messageEdited" or not is_own(ctx.text):
        return None
    return ctx.reply(messages.request_problem("empty", ctx.language, ctx.chat_kind))


def _pictures_left(ctx: EventContext) -> Replies:
    """Say how many pictures the person may still ask for today."""
    daily = limits.limits_for_chat(ctx.db, ctx.settings, ctx.chat_id).daily_pictures
    if not daily:
        return ctx.reply(messages.pictures_left("unlimited", ctx.language))
    left = daily - limits.pictures_today(ctx.db, ctx.chat_id, ctx.event.user_id)
    if left <= 0:
        return ctx.reply(messages.limit_reached("daily", ctx.language, limit=daily))
    return ctx.reply(messages.pictures_left("some", ctx.language, left=left, limit=daily))
