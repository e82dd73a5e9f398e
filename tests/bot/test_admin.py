"""The operator's pages, through the application: who gets in, what is shown, what may be done."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.admin import security
from bot.app import create_app
from bot.database import now
from bot.settings import Settings
from tests.bot.house import House, body_of, event, signed
from tests.bot.valkey import valkey

PASSWORD = "a password for the pages"


class Desk(FlaskClient):
    """A browser without JavaScript."""

    def token(self, page: str = "/admin/login") -> str:
        """The CSRF token that stands in a page's forms."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        assert found, f"{page} has no form with a token"
        return found[1]

    def send(self, page: str, form: dict[str, str] | None = None, of: str = "") -> TestResponse:
        """Post a form, with the token of the page that it stands in."""
        return self.post(page, data={"csrf_token": self.token(of or page), **(form or {})})

    def log_in(self, password: str = PASSWORD) -> TestResponse:
        return self.send("/admin/login", {"password": password})

    def cookie(self) -> str:
        """The session, as the browser keeps it."""
        kept = self.get_cookie("efude_admin", path="/admin")
        return kept.value if kept else ""


def browser(settings: Settings) -> Desk:
    app = create_app(settings)
    app.test_client_class = Desk
    client = app.test_client()
    assert isinstance(client, Desk)
    return client


def close(client: Desk) -> None:
    """Let go of what the application opened."""
    client.application.extensions["publisher"].close()
    client.application.extensions["database"].close()


@pytest.fixture
def with_pages(settings: Settings) -> Settings:
    return replace(settings, admin_password=PASSWORD)


@pytest.fixture
def stranger(with_pages: Settings) -> Iterator[Desk]:
    """Somebody who has not logged in."""
    client = browser(with_pages)
    yield client
    close(client)


@pytest.fixture
def admin(stranger: Desk) -> Desk:
    """Somebody who has."""
    assert stranger.log_in().status_code == 303
    return stranger


# --- in and out


@pytest.mark.parametrize("page", ["/admin", "/admin/", "/admin/login", "/admin/static/admin.css"])
def test_without_a_password_there_is_nothing(settings: Settings, page: str) -> None:
    client = create_app(settings).test_client()
    assert client.get(page).status_code == 404
    assert client.post(page).status_code == 404


def test_a_web_process_without_pages_imports_nothing_of_them(settings: Settings) -> None:
    script = (
        "import sys; from bot.app import create_app; create_app(); "
        "found = {'flask_login', 'flask_wtf', 'flask_limiter', 'bot.admin'} & set(sys.modules); "
        "sys.exit(str(found) if found else 0)"
    )
    environment = {
        "LINE_CHANNEL_SECRET": "s",
        "LINE_CHANNEL_ACCESS_TOKEN": "t",
        "BROKER_URL": "redis://127.0.0.1:9/0",
        "DATABASE_URL": settings.database_url,
        "PICTURES_DIR": str(settings.pictures_dir),
    }
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_the_webhook_knows_nothing_of_the_pages(stranger: Desk, house: House) -> None:
    body = body_of(event("夜の富士山"))
    answer = stranger.post("/callback", data=body, headers=signed(body))
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "content-security-policy" not in answer.headers
    assert stranger.get("/healthz").status_code == 200


