"""One bubble in a chat, and how the chat page and the tests see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]


@dataclass
class Message:
    """A message of a person or of the bot, or a line of the system ("event").

    seq grows at every change of the message (sent, edited, unsent, quick reply gone), over all
    rooms. content: the bytes of a picture that a person sent. body: the message object as LINE
    knows it, for types that the page draws itself (flex, template, sticker ...).
    """

    id: str
    sender: str
    sender_name: str
    sender_kind: Literal["user", "bot"]
    at: int
    type: str
    seq: int = 0
    text: str | None = None
    mention: Json | None = None
    quote: Json | None = None
    image: Json | None = None
    body: Json = field(default_factory=dict)
    quick_reply: Json | None = None
    unsent: bool = False
    edited: bool = False
    via: Literal["reply", "push"] | None = None
    content: bytes | None = None
    content_type: str = ""

    def as_json(self) -> Json:
        """Return the bubble as /api/rooms/<id>/messages shows it; an unsent one keeps only its
        place.
        """
        shown: Json = {
            "id": self.id,
            "seq": self.seq,
            "from": {"id": self.sender, "name": self.sender_name, "kind": self.sender_kind},
            "at": self.at,
            "type": self.type,
            "unsent": self.unsent,
            "edited": self.edited,
            "via": self.via,
        }
        if self.unsent:
            return shown
        optional = {
            "text": self.text,
            "mention": self.mention,
            "quote": self.quote,
            "image": self.image,
            "quickReply": self.quick_reply,
            "altText": self.body.get("altText"),
            "flex": self.body.get("contents") if self.type == "flex" else None,
            "template": self.body.get("template") if self.type == "template" else None,
            "sticker": self.body if self.type == "sticker" else None,
            "sender": self.body.get("sender"),
        }
        return shown | {key: value for key, value in optional.items() if value is not None}

    def forget(self) -> None:
        """Delete the content of an unsent message."""
        self.unsent = True
        self.text = self.mention = self.quote = self.image = self.quick_reply = None
        self.content = None
        self.body = {}
