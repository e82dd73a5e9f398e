"""Seeded fuzzing of the operator's pages: hostile values in every form and address, logged in."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, build_opener

from benchmarks.load import HOST

PAGES = ("", "jobs", "log", "people", "words", "settings", "inbox", "usage", "job/4F7-K2M")
_PARAMETERS = ("skip", "state", "q", "next", "level", "number", "worker", "since", "event", "lang")
_FORM = re.compile(
    r'<form[^>]*method="post"(?:[^>]*action="([^"]*)")?[^>]*>(.*?)</form>', re.DOTALL
)
_FIELD = re.compile(r'<(?:input|select|textarea|button)[^>]*name="([^"]+)"')
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_given: object) -> None:
        return None


class Visitor:
    """A browser that an operator has logged in with."""

    def __init__(self, port: int, password: str) -> None:
        self._url = f"http://{HOST}:{port}"
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), _NoRedirect)
        _, page = self.open("/admin/login")
        self.token = self._find_token(page)
        status, _ = self.open("/admin/login", {"password": password, "csrf_token": self.token})
        if status not in {302, 303}:
            raise RuntimeError(f"The operator was not let in: {status}")

    def open(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Ask for a page; returns its status and text, 0 without an answer."""
        data = urlencode(form, errors="surrogatepass").encode() if form is not None else None
        try:
            with self._opener.open(self._url + path, data, timeout=20) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except HTTPError as error:
            return error.code, error.read().decode(errors="replace")
        except OSError:
            return 0, ""

    def forms(self) -> dict[str, set[str]]:
        """Return the addresses of all forms on the pages, but the logout's, and their fields."""
        names: dict[str, set[str]] = {}
        for page in PAGES:
            status, text = self.open(f"/admin/{page}")
            if status == 200:
                self.token = self._find_token(text) or self.token
            for action, fields in _FORM.findall(text):
                if action and not action.endswith("/logout"):
                    names.setdefault(action, set()).update(_FIELD.findall(fields))
        return names

    @staticmethod
    def _find_token(page: str) -> str:
        match = _TOKEN.search(page)
        return match[1] if match else ""


def fuzz_forms(port: int, password: str, words: tuple[str, ...], seed: int, seconds: float) -> bool:
    """Fill in forms and addresses until the time is reached; print what came of it."""
    chance, statuses = random.Random(seed), Counter[tuple[str, int]]()
    visitor, slowest, end = Visitor(port, password), 0.0, time.monotonic() + seconds
    forms = visitor.forms()
    while time.monotonic() < end:
        since = time.monotonic()
        if chance.random() < 0.6 and forms:
            action = chance.choice(sorted(forms))
            form = {name: chance.choice(words) for name in sorted(forms[action])}
            form["csrf_token"] = visitor.token if chance.random() < 0.9 else chance.choice(words)
            statuses["form", visitor.open(action, form)[0]] += 1
        else:
            word = quote(chance.choice(words)[:2000].encode("utf-8", "surrogatepass"), safe="")
            path = f"/admin/{chance.choice(PAGES)}"
            path += f"?{chance.choice(_PARAMETERS)}={word}" if chance.random() < 0.7 else f"/{word}"
            statuses["address", visitor.open(path)[0]] += 1
        slowest = max(slowest, time.monotonic() - since)
    status, page = visitor.open("/admin/")
    print(f"{statuses.total()} forms and addresses of the operator; {len(forms)} forms were found")
    for (kind, code), number in sorted(statuses.items()):
        print(f"  {kind:<9} {code:<5} {number}")
    print(f"slowest {slowest:.2f} s; the page afterwards: {status}")
    fell_over = any(code == 0 or code >= 500 for _, code in statuses)
    return bool(forms) and not fell_over and status == 200 and "csrf_token" in page
