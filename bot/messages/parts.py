"""Parts that messages share: a text message, Flex texts, boxes and cards.

Shapes and limits: https://developers.line.biz/en/reference/messaging-api/#message-objects and
https://developers.line.biz/en/reference/messaging-api/#flex-message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.texts import gettext

Message = dict[str, Any]

TEXT_COLOR, MUTED_COLOR, ACCENT_COLOR, SEPARATOR_COLOR = "#22263A", "#666C80", "#3B4CCA", "#E4E6EF"


def text_message(text: str, *, quote_token: str | None = None) -> Message:
    """Make a text message. quote_token: of the message that it quotes.

    It is a plain "text", not "textV2", in which the braces of a prompt would be placeholders.
    """
    return {"type": "text", "text": text} | ({"quoteToken": quote_token} if quote_token else {})


def sentence(key: str, lang: str, **values: object) -> list[Message]:
    """Make one text message of one sentence. key, values: as in `bot.texts.gettext`."""
    return [text_message(gettext(key, lang, **values))]


def numbered_text(text: str, number: str, lang: str, *, quote_token: str | None = None) -> Message:
    """Make a text message that ends with the 受付番号."""
    number_line = gettext("number.line", lang, number=number)
    return text_message(f"{text}\n{number_line}", quote_token=quote_token)


def flex_text(text: str, size: str, color: str, **style: object) -> Message:
    """Make a text inside a Flex bubble."""
    return {"type": "text", "text": text, "size": size, "color": color, **style}


def box(contents: Sequence[Message], **style: object) -> Message:
    """Make a vertical box inside a Flex bubble."""
    return {"type": "box", "layout": "vertical", **style, "contents": list(contents)}


def card(
    lines: Sequence[Message],
    footer: Sequence[Message],
    *,
    size: str = "kilo",
    **body_style: object,
) -> Message:
    """Make a Flex bubble: lines of text above, buttons and a hint below."""
    return {
        "type": "bubble",
        "size": size,
        "body": box(lines, spacing="md", paddingAll="20px", **body_style),
        "footer": box(footer, spacing="md", paddingAll="20px", paddingTop="8px"),
    }


def flex_message(alt_text: str, contents: Message) -> Message:
    """Make a Flex message. alt_text: shown in lists and on devices without Flex, 1,500 UTF-16
    units at most."""
    return {"type": "flex", "altText": alt_text, "contents": contents}
