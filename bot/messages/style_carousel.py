"""「スタイル」: what the loaded model can paint in, each with its own sample, and shapes to tap."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages.chat_settings import DEFAULTS_ACTION, shape_name
from bot.messages.chips import chip
from bot.messages.parts import MUTED_COLOR, TEXT_COLOR, Message, box, flex_message, flex_text
from bot.prompt import SHAPE_LABELS, Style
from bot.prompt.options.shapes import LANDSCAPE, PORTRAIT, SQUARE
from bot.texts import gettext

STYLE_ACTION, SHAPE_ACTION = "style", "shape"  # what the postbacks begin with
SHAPES = tuple(SHAPE_LABELS[size] for size in (LANDSCAPE, PORTRAIT, SQUARE))
MAX_BUBBLES = 12  # of a carousel
Shown = tuple[Style, str | None, tuple[int, int]]  # a style, its sample's address, (width, height)


def style_carousel(shown: Sequence[Shown], lang: str) -> list[Message]:
    """Make the carousel of styles, the last bubble of which holds the shapes."""
    bubbles = [_style(*each, lang) for each in shown[: MAX_BUBBLES - 1]]
    names = (", " if lang == "en" else "、").join(_name(style, lang) for style, _, _ in shown)
    alt_text = gettext("styles.alt", lang, styles=names)
    contents = {"type": "carousel", "contents": [*bubbles, _shapes(lang)]}
    return [flex_message(alt_text, contents)]


def _style(style: Style, url: str | None, size: tuple[int, int], lang: str) -> Message:
    chips = [
        _chip("use", f"{STYLE_ACTION}:{style.label}", lang, style=_name(style, lang)),
        _chip("always", f"{DEFAULTS_ACTION}:style:{style.label}", lang, style=_name(style, lang)),
    ]
    made = _bubble(_name(style, lang), chips)
    if url:
        made["hero"] = {
            "type": "image",
            "url": url,
            "size": "full",
            "aspectRatio": f"{size[0]}:{min(size)}",
            "aspectMode": "cover",
            "animated": False,
        }
    return made


def _shapes(lang: str) -> Message:
    chips = []
    for name in SHAPES:
        shown = shape_name(name, lang)
        label = gettext("styles.in_shape", lang, shape=shown)
        data = f"{SHAPE_ACTION}:{name}"
        chips.append(chip({"type": "postback", "label": label, "data": data, "displayText": label}))
    made = _bubble(gettext("styles.shapes", lang), chips)
    hint = flex_text(gettext("styles.shapes_hint", lang), "xxs", MUTED_COLOR, wrap=True)
    made["body"]["contents"].insert(1, hint)
    return made


def _bubble(title: str, chips: Sequence[Message]) -> Message:
    heading = flex_text(title, "sm", TEXT_COLOR, weight="bold", wrap=True, maxLines=2)
    body = box(
        [heading, *({**each, "flex": 0} for each in chips)], spacing="6px", paddingAll="10px"
    )
    return {"type": "bubble", "size": "micro", "body": body}


def _chip(key: str, data: str, lang: str, *, style: str) -> Message:
    sentence = gettext(f"styles.{key}_said", lang, style=style)
    label = gettext(f"styles.{key}", lang)
    return chip({"type": "postback", "label": label, "data": data, "displayText": sentence})


def _name(style: Style, lang: str) -> str:
    return style.en if lang == "en" else style.label
