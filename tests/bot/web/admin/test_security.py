"""Sessions, CSRF tokens and headers of the operator's pages."""

from __future__ import annotations

from dataclasses import replace
from http.cookies import SimpleCookie

import pytest
from werkzeug.test import TestResponse

from bot.settings import Settings
from bot.store.clock import now
from bot.web.admin import security
from tests.bot.web.admin.browser import PASSWORD, AdminBrowser, open_browser


def _set_cookie(answer: TestResponse) -> tuple[str, set[str]]:
    [line] = [
        each for each in answer.headers.getlist("set-cookie") if each.startswith("efude_admin=")
    ]
    cookie = SimpleCookie(line)["efude_admin"]
    flags = {name for name in ("secure", "httponly") if cookie[name]}
    return line, flags | {f"samesite={cookie['samesite']}", f"path={cookie['path']}"}


@pytest.mark.parametrize("https", [False, True])
def test_the_cookie_is_kept_from_scripts_other_pages_and_plain_lines(
    with_pages: Settings, https: bool
) -> None:
    scheme = "https" if https else "http"
    client = open_browser(replace(with_pages, public_url=f"{scheme}://127.0.0.1:8000"))
    line, flags = _set_cookie(client.get("/admin/login", base_url=f"{scheme}://127.0.0.1:8000"))
    expected = {"httponly", "samesite=Lax", "path=/admin"} | ({"secure"} if https else set())
    assert flags == expected
    assert "expires" not in line.lower()  # it goes with the browser


def test_several_web_processes_share_sessions(with_pages: Settings, admin: AdminBrowser) -> None:
    other = open_browser(with_pages)
    other.set_cookie("efude_admin", admin.cookie(), path="/admin")
    assert other.get("/admin/").status_code == 200


def test_another_password_ends_every_session(with_pages: Settings, admin: AdminBrowser) -> None:
    for change in ({"admin_password": "new"}, {"line_channel_secret": "new"}):
        other = open_browser(replace(with_pages, **change))  # type: ignore[arg-type]
        other.set_cookie("efude_admin", admin.cookie(), path="/admin")
        assert other.get("/admin/").status_code == 302


def test_the_cookie_holds_no_secret(with_pages: Settings, admin: AdminBrowser) -> None:
    key = security.session_key(with_pages)
    assert len(key) == 32
    assert PASSWORD not in admin.cookie()


def test_who_does_nothing_is_logged_out(
    admin: AdminBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = now()
    monkeypatch.setattr("bot.web.admin.security.now", lambda: begun + security.IDLE_SECONDS - 10)
    assert admin.get("/admin/").status_code == 200
    monkeypatch.setattr(
        "bot.web.admin.security.now", lambda: begun + 2 * security.IDLE_SECONDS - 20
    )
    assert admin.get("/admin/").status_code == 200, "a click begins the time anew"
    monkeypatch.setattr("bot.web.admin.security.now", lambda: begun + 3 * security.IDLE_SECONDS)
    assert admin.get("/admin/").status_code == 302
    assert "Log out" not in admin.get("/admin/login").text


def test_a_page_that_reloads_itself_is_no_click(
    admin: AdminBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = now()
    monkeypatch.setattr("bot.web.admin.security.now", lambda: begun + security.IDLE_SECONDS - 10)
    assert admin.get("/admin/?auto=1").status_code == 200
    monkeypatch.setattr("bot.web.admin.security.now", lambda: begun + security.IDLE_SECONDS + 10)
    assert admin.get("/admin/?auto=1").status_code == 302


def test_half_a_day_is_the_longest(admin: AdminBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = now()
    for after in range(0, int(security.MAX_SESSION_SECONDS), 1200):
        monkeypatch.setattr("bot.web.admin.security.now", lambda after=after: begun + after)
        assert admin.get("/admin/").status_code == 200
    monkeypatch.setattr("bot.web.admin.security.now", lambda: begun + security.MAX_SESSION_SECONDS)
    assert admin.get("/admin/").status_code == 302


def test_a_form_without_its_token_does_nothing(stranger: AdminBrowser) -> None:
    for data in ({"password": PASSWORD}, {"password": PASSWORD, "csrf_token": "made up"}):
        answer = stranger.post("/admin/login", data=data)
        assert answer.status_code == 400
        assert "out of date" in answer.text
    assert stranger.get("/admin/").status_code == 302


def test_a_token_of_before_the_login_is_not_valid_after_it(stranger: AdminBrowser) -> None:
    token = stranger.token()
    stranger.log_in()
    assert stranger.post("/admin/logout", data={"csrf_token": token}).status_code == 400


def test_a_form_after_the_session_is_401_not_a_redirect(stranger: AdminBrowser) -> None:
    answer = stranger.send("/admin/logout", of="/admin/login")
    assert answer.status_code == 401
    assert stranger.get("/admin/", headers={"accept": "text/event-stream"}).status_code == 401


@pytest.mark.parametrize("page", ["/admin/login", "/admin/", "/admin/nothing"])
def test_headers(admin: AdminBrowser, page: str) -> None:
    headers = admin.get(page).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers


def test_https_is_for_good(with_pages: Settings) -> None:
    client = open_browser(replace(with_pages, public_url="https://bot.example"))
    assert client.get("/admin/login").headers["strict-transport-security"] == "max-age=31536000"
