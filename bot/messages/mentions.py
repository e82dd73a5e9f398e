"""Say in a group whom an answer is for: quote their message, or mention them.

Only texts can do either: https://developers.line.biz/en/reference/messaging-api/#text-message and
https://developers.line.biz/en/reference/messaging-api/#text-message-v2.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages.parts import Message


def address_to(
    messages: Sequence[Message], quote_token: str | None, user_id: str | None
) -> list[Message]:
    """Have the first text quote this message or, without a quote token, mention this user.

    Returns the messages unchanged if one of them quotes already, none is a text, or both are None.
    """
    addressed = list(messages)
    if any("quoteToken" in message for message in messages):
        return addressed
    for position, message in enumerate(messages):
        if message["type"] == "text":
            if quote_token:
                addressed[position] = {**message, "quoteToken": quote_token}
            elif user_id:
                addressed[position] = _with_mention(message, user_id)
            break
    return addressed


def strip_mention(messages: Sequence[Message]) -> list[Message]:
    """Remove the mention, since LINE refuses to mention somebody who has left the group."""
    return [
        _without_mention(message) if message["type"] == "textV2" else message
        for message in messages
    ]


def _with_mention(message: Message, user_id: str) -> Message:
    text = message["text"].replace("{", "{{").replace("}", "}}")
    mention = {"type": "mention", "mentionee": {"type": "user", "userId": user_id}}
    return {
        **message,
        "type": "textV2",
        "text": "{asker}\n" + text,
        "substitution": {"asker": mention},
    }


def _without_mention(message: Message) -> Message:
    text = message["text"].removeprefix("{asker}\n").replace("{{", "{").replace("}}", "}")
    rest = {key: value for key, value in message.items() if key != "substitution"}
    return {**rest, "type": "text", "text": text}
