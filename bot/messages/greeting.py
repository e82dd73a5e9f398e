"""The greeting at follow and at join: a picture, what to do, three examples to tap, the rules."""

from __future__ import annotations

from bot.messages.help_carousel import example_button, model_examples, reads_english
from bot.messages.parts import (
    ACCENT_COLOR,
    MUTED_COLOR,
    TEXT_COLOR,
    Message,
    box,
    flex_message,
    flex_text,
)
from bot.texts import gettext


def welcome(
    lang: str,
    chat_kind: str,
    *,
    terms_url: str | None = None,
    model: str | None = None,
    picture_url: str | None = None,
    picture_prompt: str = "",
) -> list[Message]:
    """Greet at follow or join, with the uses that are forbidden.

    terms_url: the page with all of them. model: as in Settings. picture_url, picture_prompt: what
    this model painted, and from which words; without them the greeting has no picture.
    """
    room = "user" if chat_kind == "user" else "group"
    title, body = gettext(f"greeting.{room}_title", lang), gettext(f"greeting.{room}", lang)
    if lang == "en" and not reads_english(model):
        body = f"{body} {gettext('greeting.reads', lang)}"
    examples = model_examples(model, lang)
    lines = [flex_text(title, "md", ACCENT_COLOR, weight="bold", wrap=True)]
    lines += [flex_text(line, "sm", TEXT_COLOR, wrap=True) for line in body.splitlines()]
    hint, rules = gettext(f"greeting.{room}_hint", lang), gettext("greeting.rules", lang)
    footer = [example_button(example, chat_kind) for example in examples]
    end = f"{hint} {rules}" if lang == "en" else f"{hint}{rules}"
    footer.append(flex_text(end, "xxs", MUTED_COLOR, wrap=True))
    if terms_url:
        action = {"type": "uri", "label": gettext("greeting.terms", lang), "uri": terms_url}
        link = flex_text(action["label"], "xs", ACCENT_COLOR, decoration="underline", wrap=True)
        footer.append({**link, "action": action})
    bubble: Message = {
        "type": "bubble",
        "size": "kilo",
        "body": box(lines, spacing="sm", paddingAll="16px", paddingBottom="8px"),
        "footer": box(footer, spacing="sm", paddingAll="12px"),
    }
    if picture_url:
        bubble["hero"] = {
            "type": "image",
            "url": picture_url,
            "size": "full",
            "aspectRatio": "3:2",
            "aspectMode": "cover",
            "animated": False,
        }
        caption = gettext("greeting.picture", lang, prompt=picture_prompt)
        bubble["body"]["contents"].append(flex_text(caption, "xxs", MUTED_COLOR, wrap=True))
    words = [title, body, "", *(f"・{example.label}" for example in examples), "", hint, rules]
    words += [gettext("help.terms", lang, terms_url=terms_url)] if terms_url else []
    return [flex_message("\n".join(words), bubble)]
