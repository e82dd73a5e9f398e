"""The word lists."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.moderation import ListChanges, get_moderation, overrides
from bot.settings import Settings
from bot.store import schema
from bot.texts import gettext
from tests.bot.harness import House
from tests.bot.web.admin.browser import AdminBrowser, audited, open_browser


def test_a_prompt_is_tested_as_a_wish_and_kept_nowhere(
    admin: AdminBrowser, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = "ひみつの計画、全裸のおじさん"
    answer = admin.send("/admin/words/test", {"prompt": prompt}, of="/admin/words")
    assert answer.status_code == 200
    assert "<strong>Refused</strong> as sexual" in answer.text
    assert "「全裸」" in answer.text
    assert gettext("refused.sexual", "ja") in answer.text
    assert prompt in answer.text, "in the box, to be changed"
    fine = admin.send("/admin/words/test", {"prompt": "裸足の少年"}, of="/admin/words").text
    assert "<strong>Painted</strong>" in fine
    assert "ひみつ" not in capsys.readouterr().out
    everything = json.dumps(
        [house.rows(table) for table in schema.metadata.sorted_tables], default=str
    )
    assert "ひみつ" not in everything
    assert admin.get("/admin/words/test").location == "/admin/words"


def test_words_are_added_removed_and_put_back(admin: AdminBrowser, house: House) -> None:
    def form(name: str, **values: str) -> str:
        answer = admin.send(f"/admin/words/{name}", values, of="/admin/words")
        assert answer.location == "/admin/words"
        return admin.get("/admin/words").text

    page = form("add", category="hate", word="ペンギン")
    assert 'value="ペンギン"' in page
    assert "1 added here" in page
    assert "already" in form("add", category="hate", word="ペンギン")
    assert "too short" in form("add", category="hate", word="の")
    assert "1 removed" in form("remove", category="sexual", word="裸")
    assert "Put back" in admin.get("/admin/words").text
    with house.database.read() as db:
        changes = overrides.load(db)
    assert changes == ListChanges((("hate", "ペンギン"),), (("sexual", "裸"),))
    assert get_moderation(None, changes).classify("ペンギン") == "hate"
    form("add", category="sexual", word="裸")
    form("remove", category="hate", word="ペンギン")
    assert "protect children" in form("remove", category="minors", word="ロリコン")
    assert "No word was ticked" in form("remove", category="hate")
    with house.database.read() as db:
        assert overrides.load(db) == ListChanges()
    done = [(action, about) for _, action, about in audited(house)]
    assert done == [
        ("add word", "hate"),
        ("remove word", "sexual"),
        ("add word", "sexual"),
        ("remove word", "hate"),
    ]


def test_of_several_words_all_go_or_none(admin: AdminBrowser, house: House) -> None:
    data = {"category": "hate", "word": ["土人", "そんなことばはない"]}
    data["csrf_token"] = admin.token("/admin/words")
    assert admin.post("/admin/words/remove", data=data).status_code == 303
    with house.database.read() as db:
        assert overrides.load(db) == ListChanges()
    assert audited(house) == []


def test_the_page_says_when_nothing_is_checked(with_pages: Settings) -> None:
    client = open_browser(replace(with_pages, moderation=False))
    client.log_in()
    assert "MODERATION is off" in client.get("/admin/words").text
