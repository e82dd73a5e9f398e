"""使い方: a carousel of pages, each with examples to tap.

A tap does what typing the example would. In a 1:1 chat it sends the words themselves (a message
action). In a group those words would not mention the bot, since no button can; there it is a
postback, "try:styles:1", and the bot takes the example as if it had been said to it. The whole
text stands in altText, too, for devices that show no Flex.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot import texts
from bot.messages.parts import (
    ACCENT_COLOR,
    TEXT_COLOR,
    Message,
    box,
    flex_message,
    flex_text,
)
from bot.prompt.options.model_styles import offered_styles
from bot.texts import gettext
from bot.texts.graphemes import cut
from inference.models import catalog
from inference.request import MAX_COUNT

MAX_ALT_TEXT_UTF16 = 1_500  # UTF-16 units of altText that LINE takes
MAX_QUICK_REPLY_CHARS = 20  # of a quick reply's label
MAX_BUTTON_LABEL_CHARS = 40  # of a button within a Flex message
TRY_ACTION = "try"  # what an example's postback begins with
PAGES = ("ask", "styles", "shape", "care", "go_on", "photo", "wait", "groups", "keep", "language")
STYLES_PAGE = "styles"
MODEL_PAGE = "model"  # of examples that the loaded model paints well; only the greeting has them
_GROUP_PAGES = ("groups", *(name for name in PAGES if name != "groups"))
_BUTTON = {"type": "button", "style": "secondary", "height": "sm", "adjustMode": "shrink-to-fit"}


@dataclass(frozen=True)
class Example:
    """text: what is sent. label: what stands on the button, at most 40 characters. data: what its
    postback sends."""

    text: str
    label: str
    data: str


def help_carousel(
    lang: str, chat_kind: str, *, terms_url: str | None = None, model: str | None = None
) -> Message:
    """Explain how the bot is used, as one Flex message.

    chat_kind: "user", "group" or "room". model: as in Settings; its examples are shown.
    """
    pages = PAGES if chat_kind == "user" else _GROUP_PAGES
    bubbles = [_page_bubble(name, lang, chat_kind, model) for name in pages]
    if terms_url:
        bubbles.append(_terms_bubble(lang, terms_url))
    alt_text = _alt_text(pages, lang, chat_kind, terms_url, model)
    return flex_message(alt_text, {"type": "carousel", "contents": bubbles})


def example_text(example_id: str, lang: str, *, model: str | None = None) -> str | None:
    """Return the words of the example "styles:1", or "model:1" for one of this model's. Returns
    None if there is no such example."""
    name, _, _ = example_id.partition(":")
    if name not in (*PAGES, MODEL_PAGE):
        return None
    data = f"{TRY_ACTION}:{example_id}"
    known = model_examples(model, lang) if name == MODEL_PAGE else examples(name, lang, model)
    return next((example.text for example in known if example.data == data), None)


def model_examples(model: str | None, lang: str) -> list[Example]:
    """Return what this model paints well, with its meaning for who reads English."""
    known = []
    for number, example in enumerate(catalog.examples(model), 1):
        meaning = example.meaning if lang == "en" else ""
        label = f"{example.prompt} ({meaning})" if meaning else example.prompt
        label = cut(label, MAX_BUTTON_LABEL_CHARS)
        known.append(Example(example.prompt, label, f"{TRY_ACTION}:{MODEL_PAGE}:{number}"))
    return known


def reads_english(model: str | None) -> bool:
    """Return whether the catalog knows the model to read English rather than Japanese."""
    known = catalog.lookup(model)
    return known is not None and known.japanese is False


def example_button(example: Example, chat_kind: str) -> Message:
    """Make the button that asks for an example in a chat of this kind."""
    return {**_BUTTON, "action": _action(example, chat_kind)}


def example_quick_reply(lang: str, chat_kind: str) -> Message:
    """Offer examples of what to paint as quick replies, to who does not know what to ask for."""
    actions = [_action(example, chat_kind) for example in examples("ask", lang)]
    return {
        "items": [
            {
                "type": "action",
                "action": {**action, "label": cut(action["label"], MAX_QUICK_REPLY_CHARS)},
            }
            for action in actions
        ]
    }


def examples(name: str, lang: str, model: str | None = None) -> Iterator[Example]:
    """Yield the examples of a page. A text "words | meaning" is shown whole; its words are sent.

    Those of styles are what this model paints well, in styles that it can show.
    """
    if name == STYLES_PAGE:
        yield from _style_examples(lang, model)
        return
    number = 1
    while texts.has_text(key := f"help.{name}.try_{number}"):
        text, _, meaning = gettext(key, lang).partition(" | ")
        label = f"{text} ({meaning})" if meaning else text
        yield Example(text, label, f"{TRY_ACTION}:{name}:{number}")
        number += 1


def _style_examples(lang: str, model: str | None) -> Iterator[Example]:
    offered = offered_styles(model)
    for number, example in enumerate(catalog.examples(model), 1):
        style = offered[(number - 1) % len(offered)]
        text = f"{example.prompt}、{style.label}"
        label = f"{text} ({style.en})" if lang == "en" else text
        label = cut(label, MAX_BUTTON_LABEL_CHARS)
        yield Example(text, label, f"{TRY_ACTION}:{STYLES_PAGE}:{number}")


def _alt_text(
    pages: tuple[str, ...], lang: str, chat_kind: str, terms_url: str | None, model: str | None
) -> str:
    """Write all pages as one text; without the examples if it would be too long with them."""
    head = gettext("help.user" if chat_kind == "user" else "help.group", lang)
    end = f"\n\n{gettext('help.terms', lang, terms_url=terms_url)}" if terms_url else ""
    for with_examples in (True, False):
        lines = [line for name in pages for line in _page_lines(name, lang, model, with_examples)]
        text = "\n".join([head, *lines]) + end
        if len(text.encode("utf-16-le")) <= 2 * MAX_ALT_TEXT_UTF16:
            break
    return text


def _body(name: str, lang: str, model: str | None) -> str:
    values = {"max_count": MAX_COUNT} if name == "shape" else {}
    body = gettext(f"help.{name}.body", lang, **values)
    if name == "ask" and lang == "en" and not reads_english(model):
        body = f"{body} {gettext('greeting.reads', lang)}"
    return body


def _page_lines(name: str, lang: str, model: str | None, with_examples: bool) -> Iterator[str]:
    yield ""
    yield f"■ {gettext(f'help.{name}.title', lang)}"
    yield _body(name, lang, model)
    words = " / ".join(example.text for example in examples(name, lang, model))
    if words and with_examples:
        yield gettext("help.example", lang, examples=words)


def _page_bubble(name: str, lang: str, chat_kind: str, model: str | None) -> Message:
    buttons = [example_button(example, chat_kind) for example in examples(name, lang, model)]
    return _bubble(gettext(f"help.{name}.title", lang), _body(name, lang, model), buttons)


def _terms_bubble(lang: str, terms_url: str) -> Message:
    action = {"type": "uri", "label": gettext("help.rules.open", lang), "uri": terms_url}
    title, body = gettext("help.rules.title", lang), gettext("help.rules.body", lang)
    return _bubble(title, body, [{**_BUTTON, "action": action}])


def _action(example: Example, chat_kind: str) -> Message:
    if chat_kind == "user":
        return {"type": "message", "label": example.label, "text": example.text}
    return {
        "type": "postback",
        "label": example.label,
        "data": example.data,
        "displayText": example.text,
    }


def _bubble(title: str, body: str, buttons: list[Message]) -> Message:
    lines = [
        flex_text(title, "md", ACCENT_COLOR, weight="bold", wrap=True),
        *(flex_text(line, "sm", TEXT_COLOR, wrap=True) for line in body.splitlines()),
    ]
    bubble: Message = {
        "type": "bubble",
        "size": "kilo",
        "body": box(lines, spacing="sm", paddingAll="16px", paddingBottom="8px"),
    }
    if buttons:
        bubble["footer"] = box(buttons, spacing="sm", paddingAll="12px")
    return bubble
