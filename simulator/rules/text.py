"""Text messages, plain and v2, and stickers: the messages that can quote.

Sources: Messaging API reference, "Text message", "Text message (v2)", "Sticker message".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.rules.context import Context
from simulator.rules.report import Path, Report, one_of, text, utf16

Json = dict[str, Any]
MAX_TEXT = 5000
MAX_EMOJIS = 20
MAX_MENTIONS = 20
MAX_SUBSTITUTIONS = 100
KEY = re.compile(r"[0-9a-zA-Z_]{1,20}")


def check_text(report: Report, message: Json, path: Path, context: Context) -> None:
    """A text message: 1 to 5000 UTF-16 code units; every emoji stands at a `$`."""
    good = text(report, message, "text", path, MAX_TEXT)
    emojis = message.get("emojis")
    if emojis is not None and good:
        _emojis(report, emojis, message["text"], (*path, "emojis"))
    quote(report, message, path, context)


def _emojis(report: Report, emojis: Any, words: str, path: Path) -> None:
    if not isinstance(emojis, list) or len(emojis) > MAX_EMOJIS:
        report.add(path, f"Size must be between 0 and {MAX_EMOJIS}")
        return
    units = words.encode("utf-16-le", "surrogatepass")
    for number, emoji in enumerate(emojis):
        here = (*path, number)
        if not report.is_object(emoji, here):
            continue
        index = emoji.get("index")
        if (
            type(index) is not int
            or index < 0
            or units[2 * index : 2 * index + 2] != "$".encode("utf-16-le")
        ):
            report.add((*here, "index"), "must be the position of a $ in the text")
        text(report, emoji, "productId", here, 100)
        text(report, emoji, "emojiId", here, 100)


def quote(report: Report, message: Json, path: Path, context: Context) -> None:
    """A quote token is of a message in the same chat, and goes out by reply or push only
    ("Get quote tokens", "Send quote messages")."""
    token = message.get("quoteToken")
    if token is None:
        return
    here = (*path, "quoteToken")
    if not isinstance(token, str) or not token:
        report.add(here, "May not be empty")
    elif context.endpoint == "multicast":
        report.add(here, "quoteToken can only be used in reply and push messages")
    elif not context.validating and not context.is_quotable(token):
        report.add(here, "invalid quoteToken: it is not of a message in this chat")


def no_quote(report: Report, message: Json, path: Path) -> None:
    """Every other kind of message cannot quote."""
    if "quoteToken" in message:
        report.add(
            (*path, "quoteToken"),
            "quoteToken can only be used in messages of the types [text, textV2, sticker]",
        )


def check_sticker(report: Report, message: Json, path: Path, context: Context) -> None:
    """A sticker: two numbers, written as strings."""
    for key in ("packageId", "stickerId"):
        if text(report, message, key, path, 20) and not message[key].isdecimal():
            report.add((*path, key), "must be a number")
    quote(report, message, path, context)


def check_text_v2(report: Report, message: Json, path: Path, context: Context) -> None:
    """A text with substitutions: `{key}` needs an entry in `substitution`, and braces that are
    meant as braces are doubled."""
    substitution = message.get("substitution", {})
    if not report.is_object(substitution, (*path, "substitution")):
        substitution = {}
    if len(substitution) > MAX_SUBSTITUTIONS:
        report.add((*path, "substitution"), f"Size must be between 0 and {MAX_SUBSTITUTIONS}")
    for key, value in substitution.items():
        _substitute(report, key, value, (*path, "substitution", key), context)
    if text(report, message, "text", path, MAX_TEXT):
        used = []
        for kind, word in pieces(message["text"]):
            if kind == "key":
                used.append(word)
            elif kind == "broken":
                report.add((*path, "text"), "'{' and '}' must be used in pairs, or doubled")
                break
        for key in dict.fromkeys(used):
            if key not in substitution:
                report.add((*path, "text"), f"there is no substitution for {{{key}}}")
        kinds = [substitution[key].get("type") for key in used if _is_dict(substitution.get(key))]
        if kinds.count("mention") > MAX_MENTIONS:
            report.add((*path, "text"), f"there can be at most {MAX_MENTIONS} mentions")
        if kinds.count("emoji") > MAX_EMOJIS:
            report.add((*path, "text"), f"there can be at most {MAX_EMOJIS} emojis")
    quote(report, message, path, context)


def _is_dict(value: object) -> bool:
    return isinstance(value, dict)


def _substitute(report: Report, key: str, value: Any, path: Path, context: Context) -> None:
    if not KEY.fullmatch(key):
        report.add(path, "a key has 1 to 20 of the characters 0-9a-zA-Z_")
    if not report.is_object(value, path):
        return
    if not one_of(report, value, "type", path, ("mention", "emoji"), required=True):
        return
    if value["type"] == "emoji":
        text(report, value, "productId", path, 100)
        text(report, value, "emojiId", path, 100)
    else:
        _mention(report, value.get("mentionee"), (*path, "mentionee"), context)


def _mention(report: Report, mentionee: Any, path: Path, context: Context) -> None:
    """Mentions go to members of a group, never to a bot, by reply or push."""
    if not report.is_object(mentionee, path):
        return
    if not one_of(report, mentionee, "type", path, ("user", "all"), required=True):
        return
    named = mentionee["type"] == "user" and text(report, mentionee, "userId", path, 33)
    if context.endpoint == "multicast":
        report.add(path, "mentions can only be used in reply and push messages")
    elif context.validating:
        return
    elif not context.group:
        report.add(path, "mentions can only be used in group chats")
    elif named and mentionee["userId"] == context.bot:
        report.add((*path, "userId"), "a bot cannot be mentioned")
    elif named and mentionee["userId"] not in context.members:
        report.add((*path, "userId"), "the user is not a member of the group chat")


def pieces(words: str) -> Iterator[tuple[str, str]]:
    """Take a v2 text apart: ("text", ...), ("key", name of a substitution), ("broken", rest)."""
    position = 0
    while position < len(words):
        two = words[position : position + 2]
        if two in ("{{", "}}"):
            yield "text", two[0]
            position += 2
        elif words[position] == "{":
            end = words.find("}", position)
            key = words[position + 1 : end]
            if end < 0 or "{" in key:
                yield "broken", words[position:]
                return
            yield "key", key
            position = end + 1
        elif words[position] == "}":
            yield "broken", words[position:]
            return
        else:
            end = next((at for at in range(position, len(words)) if words[at] in "{}"), len(words))
            yield "text", words[position:end]
            position = end


def render_v2(message: Json, names: Mapping[str, str]) -> tuple[str, Json | None]:
    """Return what people read of a (good) v2 text, and its `mention`, in the form that webhooks
    use.

    names: user id -> name.
    """
    words = ""
    mentionees: list[Json] = []
    for kind, word in pieces(message["text"]):
        if kind == "text":
            words += word
            continue
        value = message["substitution"][word]
        if value["type"] == "emoji":
            words += "(emoji)"
            continue
        who = value["mentionee"]
        name = "@All" if who["type"] == "all" else "@" + names.get(who["userId"], "?")
        mentionee = {"type": "user", "userId": who.get("userId"), "isSelf": False}
        mentionees.append(
            {"index": utf16(words), "length": utf16(name)}
            | ({"type": "all"} if who["type"] == "all" else mentionee)
        )
        words += name
    return words, {"mentionees": mentionees} if mentionees else None
