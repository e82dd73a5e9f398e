"""The first users of the simulator: one friend of the bot, and a group of three."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from simulator.chat import Message

BOT = "U" + "0" * 32
AOI = "U" + "a" * 32
HARUTO = "U" + "b" * 32
YUI = "U" + "c" * 32
GROUP = "C" + "d" * 32
BOT_NAME = "絵筆"


@dataclass
class Person:
    """A user of LINE as the bot's channel knows them.

    friend: has added the bot. blocked: has added it and then blocked it. wrote_at: monotonic
    seconds of the last message in the one-to-one chat, which opens it for pushes for seven days
    even without friendship (Messaging API reference, "Conditions for sending push message").
    language: of their LINE, which a profile tells in a one-to-one chat.
    """

    id: str
    name: str
    friend: bool = False
    blocked: bool = False
    wrote_at: float | None = None
    language: str = "ja"

    @property
    def picture(self) -> str:
        """Return the path of the user's profile picture on the simulator."""
        return f"/api/people/{self.id}/picture"


@dataclass
class Room:
    """A chat: one person and the bot (its id is the person's), or a group."""

    id: str
    kind: Literal["user", "group"]
    name: str
    members: list[str]
    bot_inside: bool = True
    messages: list[Message] = field(default_factory=list)
    typing_until: float = 0.0  # monotonic seconds
    seq: int = 0


def inhabitants() -> tuple[dict[str, Person], dict[str, Room]]:
    """Create the users and rooms that every simulator starts with."""
    people = {
        BOT: Person(BOT, BOT_NAME),
        AOI: Person(AOI, "あおい", friend=True),
        HARUTO: Person(HARUTO, "はると"),
        YUI: Person(YUI, "ゆい"),
    }
    rooms = {
        AOI: Room(AOI, "user", "あおい", [AOI]),
        GROUP: Room(GROUP, "group", "お絵描き部", [AOI, HARUTO, YUI]),
    }
    return people, rooms
