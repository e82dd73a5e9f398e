"""LINE's webhook body -> the events in it, one by one, as the bot needs them.

Every event first goes through the SDK's model of it. What the SDK does not accept (a type, mode
or message type younger than the SDK, a property that is missing) is read from the plain JSON
instead, as far as it can be; what cannot be served at all is logged and skipped. So one strange
event never costs its neighbours in the same webhook their answer.

Messaging API reference, "Webhook Event Objects".
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import structlog
from linebot.v3.webhooks import Event

MAX_ID = 255  # LINE's ids have 33 characters, its tokens under 100; this is what a column holds
MAX_TYPE, MAX_MODE = 64, 32  # of an event; its columns are as wide
MAX_TEXT = 10_000  # LINE's own limit is 5,000 UTF-16 code units
MAX_SPANS = 1_000
MAX_DATA = 300  # Messaging API reference, "Postback action"

# PostgreSQL takes no NUL, UTF-8 no lone surrogate. Each is one UTF-16 unit, as is what replaces it,
# so that the spans of mentions and emojis stay right.
_UNSTORABLE = dict.fromkeys([0, *range(0xD800, 0xE000)], "\ufffd")

log = structlog.get_logger(__name__)


class MalformedBody(ValueError):
    """The webhook's body is not a JSON object with a list of events: nothing in it can be read."""


class _Unusable(Exception):
    """This one event cannot be served. The message says why, without any of its content."""


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
class Incoming:
    """One event of a webhook. What an event has not, is None or empty.

    id: LINE's webhookEventId, or "sha256:..." of the event where that is missing; 1 to 255
    characters, the key against doing anything twice. mode: nothing at all may be sent unless it is
    "active". timestamp_ms: when it happened, milliseconds since 1970. redelivery: LINE has sent it
    before. message_id: also of an unsent or edited message. members: user ids that joined or left.
    content_elsewhere: a picture whose bytes are not at LINE but at an address of the sender's
    choice, which is not handed on: fetching it would have the bot visit what anybody names.
    """

    id: str
    type: str
    mode: str = "active"
    timestamp_ms: int = 0
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
    postback_params: dict[str, str] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    emojis: tuple[Span, ...] = ()
    sticker_keywords: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    image_set: ImageSet | None = None
    content_elsewhere: bool = False


def parse(body: bytes) -> list[Incoming]:
    """The events of a webhook, in LINE's order, without those that cannot be served.

    Raises MalformedBody only when the whole body is unreadable; never for a single event.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedBody("The webhook's body is not JSON; it cannot be from LINE.") from None
    events = content.get("events") if isinstance(content, dict) else None
    if not isinstance(events, list):
        raise MalformedBody('The webhook\'s body has no list "events"; it cannot be from LINE.')
    return [incoming for event in events if (incoming := _parse_one(event))]


def _parse_one(event: object) -> Incoming | None:
    try:
        if not isinstance(event, dict):
            raise _Unusable("not an object")
        return _read(_checked(event))
    except _Unusable as problem:
        reason = str(problem)
    except Exception as problem:
        # The neighbours must be served whatever is wrong with this one. Only the class is logged:
        # messages of the SDK and of json quote the event, and so what people wrote.
        reason = type(problem).__name__
    log.warning("event skipped", type=_loggable_type(event), reason=reason)
    return None


def _checked(event: dict[str, Any]) -> Mapping[str, Any]:
    """The event as the SDK's model reads it, or as it came where the SDK does not know it."""
    try:
        known: dict[str, Any] = Event.from_dict(event).to_dict()
    except Exception as problem:
        reason = type(problem).__name__
        log.info("event unknown to the SDK", type=_loggable_type(event), reason=reason)
        return event
    return known


def _read(event: Mapping[str, Any]) -> Incoming:
    kind = _id(event, "type", MAX_TYPE)
    if kind is None:
        raise _Unusable("no type")
    source = _object(event, "source")
    message = _object(event, "message")
    postback = _object(event, "postback")
    chat_kind = _chat_kind(source)
    mode = event.get("mode", "active")
    return Incoming(
        id=_id(event, "webhookEventId") or _fingerprint(event),
        type=kind,
        mode=(_string(mode) or "unknown")[:MAX_MODE],
        timestamp_ms=_timestamp(event),
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
        postback_params=dict(_params(_object(postback, "params"))),
        mentions=tuple(_mentions(_object(message, "mention"))),
        emojis=tuple(span for _, span in _spans(message.get("emojis"))),
        sticker_keywords=tuple(_keywords(message)),
        members=tuple(_members(event)),
        image_set=_image_set(_object(message, "imageSet")),
        content_elsewhere=_object(message, "contentProvider").get("type") == "external",
    )


def _object(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def _string(value: object) -> str | None:
    """A plain str (the SDK's enums are not) that any database can hold, or None."""
    return str.translate(value, _UNSTORABLE) if isinstance(value, str) else None


def _id(of: Mapping[str, Any], name: str, longest: int = MAX_ID) -> str | None:
    """An identifier, or None when it is missing, empty or no string.

    One that is too long cannot be kept, and cut it would be somebody else's.
    """
    value = _string(of.get(name)) or None
    if value and len(value) > longest:
        raise _Unusable(f"{name} is longer than {longest} characters")
    return value


def _token(of: Mapping[str, Any], name: str) -> str | None:
    value = _string(of.get(name)) or None
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


def _timestamp(event: Mapping[str, Any]) -> int:
    value = event.get("timestamp")
    if type(value) is int and 0 < value < 2**53:
        return value
    return time.time_ns() // 1_000_000


def _text(message: Mapping[str, Any]) -> str | None:
    value = message.get("text")
    return _string(value[:MAX_TEXT]) if isinstance(value, str) else None


def _spans(values: object) -> Iterator[tuple[Mapping[str, Any], Span]]:
    """Those of LINE's {index, length, ...} objects that name a stretch of text."""
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


def _params(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in list(params.items())[:20]:
        if isinstance(value, str):
            yield (_string(name) or "")[:MAX_ID], (_string(value) or "")[:MAX_DATA]


def _keywords(message: Mapping[str, Any]) -> Iterator[str]:
    keywords = message.get("keywords")
    for keyword in keywords[:15] if isinstance(keywords, list) else []:
        if clean := _string(keyword):
            yield clean[:MAX_ID]


def _members(event: Mapping[str, Any]) -> Iterator[str]:
    for name in ("joined", "left"):
        members = _object(event, name).get("members")
        for member in members[:MAX_SPANS] if isinstance(members, list) else []:
            if isinstance(member, dict) and (user_id := _token(member, "userId")):
                yield user_id


def _image_set(of: Mapping[str, Any]) -> ImageSet | None:
    set_id = _token(of, "id")
    index, total = (
        it if type(it) is int and 0 < it < 2**31 else None
        for it in (of.get("index"), of.get("total"))
    )
    return ImageSet(set_id, index, total) if set_id else None


def _fingerprint(event: Mapping[str, Any]) -> str:
    """An id from the event's content, the same when LINE delivers the event again."""
    content = {name: value for name, value in event.items() if name != "deliveryContext"}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _loggable_type(event: object) -> str:
    kind = event.get("type") if isinstance(event, dict) else None
    # LINE's types are ASCII words; anything else may be content that went astray.
    if isinstance(kind, str) and kind.isascii() and kind.isalnum() and len(kind) <= 40:
        return kind
    return "?"
