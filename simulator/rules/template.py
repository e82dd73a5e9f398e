"""Template messages: buttons, confirm, carousel, image carousel.

Source: Messaging API reference, "Template messages"; lengths are counted in grapheme clusters
("Character counting in a text").
"""

from __future__ import annotations

import re
from typing import Any

from simulator.rules import actions
from simulator.rules.report import Path, Report, graphemes, one_of, size, text, url

Json = dict[str, Any]
TYPES = ("buttons", "confirm", "carousel", "image_carousel")
RATIOS = ("rectangle", "square")
SIZES = ("cover", "contain")


def check_template(report: Report, message: Json, path: Path) -> None:
    """A template message."""
    text(report, message, "altText", path, 1500)
    template = message.get("template")
    here = (*path, "template")
    if not report.is_object(template, here):
        return
    if not one_of(report, template, "type", here, TYPES, required=True):
        return
    kind = template["type"]
    if kind == "buttons":
        _column(report, template, here, plain=160, most_actions=4)
        _look(report, template, here)
    elif kind == "confirm":
        text(report, template, "text", here, 240, count=graphemes)
        _actions(report, template, here, 2, 2)
    elif kind == "carousel":
        _carousel(report, template, here)
        _look(report, template, here)
    else:
        for number, column in enumerate(size(report, template, "columns", here, (1, 10))):
            place = (*here, "columns", number)
            if report.is_object(column, place):
                url(report, column, "imageUrl", place)
                actions.check(report, column.get("action"), (*place, "action"), "image carousel")


def _look(report: Report, template: Json, path: Path) -> None:
    one_of(report, template, "imageAspectRatio", path, RATIOS, required=False)
    one_of(report, template, "imageSize", path, SIZES, required=False)


def _column(report: Report, column: Json, path: Path, *, plain: int, most_actions: int) -> None:
    """Buttons and carousel columns: a text beside a picture or a title is at most 60 long."""
    url(report, column, "thumbnailImageUrl", path, required=False)
    color = column.get("imageBackgroundColor")
    if color is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", str(color)):
        report.add((*path, "imageBackgroundColor"), "invalid color")
    text(report, column, "title", path, 40, required=False, count=graphemes)
    adorned = column.get("thumbnailImageUrl") or column.get("title")
    text(report, column, "text", path, 60 if adorned else plain, count=graphemes)
    if column.get("defaultAction") is not None:
        actions.check(report, column["defaultAction"], (*path, "defaultAction"), "template")
    _actions(report, column, path, 1, most_actions)


def _actions(report: Report, holder: Json, path: Path, low: int, high: int) -> None:
    for number, action in enumerate(size(report, holder, "actions", path, (low, high))):
        actions.check(report, action, (*path, "actions", number), "template")


def _carousel(report: Report, template: Json, path: Path) -> None:
    shapes = []
    for number, column in enumerate(size(report, template, "columns", path, (1, 10))):
        here = (*path, "columns", number)
        if not report.is_object(column, here):
            continue
        _column(report, column, here, plain=120, most_actions=3)
        listed = column.get("actions")
        shapes.append(
            (
                len(listed) if isinstance(listed, list) else 0,
                "thumbnailImageUrl" in column,
                "title" in column,
            )
        )
    if len({shape[0] for shape in shapes}) > 1:
        report.add((*path, "columns"), "the number of actions must be the same for all columns")
    if len({shape[1:] for shape in shapes}) > 1:
        report.add((*path, "columns"), "all columns need an image, a title, or none of them")
