"""Answers to what is no wish and changes nothing: thanks, greetings, 「残り何枚」, the rules."""

from __future__ import annotations

from bot import limits, messages
from bot.queue import Wake
from bot.turn import Turn


def answer(turn: Turn, kind: str) -> list[Wake]:
    """Answer a command of one of the kinds ANSWERED."""
    if kind == "left":
        return _left(turn)
    if kind == "terms":
        return turn.say(messages.terms(turn.language, terms_url=turn.terms_url))
    return turn.say(messages.small_talk(kind, turn.language, turn.kind))


ANSWERED = frozenset({"left", "terms", "thanks", "praise", "hello", "nod", "doubt"})


def _left(turn: Turn) -> list[Wake]:
    """How many pictures the person may still ask for today."""
    daily = limits.limits_of(turn.db, turn.settings, turn.chat_id).daily
    if not daily:
        return turn.say(messages.left("unlimited", turn.language))
    left = daily - limits.today(turn.db, turn.chat_id, turn.event.user_id)
    if left <= 0:
        return turn.say(messages.busy("daily", turn.language, limit=daily))
    return turn.say(messages.left("some", turn.language, left=left, limit=daily))
