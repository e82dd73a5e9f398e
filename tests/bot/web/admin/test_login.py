"""The login of the operator's pages: passwords, addresses, logging out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.store.clock import now
from bot.web.admin import security
from tests.bot.harness import House
from tests.bot.valkey import valkey
from tests.bot.web.admin.browser import PASSWORD, AdminBrowser, close_browser, open_browser


def test_a_stranger_is_led_to_the_login_and_then_on(stranger: AdminBrowser) -> None:
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
def test_a_login_leads_nowhere_else(stranger: AdminBrowser, there: str) -> None:
    token = stranger.token()
    answer = stranger.post(
        "/admin/login",
        query_string={"next": there},
        data={"csrf_token": token, "password": PASSWORD},
    )
    assert answer.location == "/admin/"


@pytest.mark.parametrize("given", ["", "wrong", PASSWORD + " ", PASSWORD.upper(), "あ" * 5000])
def test_a_wrong_password_opens_nothing(stranger: AdminBrowser, given: str) -> None:
    answer = stranger.log_in(given)
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert PASSWORD not in answer.text
    assert stranger.get("/admin/").status_code == 302


def test_a_login_is_written_down_with_its_address(stranger: AdminBrowser, house: House) -> None:
    from bot.store.schema import audit

    stranger.log_in("wrong")
    assert house.rows(audit) == []
    stranger.log_in()
    [entry] = house.rows(audit)
    assert (entry["who"], entry["action"]) == ("admin@127.0.0.1", "log in")


def test_passwords_cannot_be_tried_by_the_dozen(stranger: AdminBrowser) -> None:
    token = stranger.token()
    data = {"csrf_token": token, "password": "wrong"}
    answers = [stranger.post("/admin/login", data=data) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) <= 60
    assert "Wait a minute" in answers[-1].text
    # The right one is refused as well: nothing tells the two apart.
    assert stranger.post("/admin/login", data=data | {"password": PASSWORD}).status_code == 429
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    right = data | {"password": PASSWORD}
    assert stranger.post("/admin/login", data=right, environ_base=elsewhere).status_code == 303


def test_addresses_of_one_ipv6_network_count_as_one(stranger: AdminBrowser) -> None:
    data = {"csrf_token": stranger.token(), "password": "wrong"}
    answers = [
        stranger.post("/admin/login", data=data, environ_base={"REMOTE_ADDR": f"2001:db8::{n}"})
        for n in range(6)
    ]
    assert answers[-1].status_code == 429


def test_the_limit_holds_when_the_broker_is_away(with_pages: Settings) -> None:
    client = open_browser(
        replace(with_pages, broker_url="redis://127.0.0.1:9/0", log_stream_max_lines=0)
    )
    data = {"csrf_token": client.token(), "password": "wrong"}
    result = [client.post("/admin/login", data=data).status_code for _ in range(6)]
    assert result == [401] * 5 + [429]


def test_the_limit_is_one_for_all_web_processes_and_goes_on_without_the_broker(
    with_pages: Settings, tmp_path: Path
) -> None:
    with valkey(tmp_path / "valkey") as server:
        several = [
            open_browser(replace(with_pages, broker_url=server.url, log_stream_max_lines=0))
            for _ in range(2)
        ]
        wrong = [{"csrf_token": each.token(), "password": "wrong"} for each in several]

        def attempt(which: int) -> int:
            return several[which].post("/admin/login", data=wrong[which]).status_code

        assert [attempt(0) for _ in range(3)] == [401] * 3
        assert [attempt(1) for _ in range(3)] == [401, 401, 429]
        server.stop()
        assert [attempt(0) for _ in range(6)] == [401] * 5 + [429]
        for client in several:
            close_browser(client)


def test_a_short_password_is_remarked_upon(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    for password, answer in (("hunter2", True), (PASSWORD, False)):
        close_browser(open_browser(replace(settings, admin_password=password)))
        sentence = capsys.readouterr().out
        assert ("admin_password.too_short" in sentence) == answer
        assert password not in sentence


@pytest.mark.parametrize("forwarded", ["", "198.51.100.7", "203.0.113.5, 198.51.100.7"])
@pytest.mark.parametrize("proxies", [0, 1])
def test_only_a_trusted_proxy_says_who_asks(
    with_pages: Settings, house: House, proxies: int, forwarded: str
) -> None:
    from bot.store.schema import audit

    client = open_browser(replace(with_pages, trusted_proxies=proxies))
    client.environ_base["HTTP_X_FORWARDED_FOR"] = forwarded
    client.log_in()
    [entry] = house.rows(audit)
    believed = "198.51.100.7" if proxies and forwarded else "127.0.0.1"
    assert entry["who"] == f"admin@{believed}"


def test_logging_out(admin: AdminBrowser) -> None:
    assert admin.send("/admin/logout", of="/admin/").location == "/admin/login"
    assert "You are logged out" in admin.get("/admin/login").text
    assert admin.get("/admin/").status_code == 302


def test_logging_out_ends_every_copy_of_the_cookie_and_no_other_login(
    with_pages: Settings, admin: AdminBrowser
) -> None:
    """Also in other web processes, and whatever the copy has been used for since."""
    thief, colleague = open_browser(with_pages), open_browser(with_pages)
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
        close_browser(client)


def test_logins_of_long_ago_are_not_kept(
    admin: AdminBrowser, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.store.schema import switches

    later = now() + security.MAX_SESSION_SECONDS + 1
    monkeypatch.setattr("bot.web.admin.sessions.now", lambda: later)
    admin.delete_cookie("efude_admin", path="/admin")
    admin.log_in()
    assert len(house.rows(switches)) == 1
