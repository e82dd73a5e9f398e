"""Splits a webhook's body into its events, without the SDK: what `web` needs to know of each.

https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

MAX_ID = 255  # LINE's ids have 33 characters, its tokens under 100; this is what a column holds
MAX_EVENTS = 10_000  # far above what LINE sends at once
_SOURCE_IDS = {"user": "userId", "group": "groupId", "room": "roomId"}

# PostgreSQL takes no NUL, UTF-8 no lone surrogate. Each is one UTF-16 unit, as is what replaces it,
# so that the spans of mentions and emojis stay right.
_UNSTORABLE = dict.fromkeys([0, *range(0xD800, 0xE000)], "\ufffd")


class MalformedBody(ValueError):
    """The webhook's body is not a JSON object with a list of events: nothing in it can be read."""


class RawEvent(NamedTuple):
    """One event as it came. What it does not have is None.

    event_id: LINE's webhookEventId, or "sha256:..." where that is missing or too long; 1 to 255
    characters. type: a word of ASCII, else "?", so that it may be logged. chat_key: the chat's id,
    or the event's where it has no chat. message_id: also of an unsent or edited message. body: its
    JSON, in ASCII.
    """

    event_id: str
    type: str
    chat_key: str
    user_id: str | None
    message_id: str | None
    body: str


def split_events(body: bytes) -> list[RawEvent]:
    """Return the events of a webhook in LINE's order.

    An event that is no object, or has no id, is among them. Raises MalformedBody only if the whole
    body is unreadable.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedBody("The webhook's body is not JSON; it cannot be from LINE.") from None
    events = content.get("events") if isinstance(content, dict) else None
    if not isinstance(events, list):
        raise MalformedBody('The webhook\'s body has no list "events"; it cannot be from LINE.')
    if len(events) > MAX_EVENTS:
        raise MalformedBody(f"The webhook has more than {MAX_EVENTS} events.")
    return [_raw_event(event, body, position) for position, event in enumerate(events)]


def storable(value: object) -> str | None:
    """Return a plain str (the SDK's enums are none) that any database can store, or None."""
    if not isinstance(value, str):
        return None
    if value.isascii() and "\0" not in value:
        return str.__str__(value)  # of an enum too
    return str.translate(value, _UNSTORABLE)


def loggable_type(event: Mapping[str, Any]) -> str:
    """Return an event's type, or "?" if it may be content in the wrong place."""
    name = event.get("type")
    # LINE's types are ASCII words.
    if isinstance(name, str) and name.isascii() and name.isalnum() and len(name) <= 40:
        return name
    return "?"


def content_id(event: Mapping[str, Any]) -> str:
    """Return an id made of an event's content, the same when LINE delivers the event again."""
    content = {name: value for name, value in event.items() if name != "deliveryContext"}
    return _hashed_id(json.dumps(content, sort_keys=True, separators=(",", ":")).encode("ascii"))


def _hashed_id(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _raw_event(event: object, body: bytes, position: int) -> RawEvent:
    try:
        text = json.dumps(event, separators=(",", ":"))
    except (ValueError, RecursionError):  # nested more deeply than can be written
        hashed_id = _hashed_id(body + b"%d" % position)
        return RawEvent(hashed_id, "?", hashed_id, None, None, "null")
    fields = _object(event)
    source, message = _object(fields.get("source")), _object(fields.get("message"))
    event_id = _id(fields.get("webhookEventId"))
    if event_id is None:
        event_id = content_id(fields) if fields else _hashed_id(text.encode("ascii"))
    id_name = _SOURCE_IDS.get(storable(source.get("type")) or "", "")
    return RawEvent(
        event_id=event_id,
        type=loggable_type(fields),
        chat_key=_id(source.get(id_name)) or event_id,
        user_id=_id(source.get("userId")),
        message_id=_id(message.get("id")) or _id(_object(fields.get("unsend")).get("messageId")),
        body=text,
    )


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _id(value: object) -> str | None:
    """Return an identifier, or None if it is missing, empty, no string or too long to store."""
    text = storable(value)
    return text if text and len(text) <= MAX_ID else None
