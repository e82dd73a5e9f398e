"""「/状態」 and the chats where it is answered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.cli import main
from bot.monitoring import alarms
from bot.store import bans, flags, key_values, operator_chats, schema
from bot.store.clock import now
from bot.texts import gettext
from tests.bot.harness import AOI, GROUP, House, body_of, event, in_group, signed


def write(client: FlaskClient, text: str, **fields: Any) -> None:
    body = body_of(event(text, **fields))
    assert client.post("/callback", data=body, headers=signed(body)).status_code == 200


def answers(house: House) -> list[str]:
    """What would be said by free replies, oldest first."""
    return [
        message["text"]
        for row in house.deliveries()
        if row["kind"] == "answer"
        for message in row["messages"]
    ]


def code(house: House) -> str:
    with house.database.write() as db:
        return operator_chats.create_code(db)


def chats(house: House) -> list[str]:
    with house.database.read() as db:
        return [item.chat_id for item in operator_chats.list_chats(db)]


def test_a_code_makes_a_chat_an_operators_and_only_once(client: FlaskClient, house: House) -> None:
    given = code(house)
    write(client, f"/管理 {given.lower()}")
    assert answers(house) == [gettext("state.joined", "ja")]
    assert chats(house) == [AOI]
    write(client, f"/管理 {given}", source=in_group())
    assert chats(house) == [AOI], "it was good for one chat"
    entries = house.rows(schema.audit)
    assert [(item["action"], item["about"]) for item in entries] == [
        ("admin chat", bans.fingerprint(AOI))
    ]


@pytest.mark.parametrize("text", ["/状態", "\uff0f状態", " /Status ", "/STATUS"])
def test_an_operator_is_told_how_it_goes(client: FlaskClient, house: House, text: str) -> None:
    write(client, f"/admin {code(house)}")
    house.change(house.add(), created_at=now() - 130)
    house.claim(house.add())
    house.drawn()
    about = {"quota": {"limit": 200, "used": 50, "at": now()}}
    with house.database.write() as db:
        row = {"id": "h:1", "process": "courier", "host": "h", "pid": 1, "about": about}
        db.execute(schema.workers.insert().values(**row, started_at=0.0, seen_at=now()))
        alarms.update_active(db, {"no_worker": "none"}, 60.0)
        flags.set_flag(db, flags.ACCEPTING, False)
    write(client, text)
    answer = answers(house)[-1]
    for line in (
        gettext("state.queue", "ja", queued=1, oldest="2分"),
        gettext("state.drawing", "ja", drawing=1, workers=0),
        gettext("state.pace", "ja", pictures=1, rate="0.1"),
        gettext("state.pushes", "ja", left=150, reserve=20),
        gettext("state.paused", "ja"),
        gettext("alarm.line_since", "ja", what=gettext("alarm.no_worker", "ja"), since="0秒"),
    ):
        assert line in answer
    assert len(answer) < 1000


def test_all_is_well_is_said_too(client: FlaskClient, house: House) -> None:
    write(client, f"/管理 {code(house)}")
    write(client, "/状態")
    assert gettext("state.no_alarms", "ja") in answers(house)[-1]
    assert gettext("state.queue_empty", "ja") in answers(house)[-1]


def test_what_is_over_is_told_with_the_next_answer_alone(client: FlaskClient, house: House) -> None:
    write(client, f"/管理 {code(house)}")
    with house.database.write() as db:
        alarms.update_active(db, {"storage": "x"}, 60.0)
        alarms.mark_notified(db, alarms.list_active(db))
    house.set(schema.alarms, schema.alarms.c.name == "storage", seen_at=now() - 61)
    with house.database.write() as db:
        alarms.update_active(db, {}, 60.0)
    write(client, "/状態")
    write(client, "/状態")
    over = gettext("alarm.line", "ja", what=gettext("alarm.storage", "ja"))
    assert [over in message for message in answers(house)[-2:]] == [True, False]


def test_in_any_other_chat_the_words_are_words_like_any_others(
    client: FlaskClient, house: House
) -> None:
    write(client, f"/管理 {code(house)}")
    write(client, "/状態", source={"type": "user", "userId": "U" + "9" * 32})
    write(client, "/状態", source=in_group())
    joined, *others = answers(house)
    assert joined == gettext("state.joined", "ja")
    none = [gettext(f"state.{line}", "ja") for line in ("no_alarms", "queue_empty")]
    assert not [answer for answer in others if any(line in answer for line in none)]


def test_a_wrong_code_is_not_answered_and_not_painted(client: FlaskClient, house: House) -> None:
    given = code(house)
    for wrong in ("AAAAAAAA", "BBBBBBBB"):
        write(client, f"/管理 {wrong}")
    assert (answers(house), house.rows(schema.jobs)) == ([], [])
    write(client, f"/管理 {given}")
    assert chats(house) == [AOI]


def test_guessing_makes_the_code_void(client: FlaskClient, house: House) -> None:
    given = code(house)
    for number in range(5):
        write(client, f"/管理 WRONG{number}")
    write(client, f"/管理 {given}")
    assert chats(house) == []


def test_a_code_dies_after_ten_minutes(client: FlaskClient, house: House) -> None:
    given = code(house)
    with house.database.write() as db:
        job = key_values.get(db, "admin_code")
        key_values.put(db, "admin_code", job | {"until": now() - 1})
    write(client, f"/管理 {given}")
    assert chats(house) == []


def test_the_code_is_nowhere_but_with_the_operator(client: FlaskClient, house: House) -> None:
    given = code(house)
    assert given not in json.dumps(house.rows(schema.switches))


def test_an_operators_chat_can_leave(client: FlaskClient, house: House) -> None:
    write(client, f"/管理 {code(house)}")
    write(client, "/管理 解除")
    assert answers(house)[-1] == gettext("state.left", "ja")
    assert chats(house) == []


def test_a_group_of_operators_needs_no_mention(client: FlaskClient, house: House) -> None:
    write(client, f"/管理 {code(house)}", source=in_group())
    write(client, "/状態", source=in_group())
    assert chats(house) == [GROUP]
    assert gettext("state.title", "ja") in answers(house)[-1]


def test_the_command(
    house: House,
    client: FlaskClient,
    at_the_desk: None,
    capsys: pytest.CaptureFixture[str],
) -> None:

    def run(*words: str, status: int = 0) -> str:
        capsys.readouterr()
        assert main(["adminchat", *words]) == status
        return capsys.readouterr().out

    typed = run().strip().rpartition("/管理 ")[2]
    write(client, f"/管理 {typed}")
    mark = bans.fingerprint(AOI)[:8]
    assert mark in run("--list")
    assert AOI not in run("--list")
    [row] = json.loads(run("--list", "--json"))
    assert row["fingerprint"] == mark
    assert json.loads(run("--json"))["seconds"] == operator_chats.CODE_TTL_SECONDS
    run("--remove", "ffff", status=1)
    run("--remove", mark)
    assert chats(house) == []
