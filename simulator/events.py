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
    """An event of type `kind` in `room`, remembered for redelivery.

    user: who caused it, or None where LINE does not tell (join, leave). content: the properties
    of this type. In standby mode there is no reply token.
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
    """A source object: a user, or a group and perhaps one of its members."""
    if room.kind == "user":
        return {"type": "user", "userId": room.id}
    found: Json = {"type": "group", "groupId": room.id}
    if user:
        found["userId"] = user
    return found


def mentions(state: State, room: Room, text: str) -> Json | None:
    """The `mention` property for the @names in a group's text, or None.

    Indexes and lengths are UTF-16 code units ("Character counting in a text"). There are no
    mentions in one-to-one chats; at most 20 are told.
    """
    if room.kind != "group":
        return None
    names = {"@All": None, f"@{BOT_NAME}": BOT}
    names |= {f"@{state.people[member].name}": member for member in room.members}
    found: list[Json] = []
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
        found.append(mentionee)
        position += len(name)
    return {"mentionees": found[:20]} if found else None


def utf16(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
