"""What a check finds, and how the checks ask over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3

PATIENCE = urllib3.Timeout(connect=3.0, read=8.0)


@dataclass(frozen=True)
class Finding:
    """A green or a red line. remedy: what to do, where it is red."""

    name: str
    ok: bool
    says: str
    remedy: str = ""


class Ill(Exception):
    """A check failed. says: what was found. remedy: what mends it."""

    def __init__(self, says: str, remedy: str) -> None:
        super().__init__(says)
        self.says, self.remedy = says, remedy


def at_home(url: str) -> bool:
    """Whether an address is on this machine."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def get(url: str, remedy: str) -> urllib3.BaseHTTPResponse:
    """A GET without retries. Raises Ill, with the remedy, when nothing answers."""
    try:
        with urllib3.PoolManager(retries=False) as pool:
            return pool.request("GET", url, timeout=PATIENCE, redirect=False)
    except urllib3.exceptions.HTTPError as error:
        host = urlsplit(url).netloc
        raise Ill(f"{host} cannot be reached ({type(error).__name__})", remedy) from None
