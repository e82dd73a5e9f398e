"""A browser for the operator's pages, and what tests read of them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot import jobs
from bot.app import create_app
from bot.settings import Settings
from bot.store import schema
from tests.bot.harness import House

PASSWORD = "a password for the pages"


class AdminBrowser(FlaskClient):
    """A browser without JavaScript."""

    def token(self, page: str = "/admin/login") -> str:
        """The CSRF token that stands in a page's forms."""
        result = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        assert result, f"{page} has no form with a token"
        return result[1]

    def send(self, page: str, form: dict[str, str] | None = None, of: str = "") -> TestResponse:
        """Post a form, with the token of the page that it stands in."""
        return self.post(page, data={"csrf_token": self.token(of or page), **(form or {})})

    def log_in(self, password: str = PASSWORD) -> TestResponse:
        return self.send("/admin/login", {"password": password})

    def cookie(self) -> str:
        """The session, as the browser keeps it."""
        kept = self.get_cookie("efude_admin", path="/admin")
        return kept.value if kept else ""


def open_browser(settings: Settings) -> AdminBrowser:
    app = create_app(settings)
    app.test_client_class = AdminBrowser
    client = app.test_client()
    assert isinstance(client, AdminBrowser)
    return client


def close_browser(client: AdminBrowser) -> None:
    """Let go of what the application opened."""
    client.application.extensions["publisher"].close()
    client.application.extensions["database"].close()


def text_of(page: str) -> str:
    """What a page says, without its tags and with single spaces."""
    body = page[page.index("<main") :]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body))).strip()


def read_page(browser: AdminBrowser, page: str) -> str:
    answer = browser.get(page)
    assert answer.status_code == 200
    return text_of(answer.text)


def audited(house: House) -> list[tuple[str, str, str]]:
    """Who did what about whom, but for the login."""
    rows = sorted(house.rows(schema.audit), key=lambda row: float(row["at"]))
    result = [(row["who"], row["action"], row["about"]) for row in rows]
    return [each for each in result if each[1] != "log in"]


def fail_job(house: House, job_id: str, code: str = "storage_failed") -> None:
    assert house.claim(job_id)
    with house.database.write() as db:
        assert jobs.fail(db, job_id, code, owner="w")


NUMBER = "4F7-K2M"
WORKER = {"process": "worker", "host": "a", "pid": 7, "timestamp": "2026-11-22T14:30:01.234567Z"}


def log_line(event: str, **fields: Any) -> str:
    """One line as a process writes it to the stream."""
    return json.dumps({"event": event, "level": "info", **fields}, ensure_ascii=False)


def write_three_lines(write: Callable[..., None]) -> None:
    write(
        log_line("drawing", number=NUMBER, job="abc", **WORKER),
        log_line("two", process="courier", host="b", pid=2, seconds=0.5),
        json.dumps({"event": "boom", "level": "error", "exception": "Trace: <b>bold</b>"}),
    )
