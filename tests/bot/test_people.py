"""Who asked: LINE's profiles, asked for seldom, by the courier, and only of those who ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot import chats, conversation, jobs, people, sweeping, tables
from bot.database import Database, now
from bot.events import parse
from bot.line.rich_menus import RichMenuClient
from bot.queue import Wake
from bot.runtime import Runtime
from bot.settings import Settings
from bot.tasks import make_app
from tests.bot.conftest import TIMEOUT
from tests.bot.house import AOI, GROUP, WISH, House, Line, body_of, event, in_group

DAY = 86400.0
HARUTO = "U" + "b" * 32
BOT = "U" + "0" * 32
MENTION = {"mentionees": [{"index": 0, "length": 3, "type": "user", "userId": BOT, "isSelf": True}]}

Handle = Callable[..., list[Wake]]


@pytest.fixture
def handle(database: Database, settings: Settings) -> Handle:
    """Handles one event as the webhook does."""

    def one(text: str | None = None, **more: Any) -> list[Wake]:
        (incoming,) = parse(body_of(event(text, **more)))
        with database.write() as db:
            return conversation.handle(db, incoming, settings)

    return one


@pytest.fixture
def asking(talking: Settings) -> RichMenuClient:
    return RichMenuClient(talking, timeout=TIMEOUT)


def mentioned(text: str) -> dict[str, Any]:
    message = {"type": "text", "id": f"m-{text}", "quoteToken": "q", "text": f"@絵筆 {text}"}
    return {"message": message | {"mention": MENTION}}


def rows(house: House) -> list[tuple[Any, ...]]:
    return sorted((it["chat_id"], it["user_id"], it["name"]) for it in house.rows(tables.people))


def test_the_courier_learns_name_and_language(
    handle: Handle, house: House, database: Database, asking: RichMenuClient, line: Line
) -> None:
    handle(WISH)
    assert rows(house) == [(AOI, AOI, None)]
    assert people.know(database, asking) == 1
    (found,) = house.rows(tables.people)
    assert found["name"] == line.state.people[AOI].name
    assert found["language"] == "ja"
    (chat,) = house.rows(tables.chats)
    assert chat["profile_at"] is not None
    assert people.know(database, asking) == 0
    assert len(line.calls(f"/profile/{AOI}")) == 1


def test_a_chat_begins_in_its_persons_language_and_stays_in_the_chosen_one(
    handle: Handle, house: House, database: Database, asking: RichMenuClient, line: Line
) -> None:
    line.state.people[AOI].language = "zh-TW"
    handle(WISH)
    people.know(database, asking)
    assert [it["language"] for it in house.rows(tables.chats)] == ["en"]
    house.set(tables.chats, tables.chats.c.id == AOI, language="ja")
    house.set(tables.people, tables.people.c.user_id == AOI, at=0.0)
    people.know(database, asking)
    assert [it["language"] for it in house.rows(tables.chats)] == ["ja"]
    assert [it["language"] for it in house.rows(tables.people)] == ["zh-TW"]


def test_in_a_group_only_who_asks_for_a_picture_is_asked_about(
    handle: Handle, house: House, database: Database, asking: RichMenuClient, line: Line
) -> None:
    handle("おはよう", source=in_group(HARUTO))
    handle("@絵筆 使い方", source=in_group(HARUTO))
    assert rows(house) == []
    handle(source=in_group(AOI), **mentioned("赤いりんご"))
    handle(source=in_group(None), **mentioned("青いりんご"))
    assert people.know(database, asking) == 1
    assert rows(house) == [(GROUP, AOI, line.state.people[AOI].name)]
    assert line.calls(f"/group/{GROUP}/member/{AOI}")
    with database.read() as db:
        assert people.names(db, GROUP) == {AOI: line.state.people[AOI].name}
        assert people.names(db, AOI) == {}


def test_a_new_friend_is_asked_about_at_once_others_by_the_sweep(
    handle: Handle, settings: Settings
) -> None:
    assert people.KNOW in handle(type="follow")
    assert people.KNOW not in handle(WISH)
    runtime = Runtime(settings)
    assert people.KNOW in sweeping.sweep(runtime)
    with runtime.database.write() as db:
        people.erase(db, AOI)
    assert people.KNOW not in sweeping.sweep(runtime)
    runtime.database.close()


def test_the_task_asks(handle: Handle, house: House, talking: Settings, line: Line) -> None:
    handle(WISH)
    app = make_app(talking)
    app.tasks["know_person"].apply(args=[people.KNOW.id]).get()
    assert rows(house) == [(AOI, AOI, line.state.people[AOI].name)]
    app.runtime.database.close()


def test_line_is_asked_again_only_after_days_and_of_one_who_speaks(
    handle: Handle, house: House, database: Database, asking: RichMenuClient, line: Line
) -> None:
    handle(WISH)
    people.know(database, asking)
    handle(WISH)
    assert people.know(database, asking) == 0
    house.set(tables.people, tables.people.c.user_id == AOI, at=now() - people.REFRESH - 1)
    assert people.know(database, asking) == 0
    line.state.people[AOI].name = "碧"
    handle("まだ？")
    assert people.know(database, asking) == 1
    assert rows(house) == [(AOI, AOI, "碧")]


def test_a_line_that_does_not_answer_costs_nothing_but_the_name(
    handle: Handle, house: House, database: Database, asking: RichMenuClient, line: Line
) -> None:
    handle(WISH)
    line.fault("profile", "500")
    assert people.know(database, asking) == 0
    (found,) = house.rows(tables.people)
    assert found["name"] is None
    assert now() - people.REFRESH < found["at"] <= now() - people.REFRESH + people.AGAIN
    line.clear_faults()
    house.set(tables.people, tables.people.c.user_id == AOI, at=now() - people.REFRESH - 1)
    handle(WISH)
    assert people.know(database, asking) == 1


def test_who_cannot_be_known_is_left_alone(
    handle: Handle, house: House, database: Database, asking: RichMenuClient, line: Line
) -> None:
    handle(WISH, source={"type": "user", "userId": "U" + "9" * 32})
    assert people.know(database, asking) == 0
    (found,) = house.rows(tables.people)
    assert found["name"] is None
    assert found["at"] > now() - 60


def test_who_was_erased_meanwhile_stays_unknown(
    handle: Handle, house: House, database: Database, talking: Settings, line: Line
) -> None:
    handle(WISH)

    class Slow(RichMenuClient):
        def profile(self, *args: Any, **more: Any) -> Any:
            found = super().profile(*args, **more)
            with database.write() as db:
                people.erase(db, AOI)
            return found

    people.know(database, Slow(talking, timeout=TIMEOUT))
    assert rows(house) == []


def test_a_name_is_one_visible_line() -> None:
    assert people.plain(" あおい\n\u202eevil\u0000\u2066 山田 ") == "あおい evil 山田"
    assert people.plain("👩\u200d🎨 画家") == "👩\u200d🎨 画家"
    assert people.plain("\u200b\u2028") == ""
    assert len(people.plain("あ" * 1000)) == people.MAX_NAME


def test_leaving_a_group_forgets_its_people(handle: Handle, house: House) -> None:
    handle(source=in_group(AOI), **mentioned("赤いりんご"))
    handle(WISH)
    handle(type="leave", source=in_group(None), replyToken=None)
    assert rows(house) == [(AOI, AOI, None)]


def test_after_the_retention_time_nobody_is_known(house: House, database: Database) -> None:
    house.add(chat=GROUP, user=AOI)
    old = now() - 100 * DAY
    with database.write() as db:
        for user in (AOI, HARUTO):
            chats.see(db, GROUP, "group")
            people.meet(db, GROUP, user)
    house.set(tables.people, tables.people.c.chat_id == GROUP, at=old)
    with database.write() as db:
        people.forget(db, now() - 90 * DAY)
    assert [it[1] for it in rows(house)] == [AOI]
    with database.write() as db:
        jobs.drop_person(db, AOI)
    for it in house.rows(tables.jobs):
        with database.write() as db:
            jobs.erased(db, it["id"])
    with database.write() as db:
        people.forget(db, now() - 90 * DAY)
    assert rows(house) == []
