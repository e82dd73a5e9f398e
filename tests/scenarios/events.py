"""Webhook events made by hand, for what the simulator's people would never send."""

from __future__ import annotations

import secrets
import time
from typing import Any

Json = dict[str, Any]


def event(kind: str, user: str, **fields: Any) -> Json:
    """An event of a 1:1 chat as LINE writes it, with a fresh id and reply token."""
    return {
        "type": kind,
        "mode": "active",
        "timestamp": int(time.time() * 1000),
        "source": {"type": "user", "userId": user},
        "webhookEventId": "01" + secrets.token_hex(12).upper(),
        "deliveryContext": {"isRedelivery": False},
        "replyToken": secrets.token_hex(16),
        **fields,
    }


def message_event(user: str, text: str, message_id: str | None = None) -> Json:
    """A text message."""
    number = message_id or str(10**17 + secrets.randbelow(10**17))
    return event("message", user, message={"type": "text", "id": number, "text": text})


def took_back(user: str, message_id: str) -> Json:
    """An unsend, which comes without a reply token."""
    unsend = event("unsend", user, unsend={"messageId": message_id})
    del unsend["replyToken"]
    return unsend


def body(*events: Json) -> Json:
    """The body of one webhook."""
    return {"destination": "U" + "0" * 32, "events": list(events)}
