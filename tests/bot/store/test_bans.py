"""Bans: who is banned hears one kind sentence, and nothing is painted."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from bot.store import bans, schema
from bot.texts import gettext
from tests.bot.conftest import Woken
from tests.bot.harness import AOI, GROUP, House, body_of, event, in_group, signed


def send(client: FlaskClient, *events: object) -> None:
    body = body_of(*events)
    assert client.post("/callback", data=body, headers=signed(body)).status_code == 200


def said(house: House) -> list[str]:
    return [
        delivery["messages"][0]["text"] for delivery in house.deliveries() if delivery["messages"]
    ]


def test_who_is_banned_hears_why_nothing_comes(
    client: FlaskClient, house: House, woken: Woken
) -> None:
    with house.database.write() as db:
        assert bans.ban(db, AOI)
    send(client, event("夜の富士山"))
    assert house.rows(schema.jobs) == []
    assert said(house) == [gettext("problem.banned", "ja")]
    assert [message.task for message in woken()] == ["send"]
    with house.database.write() as db:
        assert bans.unban(db, bans.fingerprint(AOI))
    send(client, event("夜の富士山"))
    assert len(house.rows(schema.jobs)) == 1


@pytest.mark.parametrize(("banned", "jobs"), [(AOI, 0), (GROUP, 0), ("U" + "9" * 32, 1)])
def test_bans_in_a_group(client: FlaskClient, house: House, banned: str, jobs: int) -> None:
    with house.database.write() as db:
        bans.ban(db, banned)
    wish = event(source=in_group())
    mention = {"index": 0, "length": 3, "type": "user", "userId": "U0", "isSelf": True}
    text = {"type": "text", "id": "1", "quoteToken": "q", "text": "@絵筆 夜の富士山"}
    wish["message"] = {**text, "mention": {"mentionees": [mention]}}
    send(client, wish)
    assert len(house.rows(schema.jobs)) == jobs


def test_a_fingerprint_is_no_id(house: House) -> None:
    with house.database.write() as db:
        bans.ban(db, AOI, "reason")
        assert not bans.ban(db, AOI)
        [result] = bans.list_all(db)
    assert (result.kind, result.reason) == ("person", "reason")
    assert AOI not in str(result)
    assert len(result.fingerprint) == 64
