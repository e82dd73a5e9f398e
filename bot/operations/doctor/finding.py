"""The result of a check, and the HTTP request that checks make."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3

TIMEOUT = urllib3.Timeout(connect=3.0, read=8.0)


@dataclass(frozen=True)
class Finding:
    """The result of a check. remedy: what to do if it is not ok."""

    name: str
    ok: bool
    says: str
    remedy: str = ""


class CheckFailed(Exception):
    """A check failed. says: what is wrong. remedy: what to do."""

    def __init__(self, says: str, remedy: str) -> None:
        super().__init__(says)
        self.says, self.remedy = says, remedy


def is_local(url: str) -> bool:
    """Return whether a URL leads to this machine."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def http_get(url: str, remedy: str) -> urllib3.BaseHTTPResponse:
    """Make a GET request, without retries. Raises CheckFailed if nothing answers."""
    try:
        with urllib3.PoolManager(retries=False) as pool:
            return pool.request("GET", url, timeout=TIMEOUT, redirect=False)
    except urllib3.exceptions.HTTPError as error:
        host = urlsplit(url).netloc
        raise CheckFailed(f"{host} cannot be reached ({type(error).__name__})", remedy) from None
