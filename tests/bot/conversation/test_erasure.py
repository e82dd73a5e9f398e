"""「データを消して」: asked first, then everything goes, everywhere; and what an unsend leaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select

from bot import jobs
from bot.cli import main
from bot.conversation import router
from bot.conversation.erasure import CONFIRM_SECONDS
from bot.jobs import CANCELLED, erase_person, limits
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.storage import FolderStorage, Storage, new_key, new_secret
from bot.store import outbox, schema
from bot.store.clock import now
from bot.store.database import Database
from bot.tasks import sweep
from bot.tasks.runtime import Runtime
from bot.telemetry import log_stream
from bot.telemetry.log_stream import STREAM_KEY
from bot.texts import gettext
from tests.bot.harness import AOI, GROUP, WISH, House, body_of, event, in_group, parse_events
from tests.bot.valkey import Valkey, valkey

HARUTO = "U" + "b" * 32
BOT = "U" + "0" * 32

Say = Callable[..., tuple[list[TaskMessage], list[dict[str, Any]]]]


@pytest.fixture
def tell(house: House, settings: Settings) -> Say:
    """Handle one event; returns the task messages and the messages of the answer."""

    def one(
        text: str | None = None, **fields: Any
    ) -> tuple[list[TaskMessage], list[dict[str, Any]]]:
        before = {row["id"] for row in house.deliveries()}
        (incoming,) = parse_events(body_of(event(text, **fields)))
        with house.database.write() as db:
            replies = router.handle_event(db, incoming, settings)
        new = [row for row in house.deliveries() if row["id"] not in before]
        return replies, [message for item in new for message in item["messages"] or []]

    return one


def said(messages: list[dict[str, Any]]) -> str:
    """The one answer's text, without whom it is for; that of a bubble is joined."""
    (message,) = messages
    if message["type"] in {"text", "textV2"}:
        return str(message["text"]).removeprefix("{asker}\n")
    parts = message["contents"]["body"]["contents"]
    return "\n".join(item["text"] for item in parts)


def mentioned(text: str, user: str | None = AOI) -> dict[str, Any]:
    mention = {"index": 0, "length": 3, "type": "user", "userId": BOT, "isSelf": True}
    message: dict[str, Any] = {"type": "text", "id": f"m-{text}-{user}", "quoteToken": "q"}
    message |= {"text": f"@絵筆 {text}", "mention": {"mentionees": [mention]}}
    return {"message": message, "source": in_group(user)}


def tap(word: str, **fields: Any) -> dict[str, Any]:
    return {"type": "postback", "postback": {"data": f"erase:{word}"}, **fields}


def photo(house: House, storage: Storage, user: str, chat: str, message: str) -> str:
    """A photo that somebody sent, fetched and stored."""
    photo_id, key = f"photo-{message}", new_key(new_secret(), 0, "original", "jpg")
    storage.put(key, b"jpg", "image/jpeg")
    row: dict[str, Any] = {
        "id": photo_id,
        "message_id": message,
        "chat_id": chat,
        "user_id": user,
        "key": key,
    }
    row |= {"state": "ready", "tries": 1, "created_at": now()}
    with house.database.write() as db:
        db.execute(insert(schema.photos).values(**row))
    return photo_id


def full_house(house: House, storage: Storage) -> None:
    """Everything of あおい that can be kept, in two chats, and pictures of はると."""
    for chat, user in ((AOI, AOI), (GROUP, AOI), (GROUP, HARUTO)):
        job_id = house.add(chat=chat, user=user, token=f"t-{chat}-{user}", message=f"{chat}{user}")
        house.paint(job_id, storage)
        with house.database.write() as db:
            outbox.add_push(db, job_id, chat, 1, [{"type": "text", "text": WISH}])
            row = {"chat_id": chat, "user_id": user, "name": f"name of {user}", "at": now()}
            db.execute(insert(schema.people).values(**row))
            db.execute(insert(schema.shown).values(message_id=f"s{job_id}", job_id=job_id))
            request = {"chat_id": chat, "user_id": user, "job_id": job_id, "at": now()}
            db.execute(insert(schema.changing).values(**request))
        photo(house, storage, user, chat, f"p-{chat}-{user}")


