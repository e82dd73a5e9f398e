"""Action objects: what happens when somebody taps.

Source: Messaging API reference, "Action objects", "Specifications of the label".
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from simulator.rules.report import Path, Report, graphemes, one_of, text

# Where an action stands -> (is the label required, its longest length in grapheme clusters)
LABELS = {
    "quick reply": (True, 20),
    "template": (True, 20),
    "image carousel": (False, 12),
    "flex button": (True, 40),
    "flex": (False, 40),
    "rich menu": (False, 20),
}
EVERYWHERE = ("postback", "message", "uri", "datetimepicker", "clipboard")
ONLY_QUICK_REPLY = ("camera", "cameraRoll", "location")
INPUT_OPTIONS = ("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice")
URI_SCHEMES = ("http", "https", "line", "tel")
DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
TIME = r"([01]\d|2[0-3]):[0-5]\d"
MOMENTS = {"date": DATE, "time": TIME, "datetime": rf"{DATE}[Tt]{TIME}"}


def check(report: Report, action: Any, path: Path, place: str) -> None:
    """Check an action object that stands in a `place` of LABELS."""
    if not report.is_object(action, path):
        return
    types: tuple[str, ...] = EVERYWHERE
    if place == "quick reply":
        types += ONLY_QUICK_REPLY
    elif place == "rich menu":
        types += ("richmenuswitch",)
    if not one_of(report, action, "type", path, types, required=True):
        return
    kind = action["type"]
    required, limit = LABELS[place]
    text(
        report,
        action,
        "label",
        path,
        20 if kind in ONLY_QUICK_REPLY else limit,
        required=required or kind in ONLY_QUICK_REPLY,
        count=graphemes,
    )
    if kind == "postback":
        _postback(report, action, path)
    elif kind == "message":
        text(report, action, "text", path, 300, count=graphemes)
    elif kind == "uri":
        _uri(report, action, path)
    elif kind == "datetimepicker":
        _datetime_picker(report, action, path)
    elif kind == "clipboard":
        text(report, action, "clipboardText", path, 1000)
    elif kind == "richmenuswitch":
        text(report, action, "richMenuAliasId", path, 32)
        text(report, action, "data", path, 300)


def _postback(report: Report, action: dict[str, Any], path: Path) -> None:
    text(report, action, "data", path, 300)
    for key in ("displayText", "text", "fillInText"):
        text(report, action, key, path, 300, required=False, count=graphemes)
    if "displayText" in action and "text" in action:
        report.add((*path, "displayText"), "displayText and text cannot be used at the same time")
    one_of(report, action, "inputOption", path, INPUT_OPTIONS, required=False)
    if "fillInText" in action and action.get("inputOption") != "openKeyboard":
        report.add((*path, "fillInText"), "fillInText needs the inputOption openKeyboard")


def _uri(report: Report, action: dict[str, Any], path: Path) -> None:
    if text(report, action, "uri", path, 1000):
        _scheme(report, action["uri"], (*path, "uri"))
    alternative = action.get("altUri")
    if (
        alternative is not None
        and report.is_object(alternative, (*path, "altUri"))
        and text(report, alternative, "desktop", (*path, "altUri"), 1000)
    ):
        _scheme(report, alternative["desktop"], (*path, "altUri", "desktop"))


def _scheme(report: Report, uri: str, path: Path) -> None:
    try:
        scheme = urlsplit(uri).scheme
    except ValueError:
        scheme = ""
    if not scheme or re.search(r"[^\x21-\x7e]", uri):
        report.add(path, "invalid uri")
    elif scheme not in URI_SCHEMES:
        report.add(path, "invalid uri scheme")


def _datetime_picker(report: Report, action: dict[str, Any], path: Path) -> None:
    text(report, action, "data", path, 300)
    if not one_of(report, action, "mode", path, tuple(MOMENTS), required=True):
        return
    good = {}
    for key in ("initial", "min", "max"):
        value = action.get(key)
        if value is None:
            continue
        if isinstance(value, str) and re.fullmatch(MOMENTS[action["mode"]], value):
            good[key] = value.upper()
        else:
            report.add((*path, key), f"must be a {action['mode']}")
    if "min" in good and "max" in good and good["min"] >= good["max"]:
        report.add((*path, "max"), "max must be greater than min")
