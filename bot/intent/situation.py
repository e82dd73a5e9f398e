"""The situation in which something is said: the same words may mean another thing in another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Situation:
    """What is known when a message arrives.

    in_group: not a 1:1 chat. is_reply: it quotes a picture of the bot's. has_picture: the person
    had one painted within the hour. photo_asked: the bot has just asked what to make of a photo.
    is_asked: the bot has just asked what to change about a picture.
    """

    in_group: bool = False
    is_reply: bool = False
    has_picture: bool = False
    photo_asked: bool = False
    is_asked: bool = False


CODES = {
    "-": Situation(),
    "p": Situation(has_picture=True),
    "f": Situation(photo_asked=True),
    "q": Situation(has_picture=True, is_asked=True),
    "g": Situation(in_group=True),
    "r": Situation(in_group=True, is_reply=True, has_picture=True),
    "s": Situation(is_reply=True, has_picture=True),
}
"""The letters of the corpus: 1:1 with nothing before, a picture, a photo, a question; in a group
with a mention, in reply to a picture; in reply to a picture in a 1:1 chat."""
