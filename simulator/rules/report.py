"""Collecting what is wrong with a message object, and the checks that every kind needs."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, TypeGuard
from urllib.parse import urlsplit

import regex

Path = tuple[str | int, ...]
Json = dict[str, Any]
MAX_URL = 2000


@dataclass
class Report:
    """Errors found so far, in LINE's `details` form.

    pointer: False writes a property as `messages[0].text`, True as `/body/contents/0/text`, which
    is how LINE names a place inside a Flex Message.
    """

    pointer: bool = False
    details: list[dict[str, str]] = field(default_factory=list)

    def add(self, path: Path, message: str) -> None:
        """One more error, at `path`."""
        self.details.append({"message": message, "property": self._name(path)})

    def is_object(self, value: object, path: Path) -> TypeGuard[Json]:
        """Check that the value at `path` is a JSON object."""
        if value is None:
            self.add(path, "must be specified")
        elif not isinstance(value, dict):
            self.add(path, "must be an object")
        return isinstance(value, dict)

    def _name(self, path: Path) -> str:
        if self.pointer:
            return "/" + "/".join(map(str, path))
        name = ""
        for step in path:
            name += f"[{step}]" if isinstance(step, int) else f".{step}" if name else step
        return name


def utf16(text: str) -> int:
    """Length in UTF-16 code units: LINE's usual measure ("Character counting in a text")."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """Length in grapheme clusters: LINE's measure for labels, template texts and rich menu names
    ("Character counting in a text")."""
    return len(regex.findall(r"\X", text))


def text(
    report: Report,
    holder: Json,
    key: str,
    path: Path,
    limit: int,
    *,
    required: bool = True,
    count: Callable[[str], int] = utf16,
) -> bool:
    """Check that `holder[key]` is a text of 1 to `limit` characters; False if it is not (or is
    missing)."""
    value = holder.get(key)
    here = (*path, key)
    if value is None:
        if required:
            report.add(here, "must be specified")
        return False
    if not isinstance(value, str):
        report.add(here, "must be a string")
        return False
    if not value:
        report.add(here, "May not be empty")
        return False
    if count(value) > limit:
        report.add(here, f"Length must be between 0 and {limit}")
        return False
    return True


def one_of(
    report: Report, holder: Json, key: str, path: Path, values: Collection[str], *, required: bool
) -> bool:
    """Check that `holder[key]` is one of `values`."""
    value = holder.get(key)
    if value is None and not required:
        return True
    if value is None:
        report.add((*path, key), "must be specified")
        return False
    if value not in values:
        report.add((*path, key), f"Must be one of the following values: [{', '.join(values)}]")
        return False
    return True


def size(report: Report, holder: Json, key: str, path: Path, bounds: tuple[int, int]) -> list[Any]:
    """Check that `holder[key]` is a list of so many things, least and most; [] if it is not."""
    low, high = bounds
    value = holder.get(key)
    here = (*path, key)
    if value is None:
        report.add(here, "must be specified")
        return []
    if not isinstance(value, list):
        report.add(here, "must be an array")
        return []
    if not low <= len(value) <= high:
        report.add(here, f"Size must be between {low} and {high}")
        return []
    return value


def url(report: Report, holder: Json, key: str, path: Path, *, required: bool = True) -> bool:
    """Check a URL of a picture or a film: https, at most 2000 characters, percent-encoded.

    http is accepted for loopback addresses only: there is no certificate for a bot that runs beside
    the simulator. Source: Messaging API reference, "Image message"; "About the encoding of a URL
    specified in a request body property".
    """
    if not text(report, holder, key, path, MAX_URL, required=required):
        return holder.get(key) is None and not required
    value: str = holder[key]
    problem = url_problem(value)
    if problem:
        report.add((*path, key), problem)
    return not problem


def url_problem(value: str) -> str | None:
    """Why LINE would refuse a URL of a picture, or None."""
    try:
        parts = urlsplit(value)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return "invalid uri"
    if parts.scheme not in ("http", "https"):
        return "invalid uri scheme" if parts.scheme else "invalid uri"
    if not host or re.search(r"[^\x21-\x7e]", value):
        return "invalid uri"
    if parts.scheme == "http" and not is_loopback(host):
        return "invalid uri scheme"
    return None


def is_loopback(host: str) -> bool:
    """Return whether a host name or address means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
