"""A list of message objects, and what every message has: type, quick reply, sender.

Sources: Messaging API reference, "Send reply message", "Common properties for messages".
"""

from __future__ import annotations

from typing import Any

from simulator.errors import ApiError, body_errors
from simulator.rules import actions, flex, media, template
from simulator.rules import text as texts
from simulator.rules.context import Context
from simulator.rules.report import Path, Report, one_of, size, text, url

Json = dict[str, Any]
TYPES = (
    "text", "textV2", "sticker", "image", "video", "audio", "location", "imagemap", "template",
    "flex",
)  # fmt: skip
MAX_MESSAGES = 5
MAX_QUICK_REPLIES = 13


def check(body: Json, context: Context) -> list[Json]:
    """Check the `messages` of a request body and return them.

    Raises ApiError (400) with every error found, as LINE lists them.
    """
    report = Report()
    messages = size(report, body, "messages", (), (1, MAX_MESSAGES))
    for number, message in enumerate(messages):
        path = ("messages", number)
        if report.is_object(message, path) and one_of(
            report, message, "type", path, TYPES, required=True
        ):
            _check_one(report, message, path, context)
    if report.details:
        raise body_errors(report.details)
    for number, message in enumerate(messages):
        if message["type"] == "flex":
            inside = Report(pointer=True)
            flex.check_container(inside, message["contents"])
            if inside.details:
                raise ApiError(
                    400,
                    f"A message (messages[{number}]) in the request body is invalid",
                    inside.details,
                )
    return messages


def _check_one(report: Report, message: Json, path: Path, context: Context) -> None:
    kind = message["type"]
    if kind == "text":
        texts.check_text(report, message, path, context)
    elif kind == "textV2":
        texts.check_text_v2(report, message, path, context)
    elif kind == "sticker":
        texts.check_sticker(report, message, path, context)
    else:
        texts.no_quote(report, message, path)
    if kind == "image":
        media.check_image(report, message, path)
    elif kind == "video":
        media.check_video(report, message, path)
    elif kind == "audio":
        media.check_audio(report, message, path)
    elif kind == "location":
        media.check_location(report, message, path)
    elif kind == "imagemap":
        media.check_imagemap(report, message, path)
    elif kind == "template":
        template.check_template(report, message, path)
    elif kind == "flex":
        text(report, message, "altText", path, 1500)
        report.is_object(message.get("contents"), (*path, "contents"))
    if message.get("quickReply") is not None:
        _quick_reply(report, message["quickReply"], (*path, "quickReply"))
    if message.get("sender") is not None:
        _sender(report, message["sender"], (*path, "sender"))


def _quick_reply(report: Report, quick_reply: Any, path: Path) -> None:
    if not report.is_object(quick_reply, path):
        return
    for number, item in enumerate(size(report, quick_reply, "items", path, (1, MAX_QUICK_REPLIES))):
        here = (*path, "items", number)
        if not report.is_object(item, here):
            continue
        one_of(report, item, "type", here, ("action",), required=True)
        url(report, item, "imageUrl", here, required=False)
        actions.check(report, item.get("action"), (*here, "action"), "quick reply")


def _sender(report: Report, sender: Any, path: Path) -> None:
    """A name and icon for one message ("Customize icon and display name")."""
    if not report.is_object(sender, path):
        return
    if text(report, sender, "name", path, 20, required=False) and "line" in sender["name"].lower():
        report.add((*path, "name"), "the name contains a word that may not be used")
    url(report, sender, "iconUrl", path, required=False)
