"""What is said of pictures to keep and to send: the share links, and what is a favourite now."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from bot.messages.parts import (
    ACCENT_COLOR,
    MUTED_COLOR,
    TEXT_COLOR,
    Message,
    card,
    flex_message,
    flex_text,
    text_message,
)
from bot.texts import gettext
from bot.texts.graphemes import cut

MAX_URI_CHARS = 1_000
MAX_SHARED_PROMPT_CHARS = 60


def share_url(link: str, lang: str, *, prompt: str = "") -> str:
    """Return LINE's link that asks whom to send a picture's page to.

    https://developers.line.biz/en/docs/line-login/using-line-url-scheme/#sharing-text-message
    prompt: words to send along; "" sends the page alone.
    """
    first = f"「{prompt}」" if prompt else gettext("album.share_text", lang)
    return f"https://line.me/R/share?text={quote(f'{first}{chr(10)}{link}', safe='')}"


def share_card(
    links: Sequence[tuple[int, str]], lang: str, *, prompt: str = "", numbered: bool = False
) -> list[Message]:
    """Make the card that sends pictures to friends. links: (position from 0, address of the page).

    numbered: they are several of one job. One alone can also be sent with its words.
    """
    lines = [
        flex_text(gettext("keep.send_title", lang), "sm", TEXT_COLOR, weight="bold", wrap=True),
        flex_text(gettext("keep.send_body", lang), "xs", MUTED_COLOR, wrap=True),
    ]
    labels = [
        gettext("keep.send_nth", lang, n=place + 1) if numbered else gettext("keep.send", lang)
        for place, _ in links
    ]
    targets = [share_url(link, lang) for _, link in links]
    if prompt and not numbered:
        words = " ".join(cut(prompt, MAX_SHARED_PROMPT_CHARS).split())
        labels.append(gettext("keep.send_words", lang))
        targets.append(share_url(links[0][1], lang, prompt=words))
    buttons = [
        {
            "type": "button",
            "height": "sm",
            "adjustMode": "shrink-to-fit",
            **({"style": "primary", "color": ACCENT_COLOR} if not n else {"style": "secondary"}),
            "action": {"type": "uri", "label": label, "uri": target},
        }
        for n, (label, target) in enumerate(zip(labels, targets, strict=True))
        if len(target) <= MAX_URI_CHARS
    ]
    alt_text = "\n".join([gettext("keep.send_title", lang), *(link for _, link in links)])
    return [flex_message(alt_text, card(lines, buttons, paddingBottom="8px"))]


def kept(number: str, positions: Sequence[int], lang: str) -> list[Message]:
    """Say that pictures are favourites now, with a button that takes it back."""
    target = f"{number}:{positions[0]}" if len(positions) == 1 else number
    label = gettext("keep.take_back", lang)
    action = {
        "type": "postback",
        "label": label,
        "data": f"unfavourite:{target}",
        "displayText": label,
    }
    items = [{"type": "action", "action": action}]
    return [text_message(gettext("keep.kept", lang)) | {"quickReply": {"items": items}}]
