"""Webhook event objects, as LINE sends them.

Source: Messaging API reference, "Webhook Event Objects".
"""

from __future__ import annotations

from typing import Any

from simulator import ids
from simulator.people import BOT, BOT_NAME, Room
from simulator.state import State

Json = dict[str, Any]
# Events that can be replied to (same page, the `replyToken` of each event).
WITH_TOKEN = {"message", "messageEdited", "follow", "join", "memberJoined", "postback"}


def make(state: State, room: Room, kind: str, user: str | None, **content: Any) -> Json:
    """Create an event of type `kind` in `room` and remember it for redelivery.

    user: the sender, or None where LINE names none (join, leave). content: the properties of this
    type. In standby mode the event has no reply token.
    """
    event: Json = {"type": kind, **content}
    event["webhookEventId"] = ids.ulid()
    event["deliveryContext"] = {"isRedelivery": False}
    event["timestamp"] = ids.now_ms()
    event["source"] = source(room, user)
    if kind in WITH_TOKEN and state.settings.mode == "active":
        event["replyToken"] = state.tokens.issue(room.id)
    event["mode"] = state.settings.mode
    state.events[event["webhookEventId"]] = event
    return event


def source(room: Room, user: str | None) -> Json:
    """Return a source object: a user, or a group with or without one of its members."""
    if room.kind == "user":
        return {"type": "user", "userId": room.id}
    source_object: Json = {"type": "group", "groupId": room.id}
    if user:
        source_object["userId"] = user
    return source_object


def mentions(state: State, room: Room, text: str) -> Json | None:
    """Return the `mention` property for the @names in a group's text. Returns None if there are
    none.

    Indexes and lengths are UTF-16 code units ("Character counting in a text"). One-to-one chats
    have no mentions; LINE reports at most 20.
    """
    if room.kind != "group":
        return None
    names = {"@All": None, f"@{BOT_NAME}": BOT}
    names |= {f"@{state.people[member].name}": member for member in room.members}
    mentionees: list[Json] = []
    position = 0
    while position < len(text):
        name = max((each for each in names if text.startswith(each, position)), key=len, default="")
        if not name:
            position += 1
            continue
        mentionee: Json = {"index": utf16(text[:position]), "length": utf16(name)}
        if names[name] is None:
            mentionee["type"] = "all"
        else:
            mentionee |= {"type": "user", "userId": names[name], "isSelf": names[name] == BOT}
        mentionees.append(mentionee)
        position += len(name)
    return {"mentionees": mentionees[:20]} if mentionees else None


def utf16(text: str) -> int:
    """Return the length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
