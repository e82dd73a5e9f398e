"""Who asked: LINE's profiles, asked for seldom, by the courier, and only of those who ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot import jobs
from bot.conversation import router
from bot.line.rich_menus import RichMenuClient
from bot.queue.app import FETCH_PROFILES, TaskMessage
from bot.settings import Settings
from bot.store import chats, people, schema
from bot.store.clock import now
from bot.store.database import Database
from bot.tasks import profiles, sweep
from bot.tasks.app import make_app
from bot.tasks.runtime import Runtime
from bot.texts import gettext
from tests.bot.conftest import TIMEOUT
from tests.bot.harness import AOI, GROUP, WISH, House, Line, body_of, event, in_group, parse_events

DAY = 86400.0
HARUTO = "U" + "b" * 32
BOT = "U" + "0" * 32
MENTION = {"mentionees": [{"index": 0, "length": 3, "type": "user", "userId": BOT, "isSelf": True}]}

Handle = Callable[..., list[TaskMessage]]


@pytest.fixture
def handle(database: Database, settings: Settings) -> Handle:
    """Handles one event as the webhook does."""

    def one(text: str | None = None, **fields: Any) -> list[TaskMessage]:
        (incoming,) = parse_events(body_of(event(text, **fields)))
        with database.write() as db:
            return router.handle_event(db, incoming, settings)

    return one


@pytest.fixture
def asking(talking: Settings) -> RichMenuClient:
    return RichMenuClient(talking, timeout=TIMEOUT)


def mentioned(text: str) -> dict[str, Any]:
    message = {"type": "text", "id": f"m-{text}", "quoteToken": "q", "text": f"@絵筆 {text}"}
    return {"message": message | {"mention": MENTION}}


def rows(house: House) -> list[tuple[Any, ...]]:
    return sorted(
        (row["chat_id"], row["user_id"], row["name"]) for row in house.rows(schema.people)
    )


def test_the_courier_learns_name_and_language(
    handle: Handle, house: House, database: Database, asking: RichMenuClient, line: Line
) -> None:
    handle(WISH)
    assert rows(house) == [(AOI, AOI, None)]
    assert profiles.fetch_profiles(database, asking) == 1
    (row,) = house.rows(schema.people)
    assert row["name"] == line.state.people[AOI].name
    assert row["language"] == "ja"
    (chat,) = house.rows(schema.chats)
    assert chat["profile_at"] is not None
    assert profiles.fetch_profiles(database, asking) == 0
    assert len(line.calls(f"/profile/{AOI}")) == 1


def test_a_chat_begins_in_its_persons_language_and_stays_in_the_chosen_one(
    handle: Handle, house: House, database: Database, asking: RichMenuClient, line: Line
) -> None:
    line.state.people[AOI].language = "zh-TW"
    handle(WISH)
    profiles.fetch_profiles(database, asking)
    assert [row["language"] for row in house.rows(schema.chats)] == ["en"]
    house.set(schema.chats, schema.chats.c.id == AOI, language="ja")
    house.set(schema.people, schema.people.c.user_id == AOI, at=0.0)
    profiles.fetch_profiles(database, asking)
    assert [row["language"] for row in house.rows(schema.chats)] == ["ja"]
    assert [row["language"] for row in house.rows(schema.people)] == ["zh-TW"]


def test_in_a_group_only_who_asks_for_a_picture_is_asked_about(
    handle: Handle, house: House, database: Database, asking: RichMenuClient, line: Line
) -> None:
    handle("おはよう", source=in_group(HARUTO))
    handle("@絵筆 使い方", source=in_group(HARUTO))
    assert rows(house) == []
    handle(source=in_group(AOI), **mentioned("赤いりんご"))
    handle(source=in_group(None), **mentioned("青いりんご"))
    assert profiles.fetch_profiles(database, asking) == 1
    assert rows(house) == [(GROUP, AOI, line.state.people[AOI].name)]
    assert line.calls(f"/group/{GROUP}/member/{AOI}")
    with database.read() as db:
        assert people.display_names(db, GROUP) == {AOI: line.state.people[AOI].name}
        assert people.display_names(db, AOI) == {}


def test_a_new_friend_is_asked_about_at_once_others_by_the_sweep(
    handle: Handle, settings: Settings
) -> None:
    assert FETCH_PROFILES in handle(type="follow")
    assert FETCH_PROFILES not in handle(WISH)
    runtime = Runtime(settings)
    assert FETCH_PROFILES in sweep.sweep(runtime.database, runtime.settings.max_attempts)
    with runtime.database.write() as db:
        people.delete_person(db, AOI)
    assert FETCH_PROFILES not in sweep.sweep(runtime.database, runtime.settings.max_attempts)
    runtime.database.close()


def test_the_task_asks(handle: Handle, house: House, talking: Settings, line: Line) -> None:
    handle(WISH)
    app = make_app(talking)
    app.tasks["know_person"].apply(args=[FETCH_PROFILES.id]).get()
    assert rows(house) == [(AOI, AOI, line.state.people[AOI].name)]
    app.runtime.database.close()


def test_line_is_asked_again_only_after_days_and_of_one_who_speaks(
    handle: Handle, house: House, database: Database, asking: RichMenuClient, line: Line
) -> None:
    handle(WISH)
    profiles.fetch_profiles(database, asking)
    handle(WISH)
    assert profiles.fetch_profiles(database, asking) == 0
    house.set(schema.people, schema.people.c.user_id == AOI, at=now() - people.REFRESH_SECONDS - 1)
    assert profiles.fetch_profiles(database, asking) == 0
    line.state.people[AOI].name = "碧"
    handle("まだ？")
    assert profiles.fetch_profiles(database, asking) == 1
    assert rows(house) == [(AOI, AOI, "碧")]


def test_a_line_that_does_not_answer_costs_nothing_but_the_name(
    handle: Handle, house: House, database: Database, asking: RichMenuClient, line: Line
) -> None:
    handle(WISH)
    line.fault("profile", "500")
    assert profiles.fetch_profiles(database, asking) == 0
    (row,) = house.rows(schema.people)
    assert row["name"] is None
    assert (
        now() - people.REFRESH_SECONDS
        < row["at"]
        <= now() - people.REFRESH_SECONDS + people.RETRY_SECONDS
    )
    line.clear_faults()
    house.set(schema.people, schema.people.c.user_id == AOI, at=now() - people.REFRESH_SECONDS - 1)
    handle(WISH)
    assert profiles.fetch_profiles(database, asking) == 1


def test_who_cannot_be_known_is_left_alone(
    handle: Handle, house: House, database: Database, asking: RichMenuClient, line: Line
) -> None:
    handle(WISH, source={"type": "user", "userId": "U" + "9" * 32})
    assert profiles.fetch_profiles(database, asking) == 0
    (row,) = house.rows(schema.people)
    assert row["name"] is None
    assert row["at"] > now() - 60


def test_who_was_erased_meanwhile_stays_unknown(
    handle: Handle, house: House, database: Database, talking: Settings, line: Line
) -> None:
    handle(WISH)

    class Slow(RichMenuClient):
        def profile(self, *args: Any, **fields: Any) -> Any:
            result = super().profile(*args, **fields)
            with database.write() as db:
                people.delete_person(db, AOI)
            return result

    profiles.fetch_profiles(database, Slow(talking, timeout=TIMEOUT))
    assert rows(house) == []


def test_a_name_is_one_visible_line() -> None:
    assert profiles.sanitize_name(" あおい\n\u202eevil\u0000\u2066 山田 ") == "あおい evil 山田"
    assert profiles.sanitize_name("👩\u200d🎨 画家") == "👩\u200d🎨 画家"
    assert profiles.sanitize_name("\u200b\u2028") == ""
    assert len(profiles.sanitize_name("あ" * 1000)) == profiles.MAX_NAME_CHARS


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
            chats.touch(db, GROUP, "group")
            people.enqueue_profile(db, GROUP, user, None)
    house.set(schema.people, schema.people.c.chat_id == GROUP, at=old)
    with database.write() as db:
        people.delete_stale(db, now() - 90 * DAY)
    assert [row[1] for row in rows(house)] == [AOI]
    with database.write() as db:
        jobs.drop_person(db, AOI)
    for row in house.rows(schema.jobs):
        with database.write() as db:
            jobs.mark_erased(db, row["id"])
    with database.write() as db:
        people.delete_stale(db, now() - 90 * DAY)
    assert rows(house) == []


# --- the greeting waits to know in which language


def greet(runtime: Runtime, asking: RichMenuClient) -> None:
    profiles.fetch_profiles(runtime.database, asking, runtime.sender.send)


def test_the_first_word_is_in_the_persons_language(
    handle: Handle, talking: Settings, asking: RichMenuClient, line: Line
) -> None:
    line.state.people[AOI].language = "en-GB"
    runtime = Runtime(talking)
    handle(type="follow", replyToken=line.token())
    greet(runtime, asking)
    (greeting,) = line.bot_messages(AOI)
    assert gettext("greeting.user_title", "en") in (greeting.alt_text or "")
    greet(runtime, asking)
    assert len(line.bot_messages(AOI)) == 1
    runtime.database.close()


@pytest.mark.parametrize("fault", ["500", "404"])
def test_where_the_language_cannot_be_had_the_greeting_is_japanese(
    handle: Handle, talking: Settings, asking: RichMenuClient, line: Line, fault: str
) -> None:
    runtime = Runtime(talking)
    handle(type="follow", replyToken=line.token())
    line.fault("profile", fault)
    greet(runtime, asking)
    line.clear_faults()
    (greeting,) = line.bot_messages(AOI)
    assert gettext("greeting.user_title", "ja") in (greeting.alt_text or "")
    runtime.database.close()


def test_the_sweep_greets_whom_line_never_told_about(
    handle: Handle, house: House, talking: Settings, line: Line
) -> None:
    """Neither a lost message of the broker nor a courier that dies may cost the greeting."""
    runtime = Runtime(talking)
    handle(type="follow", replyToken=line.token())
    (delivery,) = house.deliveries()
    send = TaskMessage("send", delivery["id"])
    assert send not in sweep.sweep(runtime.database, 3)
    house.set(schema.deliveries, schema.deliveries.c.id == delivery["id"], next_at=now() - 1)
    assert send in sweep.sweep(runtime.database, 3)
    runtime.sender.send(delivery["id"])
    assert len(line.bot_messages(AOI)) == 1
    runtime.database.close()
