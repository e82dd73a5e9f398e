"""Parses the events of a webhook, as the bot needs them.

Every event is read from its plain JSON, as far as possible. The SDK's model of it is asked as
well: what it does not accept (a type, mode or message type younger than the SDK, a missing
property) is logged. What cannot be served at all is an UnusableEvent.

https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.line.sdk_model import log_unrecognized
from bot.line.webhook_body import MAX_ID, content_id
from bot.line.webhook_body import storable as _string

MAX_TYPE, MAX_MODE = 64, 32  # of an event; its columns are as wide
MAX_TEXT = 10_000  # LINE's own limit is 5,000 UTF-16 code units
MAX_SPANS = 1_000
MAX_DATA = 300  # https://developers.line.biz/en/reference/messaging-api/#postback-action


class UnusableEvent(Exception):
    """This event cannot be served. The message says why, without any of its content."""


@dataclass(frozen=True)
class Span:
    """A stretch of the text: `index` and `length` in UTF-16 code units, as LINE counts."""

    index: int
    length: int


@dataclass(frozen=True)
class Mention(Span):
    """An "@name" in the text. is_self: it is the bot who is mentioned. user_id: if LINE says."""

    is_self: bool = False
    user_id: str | None = None


@dataclass(frozen=True)
class ImageSet:
    """Which of several photos sent at once: the `index`-th (from 1) of `total`, if LINE says."""

    id: str
    index: int | None = None
    total: int | None = None


@dataclass(frozen=True)
class WebhookEvent:
    """One event of a webhook. What an event does not have is None or empty.

    id: LINE's webhookEventId, or "sha256:..." of the event where that is missing; 1 to 255
    characters, the key that prevents handling it twice. mode: nothing may be sent unless it is
    "active". redelivery: LINE has sent it before. message_id: also of an unsent or edited message.
    members: user ids that joined or left.
    has_external_content: a picture whose bytes are not at LINE but at an address of the sender's
    choice. The address is left out: the bot would visit whatever anybody names.
    """

    id: str
    type: str
    mode: str = "active"
    redelivery: bool = False
    chat_id: str | None = None
    chat_kind: Literal["user", "group", "room"] | None = None
    user_id: str | None = None
    reply_token: str | None = None
    message_id: str | None = None
    message_type: str | None = None
    text: str | None = None
    quote_token: str | None = None
    quoted_message_id: str | None = None
    postback_data: str | None = None
    mentions: tuple[Mention, ...] = ()
    emojis: tuple[Span, ...] = ()
    sticker_keywords: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    image_set: ImageSet | None = None
    has_external_content: bool = False


def parse_event(text: str) -> WebhookEvent:
    """Return an event from its JSON. Raises UnusableEvent if it cannot be served."""
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        raise UnusableEvent("not readable as JSON") from None
    if not isinstance(event, dict):
        raise UnusableEvent("not an object")
    try:
        event_id = _id(event, "webhookEventId") or content_id(event)
        log_unrecognized(event)
        return _read(event, event_id)
    except UnusableEvent:
        raise
    except Exception as problem:
        # Only the class: messages of the SDK and of json quote the event, and so what people wrote.
        raise UnusableEvent(type(problem).__name__) from None


def _read(event: Mapping[str, Any], event_id: str) -> WebhookEvent:
    event_type = _id(event, "type", MAX_TYPE)
    if event_type is None:
        raise UnusableEvent("no type")
    source = _object(event, "source")
    message = _object(event, "message")
    postback = _object(event, "postback")
    chat_kind = _chat_kind(source)
    mode = event.get("mode", "active")
    return WebhookEvent(
        id=event_id,
        type=event_type,
        mode=(_string(mode) or "unknown")[:MAX_MODE],
        redelivery=_object(event, "deliveryContext").get("isRedelivery") is True,
        chat_id=_id(source, f"{chat_kind}Id") if chat_kind else None,
        chat_kind=chat_kind,
        user_id=_id(source, "userId"),
        reply_token=_token(event, "replyToken"),
        message_id=_id(message, "id") or _id(_object(event, "unsend"), "messageId"),
        message_type=_id(message, "type"),
        text=_text(message),
        quote_token=_token(message, "quoteToken"),
        quoted_message_id=_id(message, "quotedMessageId"),
        postback_data=(_string(postback.get("data")) or "")[:MAX_DATA] or None,
        mentions=tuple(_mentions(_object(message, "mention"))),
        emojis=tuple(span for _, span in _spans(message.get("emojis"))),
        sticker_keywords=tuple(_keywords(message)),
        members=tuple(_members(event)),
        image_set=_image_set(_object(message, "imageSet")),
        has_external_content=_object(message, "contentProvider").get("type") == "external",
    )


def _object(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _id(parent: Mapping[str, Any], name: str, max_chars: int = MAX_ID) -> str | None:
    """Return an identifier, or None if it is missing, empty or no string.

    Raises UnusableEvent for one that is too long to store: cut off, it would be somebody else's.
    """
    value = _string(parent.get(name)) or None
    if value and len(value) > max_chars:
        raise UnusableEvent(f"{name} is longer than {max_chars} characters")
    return value


def _token(parent: Mapping[str, Any], name: str) -> str | None:
    value = _string(parent.get(name)) or None
    return value if value and len(value) <= MAX_ID else None


def _chat_kind(source: Mapping[str, Any]) -> Literal["user", "group", "room"] | None:
    match source.get("type"):
        case "user":
            return "user"
        case "group":
            return "group"
        case "room":
            return "room"
    return None


def _text(message: Mapping[str, Any]) -> str | None:
    value = message.get("text")
    return _string(value[:MAX_TEXT]) if isinstance(value, str) else None


def _spans(values: object) -> Iterator[tuple[Mapping[str, Any], Span]]:
    """Yield those of LINE's {index, length, ...} objects that name a stretch of text."""
    for value in values[:MAX_SPANS] if isinstance(values, list) else []:
        if not isinstance(value, dict):
            continue
        index, length = value.get("index"), value.get("length")
        if type(index) is int and type(length) is int and 0 <= index < 2**31 and 0 < length < 2**31:
            yield value, Span(index, length)


def _mentions(mention: Mapping[str, Any]) -> Iterator[Mention]:
    for value, span in _spans(mention.get("mentionees")):
        is_self = value.get("isSelf") is True
        yield Mention(span.index, span.length, is_self, _token(value, "userId"))


def _keywords(message: Mapping[str, Any]) -> Iterator[str]:
    keywords = message.get("keywords")
    for keyword in keywords[:15] if isinstance(keywords, list) else []:
        if text := _string(keyword):
            yield text[:MAX_ID]


def _members(event: Mapping[str, Any]) -> Iterator[str]:
    for name in ("joined", "left"):
        members = _object(event, name).get("members")
        for member in members[:MAX_SPANS] if isinstance(members, list) else []:
            if isinstance(member, dict) and (user_id := _token(member, "userId")):
                yield user_id


def _image_set(image_set: Mapping[str, Any]) -> ImageSet | None:
    set_id = _token(image_set, "id")
    index, total = (
        value if type(value) is int and 0 < value < 2**31 else None
        for value in (image_set.get("index"), image_set.get("total"))
    )
    return ImageSet(set_id, index, total) if set_id else None
