"""All operator's pages: without a password, without a login, their files and their errors."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from bot.app import create_app
from bot.settings import Settings
from bot.store import bans, schema
from tests.bot.harness import AOI, House, body_of, event, signed
from tests.bot.web.admin.browser import AdminBrowser, write_three_lines

MARK = bans.fingerprint(AOI)


@pytest.mark.parametrize("page", ["/admin", "/admin/", "/admin/login", "/admin/static/admin.css"])
def test_without_a_password_there_is_nothing(settings: Settings, page: str) -> None:
    client = create_app(settings).test_client()
    assert client.get(page).status_code == 404
    assert client.post(page).status_code == 404


def test_a_web_process_without_pages_imports_nothing_of_them(settings: Settings) -> None:
    script = (
        "import sys; from bot.app import create_app; create_app(); "
        "found = {'flask_login', 'flask_wtf', 'flask_limiter', 'bot.web.admin'} "
        "& set(sys.modules); "
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


def test_the_webhook_knows_nothing_of_the_pages(stranger: AdminBrowser, house: House) -> None:
    body = body_of(event("夜の富士山"))
    answer = stranger.post("/callback", data=body, headers=signed(body))
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "script-src" not in answer.headers["content-security-policy"]
    assert stranger.get("/healthz").status_code == 200


def test_the_style_is_a_file_that_may_be_kept(stranger: AdminBrowser) -> None:
    page = stranger.get("/admin/login").text
    assert "<style" not in page
    assert "style=" not in page
    assert "<script" not in page
    with stranger.get("/admin/static/admin.css") as answer:
        assert answer.status_code == 200
        assert answer.content_type.startswith("text/css")
        assert "no-store" not in answer.headers["cache-control"]


def test_a_page_that_is_not_there_says_so(admin: AdminBrowser) -> None:
    answer = admin.get("/admin/nothing")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert admin.get("/admin").status_code == 200  # no redirect, which would not know of a proxy


def test_without_the_database_the_page_says_so(admin: AdminBrowser, house: House) -> None:
    with house.database.write() as db:
        db.exec_driver_sql("DROP TABLE audit")
    admin.send("/admin/logout", of="/admin/")
    answer = admin.log_in()
    assert answer.status_code == 503
    assert "The database cannot be used" in answer.text


PAGES = ("log", "people", "people/x", "words", "settings", "audit", "log/stream")


@pytest.mark.parametrize("page", PAGES)
def test_strangers_see_nothing(stranger: AdminBrowser, page: str) -> None:
    answer = stranger.get(f"/admin/{page}")
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/admin/login")


def test_nothing_is_done_without_a_login_or_a_token(
    stranger: AdminBrowser, admin: AdminBrowser, house: House
) -> None:
    house.add()
    done = {
        "log": {},
        "log/download": {},
        "people": {"who": AOI},
        f"people/{MARK}/ban": {},
        f"people/{MARK}/unban": {},
        f"people/{MARK}/limits": {"daily_pictures": "1"},
        f"people/{MARK}/erase": {"sure": "yes"},
        "words/test": {"prompt": "海"},
        "words/add": {"category": "hate", "word": "ペンギン"},
        "words/remove": {"category": "sexual", "word": "裸"},
        "settings/switch": {"do": "pause"},
    }
    before = [house.rows(table) for table in schema.metadata.sorted_tables]
    for page, form in done.items():
        assert admin.post(f"/admin/{page}", data=form).status_code == 400
        assert admin.get(f"/admin/{page}").status_code in {200, 302, 405}
    assert [house.rows(table) for table in schema.metadata.sorted_tables] == before


def test_pages_hold_no_script_and_no_style_of_their_own(
    reader: AdminBrowser, house: House, write: Callable[..., None]
) -> None:
    write_three_lines(write)
    house.add()
    for page in ("log", "people", f"people/{MARK}", "words", "settings", "audit"):
        text = reader.get(f"/admin/{page}").text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]+src=)", text), page
        labels = set(re.findall(r'<label for="([^"]+)"', text))
        fields = set(re.findall(r'<(?:input|select|textarea)[^>]+\bid="([^"]+)"', text))
        assert fields <= labels, "every field has a label"