def test_a_stranger_is_led_to_the_login_and_then_on(stranger: Desk) -> None:
    answer = stranger.get("/admin/?x=1")
    assert answer.status_code == 302
    assert answer.location == "/admin/login?next=/admin/?x%3D1"
    page = stranger.get(answer.location)
    assert page.status_code == 200
    assert "Log out" not in page.text
    token = stranger.token(answer.location)
    answer = stranger.post(answer.location, data={"csrf_token": token, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/admin/?x=1")
    assert "Log out" in stranger.get("/admin/").text
    assert stranger.get("/admin/login").location == "/admin/"


@pytest.mark.parametrize(
    "there", ["https://evil.example/admin", "//evil.example", "/admin\\@evil.example", "/callback"]
)
def test_a_login_leads_nowhere_else(stranger: Desk, there: str) -> None:
    token = stranger.token()
    answer = stranger.post(
        "/admin/login",
        query_string={"next": there},
        data={"csrf_token": token, "password": PASSWORD},
    )
    assert answer.location == "/admin/"


@pytest.mark.parametrize("given", ["", "wrong", PASSWORD + " ", PASSWORD.upper(), "あ" * 5000])
def test_a_wrong_password_opens_nothing(stranger: Desk, given: str) -> None:
    answer = stranger.log_in(given)
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert PASSWORD not in answer.text
    assert stranger.get("/admin/").status_code == 302


def test_a_login_is_written_down_with_its_address(stranger: Desk, house: House) -> None:
    from bot.tables import audit

    stranger.log_in("wrong")
    assert house.rows(audit) == []
    stranger.log_in()
    [entry] = house.rows(audit)
    assert (entry["who"], entry["action"]) == ("admin@127.0.0.1", "log in")


def test_passwords_cannot_be_tried_by_the_dozen(stranger: Desk) -> None:
    token = stranger.token()
    data = {"csrf_token": token, "password": "wrong"}
    answers = [stranger.post("/admin/login", data=data) for _ in range(6)]
    assert [it.status_code for it in answers] == [401] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) <= 60
    assert "Wait a minute" in answers[-1].text
    # The right one is refused as well: nothing tells the two apart.
    assert stranger.post("/admin/login", data=data | {"password": PASSWORD}).status_code == 429
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    right = data | {"password": PASSWORD}
    assert stranger.post("/admin/login", data=right, environ_base=elsewhere).status_code == 303


def test_addresses_of_one_ipv6_network_count_as_one(stranger: Desk) -> None:
    data = {"csrf_token": stranger.token(), "password": "wrong"}
    answers = [
        stranger.post("/admin/login", data=data, environ_base={"REMOTE_ADDR": f"2001:db8::{n}"})
        for n in range(6)
    ]
    assert answers[-1].status_code == 429


def test_the_limit_holds_when_the_broker_is_away(with_pages: Settings) -> None:
    client = browser(replace(with_pages, broker_url="redis://127.0.0.1:9/0", log_stream=0))
    data = {"csrf_token": client.token(), "password": "wrong"}
    found = [client.post("/admin/login", data=data).status_code for _ in range(6)]
    assert found == [401] * 5 + [429]


def test_the_limit_is_one_for_all_web_processes_and_goes_on_without_the_broker(
    with_pages: Settings, tmp_path: Path
) -> None:
    with valkey(tmp_path / "valkey") as server:
        several = [
            browser(replace(with_pages, broker_url=server.url, log_stream=0)) for _ in range(2)
        ]
        wrong = [{"csrf_token": it.token(), "password": "wrong"} for it in several]

        def attempt(which: int) -> int:
            return several[which].post("/admin/login", data=wrong[which]).status_code

        assert [attempt(0) for _ in range(3)] == [401] * 3
        assert [attempt(1) for _ in range(3)] == [401, 401, 429]
        server.stop()
        assert [attempt(0) for _ in range(6)] == [401] * 5 + [429]
        for client in several:
            close(client)


def test_a_short_password_is_remarked_upon(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    for password, told in (("hunter2", True), (PASSWORD, False)):
        close(browser(replace(settings, admin_password=password)))
        said = capsys.readouterr().out
        assert ("short admin password" in said) == told
        assert password not in said


@pytest.mark.parametrize("forwarded", ["", "198.51.100.7", "203.0.113.5, 198.51.100.7"])
@pytest.mark.parametrize("proxies", [0, 1])
def test_only_a_trusted_proxy_says_who_asks(
    with_pages: Settings, house: House, proxies: int, forwarded: str
) -> None:
    from bot.tables import audit

    client = browser(replace(with_pages, trusted_proxies=proxies))
    client.environ_base["HTTP_X_FORWARDED_FOR"] = forwarded
    client.log_in()
    [entry] = house.rows(audit)
    believed = "198.51.100.7" if proxies and forwarded else "127.0.0.1"
    assert entry["who"] == f"admin@{believed}"


def test_logging_out(admin: Desk) -> None:
    assert admin.send("/admin/logout", of="/admin/").location == "/admin/login"
    assert "You are logged out" in admin.get("/admin/login").text
    assert admin.get("/admin/").status_code == 302


def test_logging_out_ends_every_copy_of_the_cookie_and_no_other_login(
    with_pages: Settings, admin: Desk
) -> None:
    """Also in other web processes, and whatever the copy has been used for since."""
    thief, colleague = browser(with_pages), browser(with_pages)
    thief.set_cookie("efude_admin", admin.cookie(), path="/admin")
    colleague.log_in()
    assert thief.get("/admin/").status_code == 200
    admin.send("/admin/logout", of="/admin/")
    assert thief.get("/admin/").status_code == 302
    assert thief.get("/admin/log/stream").status_code == 302
    assert "Log out" not in thief.get("/admin/login").text
    assert colleague.get("/admin/").status_code == 200
    assert admin.log_in().status_code == 303
    assert thief.get("/admin/").status_code == 302
    for client in (thief, colleague):
        close(client)


def test_logins_of_long_ago_are_not_kept(
    admin: Desk, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.tables import switches

    later = now() + security.LONGEST + 1
    monkeypatch.setattr("bot.admin.logins.now", lambda: later)
    admin.delete_cookie("efude_admin", path="/admin")
    admin.log_in()
    assert len(house.rows(switches)) == 1


# --- the session


def _set_cookie(answer: TestResponse) -> tuple[str, set[str]]:
    [line] = [it for it in answer.headers.getlist("set-cookie") if it.startswith("efude_admin=")]
    cookie = SimpleCookie(line)["efude_admin"]
    flags = {name for name in ("secure", "httponly") if cookie[name]}
    return line, flags | {f"samesite={cookie['samesite']}", f"path={cookie['path']}"}


@pytest.mark.parametrize("https", [False, True])
def test_the_cookie_is_kept_from_scripts_other_pages_and_plain_lines(
    with_pages: Settings, https: bool
) -> None:
    scheme = "https" if https else "http"
    client = browser(replace(with_pages, public_url=f"{scheme}://127.0.0.1:8000"))
    line, flags = _set_cookie(client.get("/admin/login", base_url=f"{scheme}://127.0.0.1:8000"))
    expected = {"httponly", "samesite=Lax", "path=/admin"} | ({"secure"} if https else set())
    assert flags == expected
    assert "expires" not in line.lower()  # it goes with the browser


def test_several_web_processes_share_sessions(with_pages: Settings, admin: Desk) -> None:
    other = browser(with_pages)
    other.set_cookie("efude_admin", admin.cookie(), path="/admin")
    assert other.get("/admin/").status_code == 200


def test_another_password_ends_every_session(with_pages: Settings, admin: Desk) -> None:
    for change in ({"admin_password": "new"}, {"line_channel_secret": "new"}):
        other = browser(replace(with_pages, **change))  # type: ignore[arg-type]
        other.set_cookie("efude_admin", admin.cookie(), path="/admin")
        assert other.get("/admin/").status_code == 302


def test_the_cookie_holds_no_secret(with_pages: Settings, admin: Desk) -> None:
    key = security.session_key(with_pages)
    assert len(key) == 32
    assert PASSWORD not in admin.cookie()


def test_who_does_nothing_is_logged_out(admin: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = now()
    monkeypatch.setattr("bot.admin.security.now", lambda: begun + security.IDLE - 10)
    assert admin.get("/admin/").status_code == 200
    monkeypatch.setattr("bot.admin.security.now", lambda: begun + 2 * security.IDLE - 20)
    assert admin.get("/admin/").status_code == 200, "a click begins the time anew"
    monkeypatch.setattr("bot.admin.security.now", lambda: begun + 3 * security.IDLE)
    assert admin.get("/admin/").status_code == 302
    assert "Log out" not in admin.get("/admin/login").text


def test_a_page_that_reloads_itself_is_no_click(
    admin: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = now()
    monkeypatch.setattr("bot.admin.security.now", lambda: begun + security.IDLE - 10)
    assert admin.get("/admin/?auto=1").status_code == 200
    monkeypatch.setattr("bot.admin.security.now", lambda: begun + security.IDLE + 10)
    assert admin.get("/admin/?auto=1").status_code == 302


def test_half_a_day_is_the_longest(admin: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = now()
    for after in range(0, int(security.LONGEST), 1200):
        monkeypatch.setattr("bot.admin.security.now", lambda after=after: begun + after)
        assert admin.get("/admin/").status_code == 200
    monkeypatch.setattr("bot.admin.security.now", lambda: begun + security.LONGEST)
    assert admin.get("/admin/").status_code == 302


# --- forms and headers


def test_a_form_without_its_token_does_nothing(stranger: Desk) -> None:
    for data in ({"password": PASSWORD}, {"password": PASSWORD, "csrf_token": "made up"}):
        answer = stranger.post("/admin/login", data=data)
        assert answer.status_code == 400
        assert "out of date" in answer.text
    assert stranger.get("/admin/").status_code == 302


def test_a_token_of_before_the_login_is_not_valid_after_it(stranger: Desk) -> None:
    token = stranger.token()
    stranger.log_in()
    assert stranger.post("/admin/logout", data={"csrf_token": token}).status_code == 400


def test_a_form_after_the_session_is_401_not_a_redirect(stranger: Desk) -> None:
    answer = stranger.send("/admin/logout", of="/admin/login")
    assert answer.status_code == 401
    assert stranger.get("/admin/", headers={"accept": "text/event-stream"}).status_code == 401


@pytest.mark.parametrize("page", ["/admin/login", "/admin/", "/admin/nothing"])
def test_headers(admin: Desk, page: str) -> None:
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
    client = browser(replace(with_pages, public_url="https://bot.example"))
    assert client.get("/admin/login").headers["strict-transport-security"] == "max-age=31536000"


def test_the_style_is_a_file_that_may_be_kept(stranger: Desk) -> None:
    page = stranger.get("/admin/login").text
    assert "<style" not in page
    assert "style=" not in page
    assert "<script" not in page
    with stranger.get("/admin/static/admin.css") as answer:
        assert answer.status_code == 200
        assert answer.content_type.startswith("text/css")
        assert "no-store" not in answer.headers["cache-control"]


def test_a_page_that_is_not_there_says_so(admin: Desk) -> None:
    answer = admin.get("/admin/nothing")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert admin.get("/admin").status_code == 200  # no redirect, which would not know of a proxy


def test_without_the_database_the_page_says_so(admin: Desk, house: House) -> None:
    with house.database.write() as db:
        db.exec_driver_sql("DROP TABLE audit")
    admin.send("/admin/logout", of="/admin/")
    answer = admin.log_in()
    assert answer.status_code == 503
    assert "The database cannot be used" in answer.text
