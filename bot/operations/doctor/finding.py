"""The result of a check, and the HTTP request that checks make."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

import urllib3

from bot.texts import gettext
from bot.texts.sentence import Sentence

TIMEOUT = urllib3.Timeout(connect=3.0, read=8.0)


class Finding(NamedTuple):
    """The result of a check.

    check: its name in the texts' table check_name. result: what it found. advice: what to do if it
    is not ok.
    """

    check: str
    ok: bool
    result: Sentence
    advice: Sentence | None = None

    @property
    def name(self) -> str:
        """The check's name in English."""
        return self.name_in("en")

    @property
    def says(self) -> str:
        """What it found, in English."""
        return str(self.result)

    @property
    def remedy(self) -> str:
        """What to do, in English; empty if all is well."""
        return str(self.advice or "")

    def name_in(self, lang: str) -> str:
        """Return the check's name in a language of the texts."""
        return gettext(f"check_name.{self.check}", lang)


class CheckFailed(Exception):
    """A check failed; as str() in English. result: what is wrong. advice: what to do."""

    def __init__(self, result: Sentence, advice: Sentence) -> None:
        super().__init__(str(result))
        self.result, self.advice = result, advice


def is_local(url: str) -> bool:
    """Return whether a URL leads to this machine."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def http_get(url: str, advice: Sentence) -> urllib3.BaseHTTPResponse:
    """Make a GET request, without retries. Raises CheckFailed if nothing answers."""
    try:
        with urllib3.PoolManager(retries=False) as pool:
            return pool.request("GET", url, timeout=TIMEOUT, redirect=False)
    except urllib3.exceptions.HTTPError as error:
        host = urlsplit(url).netloc
        result = Sentence("doctor.unreachable", host=host, error=type(error).__name__)
        raise CheckFailed(result, advice) from None