def settle(runtime: Runtime) -> None:
    """What the couriers do of it: all answers are sent, all that is to go is erased."""
    with runtime.database.write() as db:
        ready = schema.deliveries.c.state == outbox.READY
        result = db.execute(select(schema.deliveries.c.id).where(ready))
        for delivery_id in list(result.scalars()):
            outbox.settle(db, delivery_id, outbox.SENT, code=None, request_id=None)
    for wake in sweep.sweep(runtime.database, runtime.settings.max_attempts):
        if wake.task == "erase":
            sweep.erase_job(runtime.database, runtime.storage, runtime.settings, wake.id)
        if wake.task == "erase_photo":
            runtime.photo_fetcher.erase(wake.id)


# --- asking


@pytest.mark.parametrize(
    "words", ["データを消して", "でーたをけして", "ﾃﾞｰﾀを消して。", "データを削除", "erase my data"]
)
def test_it_tells_what_would_go_and_asks(
    house: House, storage: FolderStorage, tell: Say, words: str
) -> None:
    full_house(house, storage)
    _, answers = tell(words)
    text = said(answers)
    assert "2件（絵2枚）" in text
    assert "写真：2枚" in text
    assert "10分以内" in text
    buttons = answers[0]["contents"]["footer"]["contents"]
    assert [item["action"]["data"] for item in buttons] == ["erase:no", "erase:yes"]
    assert not [row for row in house.rows(schema.jobs) if row["erase_at"]]


def test_nothing_goes_without_the_question(house: House, storage: FolderStorage, tell: Say) -> None:
    full_house(house, storage)
    assert said(tell("はい、消して")[1]) == gettext("erase.late", "ja")
    assert said(tell(**tap("yes"))[1]) == gettext("erase.late", "ja")
    tell("データを消して")
    house.set(schema.changing, schema.changing.c.job_id == "erase", at=now() - CONFIRM_SECONDS - 1)
    assert said(tell("はい、消して")[1]) == gettext("erase.late", "ja")
    assert not [row for row in house.rows(schema.jobs) if row["erase_at"]]


def test_who_thinks_better_of_it_keeps_everything(
    house: House, storage: FolderStorage, tell: Say
) -> None:
    full_house(house, storage)
    tell("データを消して")
    assert said(tell(**tap("no"))[1]) == gettext("erase.kept", "ja")
    assert said(tell("はい、消して")[1]) == gettext("erase.late", "ja")
    assert not [row for row in house.rows(schema.jobs) if row["erase_at"]]


@pytest.mark.parametrize("no", ["やめとく", "いいえ", "いや、やめます", "やめておく", "No"])
def test_a_no_in_any_words_keeps_everything(
    house: House, storage: FolderStorage, tell: Say, no: str
) -> None:
    full_house(house, storage)
    tell("データを消して")
    assert said(tell(no)[1]) == gettext("erase.kept", "ja")
    assert said(tell("はい、消して")[1]) == gettext("erase.late", "ja")
    assert not [row for row in house.rows(schema.jobs) if row["erase_at"]]


def test_a_mere_yes_is_told_what_to_write(house: House, storage: FolderStorage, tell: Say) -> None:
    full_house(house, storage)
    tell("データを消して")
    assert said(tell("はい")[1]) == gettext("erase.alt", "ja")
    assert not [row for row in house.rows(schema.jobs) if row["erase_at"]]
    assert said(tell("はい、消して")[1]).startswith(
        gettext("erase.done", "ja", wishes=0, pictures=0, photos=0)[:10]
    )


def test_words_of_other_matters_are_taken_as_such(tell: Say) -> None:
    tell("データを消して")
    replies, _ = tell(WISH)
    assert "draw" in [message.task for message in replies]


def test_in_a_group_only_who_asked_can_answer(
    house: House, storage: FolderStorage, tell: Say
) -> None:
    full_house(house, storage)
    assert tell("データを消して", source=in_group()) == ([], [])
    assert "2件" in said(tell(**mentioned("データを消して"))[1])
    assert said(tell(**tap("yes", source=in_group(HARUTO)))[1]) == gettext("erase.late", "ja")
    assert tell("はい、消して", source=in_group(HARUTO)) == ([], [])
    assert not [row for row in house.rows(schema.jobs) if row["erase_at"]]
    done = said(tell("はい、消して", source=in_group())[1])
    assert done == gettext("erase.done", "ja", wishes=2, pictures=2, photos=2)
    theirs = [row for row in house.rows(schema.jobs) if row["user_id"] == HARUTO]
    assert [item["erase_at"] for item in theirs] == [None]


def test_who_is_nobody_to_line_is_told_where_to_ask(house: House, tell: Say) -> None:
    assert said(tell(**mentioned("データを消して", user=None))[1]) == gettext("erase.unknown", "ja")


