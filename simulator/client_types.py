"""Types that a client of the simulator sees: bubbles, and the bot's responses to webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Msg:
    """One bubble. sender_kind: "user" or "bot". via: "reply", "push" or None. raw: all of it."""

    id: str
    seq: int
    room: str
    sender: str
    sender_name: str
    sender_kind: str
    at: int
    type: str
    text: str | None
    mention: Json | None
    quote: Json | None
    image: Json | None
    flex: Json | None
    template: Json | None
    alt_text: str | None
    quick_reply: Json | None
    unsent: bool
    edited: bool
    via: str | None
    raw: Json

    @classmethod
    def from_json(cls, room: str, raw: Json) -> Msg:
        """Parse an element of /api/rooms/<id>/messages."""
        return cls(
            id=raw["id"],
            seq=raw["seq"],
            room=room,
            sender=raw["from"]["id"],
            sender_name=raw["from"]["name"],
            sender_kind=raw["from"]["kind"],
            at=raw["at"],
            type=raw["type"],
            text=raw.get("text"),
            mention=raw.get("mention"),
            quote=raw.get("quote"),
            image=raw.get("image"),
            flex=raw.get("flex"),
            template=raw.get("template"),
            alt_text=raw.get("altText"),
            quick_reply=raw.get("quickReply"),
            unsent=raw["unsent"],
            edited=raw["edited"],
            via=raw["via"],
            raw=raw,
        )

    @property
    def by_bot(self) -> bool:
        """Return whether the bot sent it."""
        return self.sender_kind == "bot"

    def actions(self) -> list[Json]:
        """Return every action object: of the quick reply, then of the Flex or template message."""
        return [
            action
            for part in (self.quick_reply, self.flex, self.template)
            for action in _actions(part)
        ]


@dataclass(frozen=True)
class WebhookResult:
    """The bot's response to a webhook.

    status: HTTP status, 0 without a response. ms: milliseconds. error: LINE's reason, or None.
    body: the first 2000 characters of the response (raw webhooks only).
    """

    status: int
    ms: int
    error: str | None
    body: str = ""

    @classmethod
    def from_json(cls, raw: Json) -> WebhookResult:
        """Parse the simulator's {status, ms, error, body}."""
        return cls(raw["status"] or 0, raw["ms"] or 0, raw.get("error"), raw.get("body", ""))


def _actions(part: Any) -> Iterator[Json]:
    if isinstance(part, list):
        for each in part:
            yield from _actions(each)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key in ("action", "defaultAction") and isinstance(value, dict):
                yield value
            elif key == "actions" and isinstance(value, list):
                yield from value
            else:
                yield from _actions(value)
