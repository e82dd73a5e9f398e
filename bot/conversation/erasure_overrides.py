"""What is erased, whatever the intent is, and what only sounds like it: 「文字全部消して」."""

from __future__ import annotations

from bot.conversation.context import EventContext
from bot.intent import Decision
from bot.intent.erasures import (
    erases_all,
    erases_one,
    erases_plainly,
    is_not_kept,
    takes_away_all,
)
from bot.intent.kinds import group_of
from bot.intent.one_matter import asks_erasure
from bot.moderation.distress import find_cry


def takes_away_all_of_a_thing(ctx: EventContext) -> bool:
    """Return whether a text takes all of a thing out of the last picture: 「全部の雲消して」."""
    if (ctx.quoted or ctx.last_picture) is None or ctx.recent_photo is not None:
        return False
    return takes_away_all(ctx.text_without_small_talk)


def is_not_to_be_kept(ctx: EventContext) -> bool:
    """Return whether a text says that a picture shall not stay: no change of it."""
    return is_not_kept(ctx.text_without_small_talk)


def what_to_erase(ctx: EventContext) -> str | None:
    """Return the kind of erasure that an unclear text may mean, 「これ消去でお願いします」."""
    words = ctx.text_without_small_talk
    if erases_all(words):
        return "erase.all"
    if not (erases_one(words) or is_not_kept(words)):
        return None
    if ctx.recent_photo is not None:
        return "erase.photo"
    return "erase.picture" if ctx.quoted or ctx.last_picture else None


def names_erasure(ctx: EventContext, decision: Decision) -> str | None:
    """Return the kind of erasure that a text asks for in so many words, whatever else it sounds
    like. A question, a cry for help and an order that is taken back stay what they are."""
    words = ctx.text_without_small_talk
    if decision.action != "answer" and (named := erases_plainly(words)):
        return named
    is_other = decision.action == "answer" and group_of(decision.kind) != "talk"
    return None if is_other or find_cry(ctx.text) else asks_erasure(words)
