"""The greeting, 「使い方」, and the examples of the help to tap."""

from __future__ import annotations

from dataclasses import replace

from bot import messages
from bot.conversation.context import EventContext, Replies


def handle_join(ctx: EventContext) -> Replies | None:
    """Greet whoever adds the bot, or the group that it is invited to."""
    if ctx.event.type not in {"follow", "join"}:
        return None
    return ctx.greet(wait_for_profile=ctx.event.type == "follow")


def handle_postback(ctx: EventContext) -> Replies | EventContext | None:
    """Take a tapped example as if its words had been said to the bot."""
    if ctx.postback is None or ctx.postback[0] != messages.TRY_ACTION:
        return None
    text = messages.example_text(ctx.postback[1], ctx.language, model=ctx.settings.model)
    if text is None:  # of a help message that is older than its pages
        return _send_help(ctx)
    event = replace(ctx.event, message_type="text", text=text, mentions=())
    return ctx.with_event(event).with_mention()


def handle_command(ctx: EventContext) -> Replies | None:
    """Explain how the bot is used."""
    if ctx.command is None or ctx.command.kind != "help":
        return None
    return _send_help(ctx) if ctx.is_addressed else []


def _send_help(ctx: EventContext) -> Replies:
    model = ctx.settings.model
    return ctx.reply(
        messages.help_message(ctx.language, ctx.chat_kind, terms_url=ctx.terms_url, model=model)
    )
