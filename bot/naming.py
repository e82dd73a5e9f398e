"""In a group, an answer names whom it is for: by quoting their message, or by mentioning them.

Only texts can do either (Messaging API reference, "Text message", "Text message (v2)").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Message = dict[str, Any]


def named(
    content: Sequence[Message], quote_token: str | None, user_id: str | None
) -> list[Message]:
    """The messages, the first text of which quotes this message, or else mentions this person.

    Unchanged where one of them quotes already, where none is a text, and where LINE tells neither.
    """
    if any("quoteToken" in it for it in content):
        return list(content)
    made = list(content)
    for place, message in enumerate(content):
        if message["type"] == "text":
            if quote_token:
                made[place] = {**message, "quoteToken": quote_token}
            elif user_id:
                made[place] = _mentioning(message, user_id)
            break
    return made


def unnamed(content: Sequence[Message]) -> list[Message]:
    """The messages without a mention: LINE refuses one of somebody who has left the group."""
    return [_plain(it) if it["type"] == "textV2" else it for it in content]


def _mentioning(message: Message, user_id: str) -> Message:
    text = message["text"].replace("{", "{{").replace("}", "}}")
    who = {"type": "mention", "mentionee": {"type": "user", "userId": user_id}}
    return {
        **message,
        "type": "textV2",
        "text": "{asker}\n" + text,
        "substitution": {"asker": who},
    }


def _plain(message: Message) -> Message:
    text = message["text"].removeprefix("{asker}\n").replace("{{", "{").replace("}}", "}")
    rest = {name: value for name, value in message.items() if name != "substitution"}
    return {**rest, "type": "text", "text": text}
