"""「設定」: the style and shape that a chat's pictures have where a wish says nothing else."""

from __future__ import annotations

from bot.messages.chips import chip, chip_rows
from bot.messages.parts import MUTED_COLOR, TEXT_COLOR, Message, flex_message, flex_text
from bot.messages.picture_card import bubble
from bot.prompt import SHAPE_LABELS, styles
from bot.prompt.options.shapes import LANDSCAPE, PORTRAIT, SQUARE
from bot.store.chat_defaults import ChatDefaults
from bot.texts import gettext

DEFAULTS_ACTION = "defaults"  # what the postbacks begin with
_SHAPE_KEYS = {LANDSCAPE: "landscape", PORTRAIT: "portrait", SQUARE: "square"}
_SHAPE_KEY_BY_NAME = {SHAPE_LABELS[size]: f"reading.{key}" for size, key in _SHAPE_KEYS.items()}


def chat_settings(defaults: ChatDefaults, lang: str, *, is_new: bool = False) -> list[Message]:
    """Show a chat's defaults, with a chip that takes them back. is_new: they were just set."""
    title = gettext("defaults.set" if is_new else "defaults.title", lang)
    lines = [
        gettext("defaults.style", lang, style=style_name(defaults.style, lang)),
        gettext("defaults.shape", lang, shape=shape_name(defaults.shape, lang)),
    ]
    hint = gettext("defaults.hint", lang)
    chips = [_chip("styles", "style:", lang)]
    if defaults != ChatDefaults():
        chips.append(_chip("reset", f"{DEFAULTS_ACTION}:reset", lang))
    contents = [
        flex_text(title, "sm", TEXT_COLOR, weight="bold", wrap=True),
        *(flex_text(line, "sm", TEXT_COLOR, wrap=True) for line in lines),
        flex_text(hint, "xxs", MUTED_COLOR, wrap=True),
        *chip_rows(chips),
    ]
    return [flex_message("\n".join([title, *lines, hint]), bubble(contents))]


def style_name(label: str | None, lang: str) -> str:
    """Return what a style is called; that there is none for None, or a style that is gone."""
    style = styles().get(label or "")
    if style is None:
        return gettext("defaults.none", lang)
    return style.en if lang == "en" else style.label


def shape_name(name: str | None, lang: str) -> str:
    """Return what a shape is called; that there is none for None."""
    if name is None:
        return gettext("defaults.none", lang)
    key = _SHAPE_KEY_BY_NAME.get(name)
    return gettext(key, lang) if key else name


def _chip(key: str, data: str, lang: str) -> Message:
    label = gettext(f"defaults.{key}", lang)
    return chip({"type": "postback", "label": label, "data": data, "displayText": label})
