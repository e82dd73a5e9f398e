"""Flex Messages: containers, and components that hold components.

Sources: Messaging API reference, "Flex Message"; "Flex Message layout".
"""

from __future__ import annotations

import json
from typing import Any

from simulator.rules import actions
from simulator.rules.flex_values import PROPERTIES, REQUIRED
from simulator.rules.report import Path, Report, one_of, size

Json = dict[str, Any]
MAX_BUBBLE = 30_000  # bytes of JSON; LINE says 30 KB, and the stricter reading is the safe one
MAX_CAROUSEL = 50_000
MAX_BUBBLES = 12
MAX_ANIMATED = 10
BLOCKS = {
    "header": ("box",),
    "hero": ("box", "image", "video"),
    "body": ("box",),
    "footer": ("box",),
}
# Which components a box of each layout may hold ("Flex Message layout").
INSIDE = {
    "vertical": ("box", "button", "image", "text", "separator", "filler"),
    "horizontal": ("box", "button", "image", "text", "separator", "filler"),
    "baseline": ("icon", "text", "filler"),
}
# Properties that hold objects of their own, by type of component.
HOLDING = {
    "box": ("contents", "action", "background"),
    "button": ("action",),
    "image": ("action",),
    "video": ("action", "altContent"),
    "text": ("contents", "action"),
}
BUBBLE_SIZES = ("nano", "micro", "deca", "hecto", "kilo", "mega", "giga")
VIDEO_SIZES = ("kilo", "mega", "giga")


def check_container(report: Report, contents: Json) -> None:
    """The `contents` of a Flex Message: a bubble, or a carousel of bubbles."""
    if not one_of(report, contents, "type", (), ("bubble", "carousel"), required=True):
        return
    if contents["type"] == "bubble":
        _bubble(report, contents, ())
    else:
        _carousel(report, contents)
    if _count_animated(contents) > MAX_ANIMATED:
        report.add((), f"there can be at most {MAX_ANIMATED} animated images")


def _weight(value: Json) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _carousel(report: Report, carousel: Json) -> None:
    _only(report, carousel, {"type", "contents"}, ())
    bubbles = size(report, carousel, "contents", (), (1, MAX_BUBBLES))
    for number, bubble in enumerate(bubbles):
        path: Path = ("contents", number)
        if report.is_object(bubble, path) and one_of(
            report, bubble, "type", path, ("bubble",), required=True
        ):
            _bubble(report, bubble, path, alone=False)
    if len({bubble.get("size", "mega") for bubble in bubbles if isinstance(bubble, dict)}) > 1:
        report.add(("contents",), "all bubbles of a carousel must have the same size")
    if _weight(carousel) > MAX_CAROUSEL:
        report.add((), f"the JSON of a carousel must be at most {MAX_CAROUSEL} bytes")


def _bubble(report: Report, bubble: Json, path: Path, *, alone: bool = True) -> None:
    _only(report, bubble, {"type", "size", "direction", "styles", "action", *BLOCKS}, path)
    one_of(report, bubble, "size", path, BUBBLE_SIZES, required=False)
    one_of(report, bubble, "direction", path, ("ltr", "rtl"), required=False)
    if bubble.get("action") is not None:
        actions.check(report, bubble["action"], (*path, "action"), "flex")
    if not any(bubble.get(block) is not None for block in BLOCKS):
        report.add(path, "At least one block must be specified")
    for block, types in BLOCKS.items():
        if bubble.get(block) is not None:
            _component(report, bubble[block], (*path, block), types)
    hero = bubble.get("hero")
    if isinstance(hero, dict) and hero.get("type") == "video":
        if not alone:
            report.add((*path, "hero"), "a video cannot be in a carousel")
        if bubble.get("size", "mega") not in VIDEO_SIZES:
            report.add((*path, "size"), f"with a video it must be one of {list(VIDEO_SIZES)}")
    if bubble.get("styles") is not None:
        _styles(report, bubble["styles"], (*path, "styles"))
    if _weight(bubble) > MAX_BUBBLE:
        report.add(path, f"the JSON of a bubble must be at most {MAX_BUBBLE} bytes")


def _styles(report: Report, styles: Any, path: Path) -> None:
    if not report.is_object(styles, path):
        return
    _only(report, styles, set(BLOCKS), path)
    for block in BLOCKS:
        style = styles.get(block)
        if style is not None and report.is_object(style, (*path, block)):
            _values(report, style, PROPERTIES["block style"], (*path, block))


def _component(report: Report, component: Any, path: Path, types: tuple[str, ...]) -> None:
    """One component that may be of these types here, and everything inside it."""
    if not report.is_object(component, path):
        return
    if not one_of(report, component, "type", path, types, required=True):
        return
    kind = component["type"]
    for name in REQUIRED.get(kind, ()):
        if component.get(name) is None:
            report.add((*path, name), "must be specified")
    holding = HOLDING.get(kind, ())
    simple = {key: value for key, value in component.items() if key not in ("type", *holding)}
    _values(report, simple, PROPERTIES[kind], path)
    if "action" in holding and component.get("action") is not None:
        place = "flex button" if kind == "button" else "flex"
        actions.check(report, component["action"], (*path, "action"), place)
    if kind == "box":
        _box(report, component, path)
    elif kind == "text":
        _text(report, component, path)
    elif kind == "video" and component.get("altContent") is not None:
        _component(report, component["altContent"], (*path, "altContent"), ("box", "image"))


def _box(report: Report, box: Json, path: Path) -> None:
    inside = INSIDE.get(str(box.get("layout")), INSIDE["vertical"])
    contents = box.get("contents")
    if isinstance(contents, list):
        for number, child in enumerate(contents):
            _component(report, child, (*path, "contents", number), inside)
    elif contents is not None:
        report.add((*path, "contents"), "must be an array")
    background = box.get("background")
    if background is not None and report.is_object(background, (*path, "background")):
        here = (*path, "background")
        for name in REQUIRED["background"]:
            if background.get(name) is None:
                report.add((*here, name), "must be specified")
        _values(report, background, PROPERTIES["background"], here)


def _text(report: Report, component: Json, path: Path) -> None:
    """A text has a text, or spans."""
    spans = component.get("contents")
    if isinstance(spans, list) and spans:
        for number, span in enumerate(spans):
            _component(report, span, (*path, "contents", number), ("span",))
    elif component.get("text") is None:
        report.add((*path, "text"), "must be non-empty text")


def _values(report: Report, holder: Json, properties: Json, path: Path) -> None:
    _only(report, holder, set(properties), path)
    for name, value in holder.items():
        if name in properties and value is not None:
            problem = properties[name](value)
            if problem:
                report.add((*path, name), problem)


def _only(report: Report, holder: Json, known: set[str], path: Path) -> None:
    for name in holder:
        if name not in known:
            report.add((*path, name), "unknown field")


def _count_animated(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_count_animated, value))
    if isinstance(value, dict):
        return (value.get("animated") is True) + sum(map(_count_animated, value.values()))
    return 0
