"""Which properties each Flex component has, and which values they take.

Sources: Messaging API reference, "Component"; "Flex Message layout".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from simulator.rules.report import MAX_URL, url_problem, utf16

Check = Callable[[object], str | None]

SPACES = ("none", "xs", "sm", "md", "lg", "xl", "xxl")
FONTS = ("xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl")
BORDERS = ("none", "light", "normal", "medium", "semi-bold", "bold")
PIXELS = r"\d++(\.\d++)?px"
PERCENT = r"\d++(\.\d++)?%"


def _word(*words: str) -> Check:
    def check(value: object) -> str | None:
        return None if value in words else f"must be one of [{', '.join(words)}]"

    return check


def _shape(pattern: str, meaning: str, *words: str) -> Check:
    compiled = re.compile(f"^(?:{pattern})$")

    def check(value: object) -> str | None:
        fits = isinstance(value, str) and (value in words or compiled.fullmatch(value))
        return None if fits else f"must be {meaning}"

    return check


def _length(*words: str, percent: bool = False, negative: bool = False) -> Check:
    pattern = f"{PIXELS}|{PERCENT}" if percent else PIXELS
    if negative:
        pattern = f"-?(?:{pattern})"
    unit = "pixels or percent" if percent else "pixels"
    meaning = f"{unit} or one of [{', '.join(words)}]" if words else unit
    return _shape(pattern, meaning, *words)


def _boolean(value: object) -> str | None:
    return None if isinstance(value, bool) else "must be a boolean"


def _whole(value: object) -> str | None:
    return None if type(value) is int and value >= 0 else "must be a whole number from 0 on"


def _words(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    return None if value else "must be non-empty text"


def _url(value: object) -> str | None:
    if not isinstance(value, str) or not value:
        return "must be a string"
    if utf16(value) > MAX_URL:
        return f"Length must be between 0 and {MAX_URL}"
    return url_problem(value)


def _ratio(value: object) -> str | None:
    match = re.fullmatch(r"^(\d++(?:\.\d++)?):(\d++(?:\.\d++)?)$", str(value))
    if not match:
        return "must be of the form {width}:{height}"
    width, height = map(float, match.groups())
    if not (1 <= width <= 100_000 and 1 <= height <= 100_000):
        return "width and height must be from 1 to 100000"
    return "height cannot be more than three times the width" if height > 3 * width else None


_color = _shape(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?", "a color like #RRGGBB or #RRGGBBAA")
_space = _length(*SPACES)
_padding = _length(*SPACES, percent=True)
_offset = _length(*SPACES, percent=True, negative=True)
_weight = _word("regular", "bold")
_style = _word("normal", "italic")
_decoration = _word("none", "underline", "line-through")
_gravity = _word("top", "bottom", "center")
_align = _word("start", "end", "center")
_shrink = _word("shrink-to-fit")

_POSITION: dict[str, Check] = {
    "position": _word("relative", "absolute"),
    "margin": _space,
    "offsetTop": _offset,
    "offsetBottom": _offset,
    "offsetStart": _offset,
    "offsetEnd": _offset,
}

PROPERTIES: dict[str, dict[str, Check]] = {
    "block style": {"backgroundColor": _color, "separator": _boolean, "separatorColor": _color},
    "box": _POSITION
    | {
        "layout": _word("horizontal", "vertical", "baseline"),
        "flex": _whole,
        "spacing": _space,
        "backgroundColor": _color,
        "borderColor": _color,
        "borderWidth": _length(*BORDERS),
        "cornerRadius": _length(*SPACES),
        "width": _length(percent=True),
        "maxWidth": _length(percent=True),
        "height": _length(percent=True),
        "maxHeight": _length(percent=True),
        "paddingAll": _padding,
        "paddingTop": _padding,
        "paddingBottom": _padding,
        "paddingStart": _padding,
        "paddingEnd": _padding,
        "justifyContent": _word(
            "flex-start", "center", "flex-end", "space-between", "space-around", "space-evenly"
        ),
        "alignItems": _word("flex-start", "center", "flex-end"),
    },
    "background": {
        "type": _word("linearGradient"),
        "angle": _shape(r"\d+(\.\d+)?deg", "an angle like 90deg"),
        "startColor": _color,
        "endColor": _color,
        "centerColor": _color,
        "centerPosition": _shape(PERCENT, "percent"),
    },
    "button": _POSITION
    | {
        "flex": _whole,
        "height": _word("sm", "md"),
        "style": _word("primary", "secondary", "link"),
        "color": _color,
        "gravity": _gravity,
        "adjustMode": _shrink,
        "scaling": _boolean,
    },
    "image": _POSITION
    | {
        "url": _url,
        "flex": _whole,
        "align": _align,
        "gravity": _gravity,
        "size": _length(*FONTS, "full", percent=True),
        "aspectRatio": _ratio,
        "aspectMode": _word("cover", "fit"),
        "backgroundColor": _color,
        "animated": _boolean,
    },
    "video": {"url": _url, "previewUrl": _url, "aspectRatio": _ratio},
    "icon": _POSITION
    | {"url": _url, "size": _length(*FONTS), "scaling": _boolean, "aspectRatio": _ratio},
    "text": _POSITION
    | {
        "text": _words,
        "adjustMode": _shrink,
        "flex": _whole,
        "size": _length(*FONTS),
        "scaling": _boolean,
        "align": _align,
        "gravity": _gravity,
        "wrap": _boolean,
        "lineSpacing": _length(),
        "maxLines": _whole,
        "weight": _weight,
        "color": _color,
        "style": _style,
        "decoration": _decoration,
    },
    "span": {
        "text": _words,
        "color": _color,
        "size": _length(*FONTS),
        "weight": _weight,
        "style": _style,
        "decoration": _decoration,
    },
    "separator": {"margin": _space, "color": _color},
    "filler": {"flex": _whole},
}

REQUIRED: dict[str, tuple[str, ...]] = {
    "box": ("layout", "contents"),
    "button": ("action",),
    "image": ("url",),
    "video": ("url", "previewUrl", "altContent"),
    "icon": ("url",),
    "span": ("text",),
    "background": ("type", "angle", "startColor", "endColor"),
}