# --- what goes


@pytest.mark.parametrize("no", ["いいえ", "やめとく"])
def test_a_no_in_a_group_may_come_with_a_mention(tell: Say, house: House, no: str) -> None:
    house.drawn(chat=GROUP)
    tell(**mentioned("データを消して"))
    assert said(tell(**mentioned(no))[1]) == gettext("erase.kept", "ja")


@pytest.mark.parametrize("way", ["words", "tap", "words in a group", "tap in a group"])
def test_nothing_of_a_person_is_left_anywhere(
    house: House, tell: Say, runtime: Runtime, way: str
) -> None:
    full_house(house, runtime.storage)
    group = way.endswith("group")
    source = in_group() if group else None
    tell(**(mentioned("データを消して") if group else {"text": "データを消して"}))
    answer = {"text": "はい、消して"} if way.startswith("words") else tap("yes")
    _, answers = tell(**answer, source=source)
    assert said(answers) == gettext("erase.done", "ja", wishes=2, pictures=2, photos=2)
    settle(runtime)
    for table in schema.metadata.tables.values():
        rows = house.rows(table)
        assert AOI not in str(rows), table.name
        others = [
            item for item in rows if HARUTO in str(item.values()) or GROUP in str(item.values())
        ]
        assert len(others) <= 1 or table in (schema.chats,), table.name
    assert [row["user_id"] for row in house.rows(schema.people)] == [HARUTO]
    files = [
        path for path in runtime.settings.pictures_dir.rglob("*") if path.suffix in {".png", ".jpg"}
    ]
    assert len(files) == 3  # はると's picture, its preview, and a photo
    assert len([row for row in house.rows(schema.jobs) if row["request"]]) == 1


def test_what_others_made_of_it_goes_too_and_what_is_painted_stops(
    house: House, tell: Say, runtime: Runtime
) -> None:
    mine = house.drawn(chat=GROUP, user=AOI)
    child = house.drawn(chat=GROUP, user=HARUTO)
    house.change(child, parent_id=mine)
    painting = house.add()
    house.claim(painting)
    tell("データを消して")
    tell("はい、消して")
    assert house.state(painting) == CANCELLED
    settle(runtime)
    assert house.job(child).request is None


def test_who_comes_back_is_a_stranger(
    house: House, storage: FolderStorage, tell: Say, runtime: Runtime
) -> None:
    full_house(house, storage)
    house.set(schema.chats, schema.chats.c.id == AOI, album="a" * 32)
    tell("データを消して")
    tell("はい、消して")
    settle(runtime)
    tell("まだ？")
    (chat,) = [row for row in house.rows(schema.chats) if row["id"] == AOI]
    assert chat["album"] is None
    (person,) = [row for row in house.rows(schema.people) if row["user_id"] == AOI]
    assert person["name"] is None


# --- the day's limit


def test_erasing_gives_back_no_picture_of_the_day(
    house: House, tell: Say, runtime: Runtime, database: Database
) -> None:
    for _ in range(3):
        job_id = house.drawn()
        with database.write() as db:
            jobs.mark_delivered(db, job_id)
    old = house.drawn()
    house.change(old, created_at=limits.day_start() - 60)
    tell("データを消して")
    tell("はい、消して")
    settle(runtime)
    with database.read() as db:
        assert limits.pictures_today(db, AOI, AOI) == 3
        assert limits.pictures_today(db, HARUTO, HARUTO) == 0
    marks = {row["id"]: row["user_id"] for row in house.rows(schema.jobs)}
    assert marks[old] is None
    assert set(marks.values()) == {None, limits.day_mark(AOI)}
    assert AOI not in str(marks)


def test_an_unsend_gives_back_none_either(
    house: House, runtime: Runtime, database: Database
) -> None:
    job_id = house.add(message="m1", count=2)
    house.paint(job_id)
    with database.write() as db:
        jobs.mark_delivered(db, job_id)
        jobs.unsend(db, "m1")
    settle(runtime)
    with database.read() as db:
        assert limits.pictures_today(db, AOI, AOI) == 2


