"""「/状態」 and the chats where it is answered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot import alarms, bans, state, switches, tables
from bot.commands import main
from bot.database import now
from bot.texts import say
from tests.bot.house import AOI, GROUP, House, body_of, event, in_group, signed


def write(client: FlaskClient, text: str, **more: Any) -> None:
    body = body_of(event(text, **more))
    assert client.post("/callback", data=body, headers=signed(body)).status_code == 200


def answers(house: House) -> list[str]:
    """What would be said by free replies, oldest first."""
    return [
        message["text"]
        for it in house.deliveries()
        if it["kind"] == "answer"
        for message in it["messages"]
    ]


def code(house: House) -> str:
    with house.database.write() as db:
        return state.new_code(db)


def chats(house: House) -> list[str]:
    with house.database.read() as db:
        return [it.chat_id for it in state.admin_chats(db)]


def test_a_code_makes_a_chat_an_operators_and_only_once(client: FlaskClient, house: House) -> None:
    given = code(house)
    write(client, f"/管理 {given.lower()}")
    assert answers(house) == [say("state.joined")]
    assert chats(house) == [AOI]
    write(client, f"/管理 {given}", source=in_group())
    assert chats(house) == [AOI], "it was good for one chat"
    entries = house.rows(tables.audit)
    assert [(it["action"], it["about"]) for it in entries] == [
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
        db.execute(tables.workers.insert().values(**row, started_at=0.0, seen_at=now()))
        alarms.note(db, {"no_worker": "none"}, 60.0)
        switches.turn(db, switches.ACCEPTING, False)
    write(client, text)
    told = answers(house)[-1]
    for line in (
        say("state.queue", queued=1, oldest="2分"),
        say("state.drawing", drawing=1, workers=0),
        say("state.pace", pictures=1, rate="0.1"),
        say("state.pushes", left=150, reserve=20),
        say("state.paused"),
        say("alarm.line_since", what=say("alarm.no_worker"), since="0秒"),
    ):
        assert line in told
    assert len(told) < 1000


def test_all_is_well_is_said_too(client: FlaskClient, house: House) -> None:
    write(client, f"/管理 {code(house)}")
    write(client, "/状態")
    assert say("state.no_alarms") in answers(house)[-1]
    assert say("state.queue_empty") in answers(house)[-1]


def test_what_is_over_is_told_with_the_next_answer_alone(client: FlaskClient, house: House) -> None:
    write(client, f"/管理 {code(house)}")
    with house.database.write() as db:
        alarms.note(db, {"storage": "x"}, 60.0)
        alarms.told(db, alarms.every(db))
    house.set(tables.alarms, tables.alarms.c.name == "storage", seen_at=now() - 61)
    with house.database.write() as db:
        alarms.note(db, {}, 60.0)
    write(client, "/状態")
    write(client, "/状態")
    over = say("alarm.line", what=say("alarm.storage"))
    assert [over in it for it in answers(house)[-2:]] == [True, False]


def test_in_any_other_chat_the_words_are_words_like_any_others(
    client: FlaskClient, house: House
) -> None:
    write(client, f"/管理 {code(house)}")
    write(client, "/状態", source={"type": "user", "userId": "U" + "9" * 32})
    write(client, "/状態", source=in_group())
    assert answers(house) == [say("state.joined")]
    [job] = house.rows(tables.jobs)
    assert job["request"]["prompt"] == "/状態"


def test_a_wrong_code_is_not_answered_and_not_painted(client: FlaskClient, house: House) -> None:
    given = code(house)
    for wrong in ("AAAAAAAA", "BBBBBBBB"):
        write(client, f"/管理 {wrong}")
    assert (answers(house), house.rows(tables.jobs)) == ([], [])
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
        found = switches.value(db, "admin_code")
        switches.put(db, "admin_code", found | {"until": now() - 1})
    write(client, f"/管理 {given}")
    assert chats(house) == []


def test_the_code_is_nowhere_but_with_the_operator(client: FlaskClient, house: House) -> None:
    given = code(house)
    assert given not in json.dumps(house.rows(tables.switches))


def test_an_operators_chat_can_leave(client: FlaskClient, house: House) -> None:
    write(client, f"/管理 {code(house)}")
    write(client, "/管理 解除")
    assert answers(house)[-1] == say("state.left")
    assert chats(house) == []


def test_a_group_of_operators_needs_no_mention(client: FlaskClient, house: House) -> None:
    write(client, f"/管理 {code(house)}", source=in_group())
    write(client, "/状態", source=in_group())
    assert chats(house) == [GROUP]
    assert say("state.title") in answers(house)[-1]


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
    assert json.loads(run("--json"))["seconds"] == state.CODE_LIFE
    run("--remove", "ffff", status=1)
    run("--remove", mark)
    assert chats(house) == []
