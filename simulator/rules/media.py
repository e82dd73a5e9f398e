"""Pictures, films, sounds, places and image maps.

Sources: Messaging API reference, "Image message", "Video message", "Audio message", "Location
message", "Imagemap message".
"""

from __future__ import annotations

from typing import Any

from simulator.rules.report import Path, Report, size, text, url

Json = dict[str, Any]


def check_image(report: Report, message: Json, path: Path) -> None:
    """A picture: both URLs are required. Its files are looked at by simulator.images."""
    url(report, message, "originalContentUrl", path)
    url(report, message, "previewImageUrl", path)


def check_video(report: Report, message: Json, path: Path) -> None:
    """A film and its first picture."""
    check_image(report, message, path)
    text(report, message, "trackingId", path, 100, required=False)


def check_audio(report: Report, message: Json, path: Path) -> None:
    """A sound and its length in milliseconds."""
    url(report, message, "originalContentUrl", path)
    if type(message.get("duration")) not in (int, float) or message["duration"] <= 0:
        report.add((*path, "duration"), "must be a positive number of milliseconds")


def check_location(report: Report, message: Json, path: Path) -> None:
    """A place on the map."""
    text(report, message, "title", path, 100)
    text(report, message, "address", path, 100)
    for key, limit in (("latitude", 90), ("longitude", 180)):
        value = message.get(key)
        if type(value) not in (int, float) or not -limit <= value <= limit:  # type: ignore[operator]
            report.add((*path, key), f"must be between -{limit} and {limit}")


def check_imagemap(report: Report, message: Json, path: Path) -> None:
    """A picture with areas to tap: 1040 wide by definition, at most 50 areas."""
    url(report, message, "baseUrl", path)
    text(report, message, "altText", path, 1500)
    base = message.get("baseSize")
    if report.is_object(base, (*path, "baseSize")):
        if base.get("width") != 1040:
            report.add((*path, "baseSize", "width"), "must be 1040")
        if type(base.get("height")) is not int or base["height"] < 1:
            report.add((*path, "baseSize", "height"), "must be a positive number")
    for number, action in enumerate(size(report, message, "actions", path, (1, 50))):
        report.is_object(action, (*path, "actions", number))
