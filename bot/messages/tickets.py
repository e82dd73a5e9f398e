"""「受け取る」: what is sent while the picture is not finished, and how long it will take.

A tap on the button is an event of its own and brings a fresh reply token, which is free:
https://developers.line.biz/en/reference/messaging-api/#send-reply-message.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages.durations import range_text
from bot.messages.parts import (
    ACCENT_COLOR,
    MUTED_COLOR,
    SEPARATOR_COLOR,
    TEXT_COLOR,
    Message,
    card,
    flex_message,
    flex_text,
    numbered_text,
    text_message,
)
from bot.texts import gettext

# https://developers.line.biz/en/reference/messaging-api/#send-reply-message and #quick-reply
MAX_MESSAGES, MAX_QUICK_REPLIES = 5, 13


def ticket(
    number: str,
    *,
    lang: str,
    position: int | None = None,
    wait_seconds: tuple[float, float] | None = None,
) -> list[Message]:
    """Make the ticket, which is sent just before the reply token expires.

    It is a Flex bubble, whose button lasts however many messages follow and works on a PC, with a
    quick reply for the phone. position: 0 is being painted, 1 is next in line, None is unknown.
    wait_seconds: how long it will take, at least and at most, if that is known and long.
    """
    wait_text = _wait_text(position, wait_seconds, lang)
    body = _join(wait_text, gettext("ticket.body", lang), lang)
    message = flex_message(gettext("ticket.alt", lang, number=number), _card(number, body, lang))
    return [message | {"quickReply": pick_quick_reply(number, lang)}]


def group_ticket(
    number: str,
    *,
    lang: str,
    position: int | None = None,
    wait_seconds: tuple[float, float] | None = None,
) -> list[Message]:
    """Make the ticket for a group, after a text that can say whom it is for (messages.mentions)."""
    wait_text = _wait_text(position, wait_seconds, lang)
    text = _join(gettext("waiting.group", lang), wait_text, lang)
    return [
        text_message(text),
        *ticket(number, lang=lang, position=position, wait_seconds=wait_seconds),
    ]


def lined_up_ticket(
    number: str,
    ahead: int,
    *,
    lang: str,
    position: int | None = None,
    wait_seconds: tuple[float, float] | None = None,
) -> list[Message]:
    """Make the ticket of a job that waits behind `ahead` others of the person or the group.

    Other parameters as in `ticket`.
    """
    return [
        text_message(gettext("ticket.lined_up", lang, ahead=ahead)),
        *ticket(number, lang=lang, position=position, wait_seconds=wait_seconds),
    ]


def still_painting(
    number: str,
    *,
    lang: str,
    position: int | None = None,
    wait_seconds: tuple[float, float] | None = None,
) -> list[Message]:
    """Answer somebody who asks for an unfinished picture. Parameters as in `ticket`."""
    wait_text = _wait_text(position, wait_seconds, lang)
    if position != 0:
        wait_text = _join(gettext("waiting.state", lang), wait_text, lang)
    message = numbered_text(f"{wait_text}\n{gettext('waiting.again', lang)}", number, lang)
    return [message | {"quickReply": pick_quick_reply(number, lang)}]


def pick_quick_reply(number: str, lang: str) -> Message:
    """Make the quick reply 「受け取る」 of a job."""
    return {"items": [{"type": "action", "action": _pick_action(number, lang)}]}


def with_offer(content: Sequence[Message], numbers: Sequence[str], lang: str) -> list[Message]:
    """Return the messages and a line that offers these jobs' outcomes, with 「受け取る」 for each.

    Only the quick replies of a call's last message are shown, so those of `content` move there.
    Returns `content` alone if a call has no room for another message.
    """
    if not numbers or len(content) >= MAX_MESSAGES:
        return list(content)
    *before, last = content
    items = [
        {
            "type": "action",
            "action": _pick_action(number, lang)
            | {"label": gettext("kept.label", lang, number=number)},
        }
        for number in numbers
    ]
    items += last.get("quickReply", {}).get("items", ())
    line = text_message(
        gettext("kept.offer", lang, numbers=("、" if lang == "ja" else ", ").join(numbers))
    )
    rest = {key: value for key, value in last.items() if key != "quickReply"}
    return [*before, rest, line | {"quickReply": {"items": items[:MAX_QUICK_REPLIES]}}]


def _pick_action(number: str, lang: str) -> Message:
    return {
        "type": "postback",
        "label": gettext("pick.label", lang),
        "data": f"pick:{number}",
        "displayText": gettext("pick.text", lang),
    }


def _wait_text(position: int | None, wait_seconds: tuple[float, float] | None, lang: str) -> str:
    """Say the place in the queue and the time to wait. Returns "" if the place is unknown."""
    if position is None:
        return ""
    if position <= 1:
        place = gettext("position.next" if position == 1 else "position.now", lang)
    else:
        place = gettext("position.queued", lang, position=position)
    return _join(place, range_text(wait_seconds, lang) if wait_seconds else "", lang)


def _join(first: str, second: str, lang: str) -> str:
    return (" " if lang == "en" else "").join(filter(None, (first, second)))


def _card(number: str, body: str, lang: str) -> Message:
    title = gettext("ticket.title", lang)
    caption = flex_text(gettext("number.caption", lang), "xs", MUTED_COLOR, flex=0)
    number_text = flex_text(number, "lg", ACCENT_COLOR, weight="bold", align="end")
    lines = [
        flex_text(title, "md", TEXT_COLOR, weight="bold", wrap=True),
        flex_text(body, "sm", MUTED_COLOR, wrap=True),
        {"type": "separator", "color": SEPARATOR_COLOR, "margin": "lg"},
        {"type": "box", "layout": "baseline", "contents": [caption, number_text]},
    ]
    action = _pick_action(number, lang)
    button = {"type": "button", "style": "primary", "color": ACCENT_COLOR, "action": action}
    hint = flex_text(gettext("ticket.hint", lang), "xxs", MUTED_COLOR, wrap=True)
    return card(lines, [button, hint], paddingBottom="12px")
