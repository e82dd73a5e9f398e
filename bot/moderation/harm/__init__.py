"""Harm that no list knows: a classifier beside the lists, of words and of wishes about photos.

The lists refuse what they know. This judges what is left, by what a mistake would cost: clear harm
is refused, doubt is asked about, and a cry for help is answered as one. See docs/intent.md.
"""

from bot.moderation.harm.classes import Place
from bot.moderation.harm.judgement import Judgement

__all__ = ["Judgement", "is_doubtful", "judge"]


def judge(text: str, place: Place) -> Judgement:
    """Return what to do about a text as a person wrote it, of any length. Never raises."""
    from bot.moderation.harm import decide  # with numpy, which web does without

    return decide.judge(text, place)


def is_doubtful(text: str, place: Place) -> bool:
    """Return whether a text, as a person wrote it, is not surely harmless. Never raises."""
    from bot.moderation.harm import decide  # with numpy, which web does without

    return decide.is_doubtful(text, place)