def test_the_mark_is_gone_with_the_day(
    house: House, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = house.drawn()
    with house.database.write() as db:
        erase_person.erase_everything(db, AOI)
    settle(runtime)
    sweep.delete_expired(runtime.database, runtime.settings.retention_days)
    assert house.job(today).user_id == limits.day_mark(AOI)
    mark, tomorrow = limits.day_mark(AOI), limits.day_start() + 86400.0
    monkeypatch.setattr(limits, "day_start", lambda: tomorrow)
    assert limits.day_mark(AOI) != mark
    sweep.delete_expired(runtime.database, runtime.settings.retention_days)
    assert house.job(today).user_id is None


# --- the command line


def test_operators_erase_the_same(
    house: House,
    storage: FolderStorage,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    full_house(house, storage)
    for name in ("line_channel_secret", "line_channel_access_token", "database_url"):
        monkeypatch.setenv(name.upper(), getattr(settings, name))
    monkeypatch.setenv("PICTURES_DIR", str(settings.pictures_dir))
    monkeypatch.setenv("LOG_STREAM_MAX_LINES", "0")
    assert main(["erase", AOI, "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["jobs"] == 2
    assert [row["user_id"] for row in house.rows(schema.people)] == [HARUTO]
    erased = next(row for row in house.rows(schema.jobs) if row["erased_at"])
    assert main(["erase", erased["number"], "--yes"]) == 1
    assert "whose it was is not known" in capsys.readouterr().err


# --- log lines


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture
def broker(server: Valkey) -> Valkey:
    server.client.flushdb()
    return server


def test_an_unsend_takes_prompt_photo_picture_and_log_lines(
    house: House, storage: FolderStorage, tell: Say, settings: Settings, broker: Valkey
) -> None:
    runtime = Runtime(replace(settings, broker_url=broker.url, log_stream_max_lines=5000))
    photo_id = photo(house, storage, AOI, AOI, "p1")
    from_photo, from_words, other = (
        house.add(message=message_id) for message_id in ("m1", "m2", "m3")
    )
    house.change(from_photo, parent_id=photo_id)
    for job_id in (from_photo, from_words, other):
        house.paint(job_id, storage)
    answer = [house.job(job_id) for job_id in (from_photo, from_words, other)]
    for number in range(2500):  # more than are looked at in one go
        job = answer[number % 3]
        line = {"event": "said", "number": job.number, "job": job.id}
        line = {"event": "stored", "event_id": job.event_id} if number % 5 == 0 else line
        broker.client.xadd(
            STREAM_KEY, {"line": json.dumps(line if number % 2 else {"event": "else"})}
        )
    before = broker.client.xlen(STREAM_KEY)
    for message in ("p1", "m2"):
        tell(type="unsend", unsend={"messageId": message}, replyToken=None)
    settle(runtime)
    runtime.database.close()
    entries: Any = broker.client.xrange(STREAM_KEY)
    left = [json.loads(fields["line"]) for _, fields in entries]
    gone = {item for job in answer[:2] for item in (job.id, job.number, job.event_id)}
    assert not [item for item in left if gone & set(item.values())]
    assert sum(answer[2].id in item.values() for item in left) > 300
    assert sum(item == {"event": "else"} for item in left) == 1250
    assert len(left) < before
    assert [row["request"] is None for row in house.rows(schema.jobs)].count(True) == 2
    assert house.rows(schema.photos) == []
    secrets = {path.parent.name for path in settings.pictures_dir.rglob("*") if path.is_file()}
    assert secrets == {answer[2].secret}


def test_lines_of_before_are_not_looked_at(settings: Settings, broker: Valkey) -> None:
    with_broker = replace(settings, broker_url=broker.url)
    for age in (1000, 10):
        entry = f"{int((now() - age) * 1000)}-0"
        broker.client.xadd(STREAM_KEY, {"line": '{"job": "j1"}'}, id=entry)
    assert log_stream.delete_matching(with_broker, ["j1"], now() - 100) == 1
    assert broker.client.xlen(STREAM_KEY) == 1


def test_without_redis_nothing_is_held_up(settings: Settings) -> None:
    away = replace(settings, broker_url="redis://127.0.0.1:9/0")
    assert log_stream.delete_matching(away, ["j1"], 0) == 0
    assert log_stream.delete_matching(replace(settings, broker_url="amqp://x"), ["j1"], 0) == 0
    assert log_stream.delete_matching(replace(away, log_stream_max_lines=0), ["j1"], 0) == 0


def test_what_is_kept_is_counted_without_what_is_on_its_way_out(house: House) -> None:
    house.drawn()
    house.drawn(message="m1")
    with house.database.write() as db:
        jobs.unsend(db, "m1")
        assert erase_person.count_stored(db, AOI) == (1, 1, 0)
