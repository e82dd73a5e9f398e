"""使い方: a carousel of pages, each with examples to tap.

A tap does what typing the example would. In a 1:1 chat it sends the words themselves (a message
action). In a group those words would not mention the bot, since no button can; there it is a
postback, "try:styles:1", and the bot takes the example as if it had been said to it. The whole
text stands in altText, too, for devices that show no Flex.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot import texts
from bot.cards import ACCENT, INK, words
from bot.texts import say
from inference.request import MAX_COUNT

Message = dict[str, Any]

MAX_ALT = 1_500  # UTF-16 units of altText that LINE takes
MAX_CHIP = 20  # characters on a quick reply
TRY = "try"  # what an example's postback begins with
PAGES = ("ask", "styles", "shape", "care", "go_on", "photo", "wait", "groups", "keep", "language")
_GROUPS_FIRST = ("groups", *(it for it in PAGES if it != "groups"))


@dataclass(frozen=True)
class Example:
    """text: what is sent; label: what stands on the button, at most 40 characters."""

    text: str
    label: str


def carousel(lang: str = "ja", kind: str = "user", *, terms_url: str | None = None) -> Message:
    """How the bot is used, as one Flex message. kind: "user", "group" or "room"."""
    pages = PAGES if kind == "user" else _GROUPS_FIRST
    bubbles = [_page(name, lang, kind) for name in pages]
    head, end = say("help.user" if kind == "user" else "help.group", lang), ""
    if terms_url:
        bubbles.append(_terms(lang, terms_url))
        end = f"\n\n{say('help.terms', lang, terms_url=terms_url)}"
    for with_examples in (True, False):
        text = "\n".join(
            [head, *(it for name in pages for it in _plain(name, lang, with_examples))]
        )
        if len((text + end).encode("utf-16-le")) <= 2 * MAX_ALT:
            break
    contents = {"type": "carousel", "contents": bubbles}
    return {"type": "flex", "altText": text + end, "contents": contents}


def example(place: str, lang: str = "ja") -> str | None:
    """The words of the example at "styles:1"; None: there is none there."""
    name, _, number = place.partition(":")
    if name not in PAGES or not number.isdecimal():
        return None
    return next((it.text for n, it in enumerate(examples(name, lang), 1) if n == int(number)), None)


def chips(lang: str = "ja", kind: str = "user") -> Message:
    """Examples of what to paint as quick replies, for who does not know what to ask for."""
    actions = [
        _action(it, f"{TRY}:{name}:{number}", kind)
        for name in ("ask", "styles")
        for number, it in enumerate(examples(name, lang), 1)
    ]
    return {
        "items": [
            {"type": "action", "action": {**it, "label": it["label"][:MAX_CHIP]}} for it in actions
        ]
    }


def examples(name: str, lang: str = "ja") -> Iterator[Example]:
    """The examples of a page. A text "words | meaning" is shown whole, and its words are sent."""
    number = 1
    while texts.known(key := f"help.{name}.try_{number}"):
        text, _, meaning = say(key, lang).partition(" | ")
        yield Example(text, f"{text} ({meaning})" if meaning else text)
        number += 1


def _body(name: str, lang: str) -> str:
    values = {"max_count": MAX_COUNT} if name == "shape" else {}
    return say(f"help.{name}.body", lang, **values)


def _plain(name: str, lang: str, with_examples: bool) -> Iterator[str]:
    yield ""
    yield f"■ {say(f'help.{name}.title', lang)}"
    yield _body(name, lang)
    tries = " / ".join(it.text for it in examples(name, lang))
    if tries and with_examples:
        yield say("help.example", lang, examples=tries)


def _page(name: str, lang: str, kind: str) -> Message:
    buttons = [
        _button(it, f"{TRY}:{name}:{number}", kind)
        for number, it in enumerate(examples(name, lang), 1)
    ]
    return _bubble(say(f"help.{name}.title", lang), _body(name, lang), buttons)


def _terms(lang: str, terms_url: str) -> Message:
    action = {"type": "uri", "label": say("help.rules.open", lang), "uri": terms_url}
    title, body = say("help.rules.title", lang), say("help.rules.body", lang)
    return _bubble(title, body, [{**_LOOK, "action": action}])


_LOOK = {"type": "button", "style": "secondary", "height": "sm", "adjustMode": "shrink-to-fit"}


def _button(example: Example, data: str, kind: str) -> Message:
    return {**_LOOK, "action": _action(example, data, kind)}


def _action(example: Example, data: str, kind: str) -> Message:
    if kind == "user":
        return {"type": "message", "label": example.label, "text": example.text}
    return {"type": "postback", "label": example.label, "data": data, "displayText": example.text}


def _bubble(title: str, body: str, buttons: list[Message]) -> Message:
    contents = [
        words(title, "md", ACCENT, weight="bold", wrap=True),
        *(words(line, "sm", INK, wrap=True) for line in body.splitlines()),
    ]
    bubble: Message = {
        "type": "bubble",
        "size": "kilo",
        "body": _box(contents, paddingAll="16px", paddingBottom="8px"),
    }
    if buttons:
        bubble["footer"] = _box(buttons, paddingAll="12px")
    return bubble


def _box(contents: list[Message], **more: str) -> Message:
    return {"type": "box", "layout": "vertical", "spacing": "sm", "contents": contents, **more}
