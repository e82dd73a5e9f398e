"""Alarms: raised, told within a budget, and over."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from sqlalchemy import insert

from bot.cli import main
from bot.line import LineClient
from bot.monitoring import alarms, stats
from bot.monitoring.alarms import ALARMS, REPEAT_SECONDS
from bot.settings import Settings
from bot.store import flags, operator_chats, outbox, schema, workers
from bot.store.clock import now
from bot.tasks import database_checks, machine_checks, watchdog
from bot.tasks.runtime import Runtime
from bot.tasks.sending import OutboxSender
from bot.tasks.watchdog import PUSH_INTERVAL_SECONDS, Watchdog
from bot.texts import gettext, has_text
from tests import ROOT
from tests.bot.harness import AOI, GROUP, House, Line


@pytest.fixture
def runtime(talking: Settings, line_client: LineClient, sender: OutboxSender) -> Iterator[Runtime]:
    item = Runtime(replace(talking, broker_url="memory://"))
    item.line, item.sender = line_client, sender
    yield item
    item.database.close()


def watchdog_of(runtime: Runtime) -> Watchdog:
    return Watchdog(runtime.settings, runtime.database, runtime.line, runtime.sender)


@pytest.fixture
def dog(runtime: Runtime) -> Watchdog:
    return watchdog_of(runtime)


def worker(house: House, name: str = "w", process: str = "worker", **fields: Any) -> None:
    """A row of somebody alive, unless `more` says otherwise."""
    values: dict[str, Any] = {"id": f"h:{name}", "process": process, "host": "h", "pid": 1}
    values |= {"started_at": now() - 30, "seen_at": now(), "about": {}}
    with house.database.write() as db:
        db.execute(schema.workers.insert().values(**values | fields))


def quota(house: House, limit: int | None, used: int) -> None:
    answer = {"quota": {"limit": limit, "used": used, "at": now()}}
    worker(house, "c", "courier", about=answer)


def inside(house: House, settings: Settings) -> dict[str, str]:
    with house.database.read() as db:
        return database_checks.database_alarms(db, settings)


# --- what is looked at


def test_all_is_well(house: House, settings: Settings) -> None:
    worker(house)
    house.drawn()
    quota(house, 200, 0)
    assert inside(house, settings) == {}
    assert machine_checks.broker_alarms(settings) == {}
    assert machine_checks.log_stream_alarms() == {}


def test_nobody_paints(house: House, settings: Settings) -> None:
    worker(house, "c", "courier")
    assert inside(house, settings).keys() == {"no_worker"}
    house.set(schema.workers, schema.workers.c.process == "courier", started_at=now() - 5)
    assert inside(house, settings) == {}, "the house has only just begun"


def test_one_that_loads_its_model_is_no_alarm(house: House, settings: Settings) -> None:
    """However long it takes; one that is gone before it has loaded was stopped, or nobody is."""
    worker(house, "c", "courier")
    worker(house, "1", started_at=now() - 300, about={"loading": "fetching"})
    assert inside(house, settings) == {}
    house.set(schema.workers, schema.workers.c.process == "worker", seen_at=now() - 60)
    assert inside(house, settings).keys() == {"no_worker"}
    worker(house, "2")
    assert inside(house, settings) == {}


@pytest.mark.parametrize(
    ("changes", "name", "detail"),
    [
        ({"about": {"hung": {"number": "4F7-K2M"}}}, "worker_hung", "h:2 at 4F7-K2M"),
        ({"about": {"still": 50, "step_limit": 60}}, "worker_hung", "made no step for 50 s"),
        ({"silent": 60}, "worker_silent", "worker h:2"),
        ({"silent": 60, "process": "courier"}, "worker_silent", "courier h:2"),
    ],
)
def test_one_of_them_is_ill(
    house: House, settings: Settings, changes: dict[str, Any], name: str, detail: str
) -> None:
    worker(house, "1")
    silent = changes.get("silent", 0)  # seconds at the time of the test, not of its collection
    row = {name: value for name, value in changes.items() if name != "silent"}
    worker(house, "2", **{"process": "worker", "seen_at": now() - silent, **row})
    result = inside(house, settings)
    assert result.keys() == {name}
    assert detail in result[name]
    house.set(
        schema.workers,
        schema.workers.c.id == "h:2",
        seen_at=now() - database_checks.RECENT_SECONDS - 1,
    )
    if "still" not in str(changes):
        assert inside(house, settings) == {}, "what is long ago is no alarm any more"


def test_the_queue_is_old(house: House, settings: Settings) -> None:
    worker(house)
    house.change(house.add(), created_at=now() - 290)
    assert inside(house, settings) == {}
    house.change(house.add(), created_at=now() - 310)
    assert inside(house, settings) == {"queue_old": "2 wait, the oldest for 5 min"}


def test_a_picture_lies_about(house: House, settings: Settings) -> None:
    worker(house)
    job_id = house.drawn()
    house.change(job_id, drawn_at=now() - 130)
    assert inside(house, settings) == {"undelivered": house.job(job_id).number}


def fail(house: House, code: str, times: int = 1) -> str:
    job_id = ""
    for _ in range(times):
        job_id = house.add()
        house.change(job_id, state="failed", error_code=code)
    return house.job(job_id).number


def test_pictures_fail(house: House, settings: Settings) -> None:
    worker(house)
    for _ in range(8):
        house.drawn()
    fail(house, "paint_failed", 2)
    assert inside(house, settings) == {}, "two of ten may be chance"
    fail(house, "unsafe")
    answer = inside(house, settings)["failures"]
    assert answer == "3 of 11 in ten minutes: 2 paint_failed, 1 unsafe"


def test_parked_jobs_and_a_storage_that_fails(house: House, settings: Settings) -> None:
    worker(house)
    parked = fail(house, "too_many_attempts")
    fail(house, "storage_failed")
    house.change(house.add(), state="drawing", error_code="storage_failed")
    result = inside(house, settings)
    assert result["storage"] == "1 jobs wait for it, 1 failed in ten minutes"
    assert result.keys() == {"parked", "storage"}
    assert result["parked"] == parked


def test_the_push_budget_runs_low(house: House, settings: Settings) -> None:
    worker(house)
    quota(house, 200, 179)
    assert inside(house, settings) == {}
    house.set(schema.workers, schema.workers.c.id == "h:c", about={"quota": quota_of(200, 180)})
    assert inside(house, settings).keys() == {"push_budget"}
    assert inside(house, replace(settings, push_enabled=False)) == {}
    house.set(schema.workers, schema.workers.c.id == "h:c", about={"quota": quota_of(None, 999)})
    assert inside(house, settings) == {}


def quota_of(limit: int | None, used: int) -> dict[str, Any]:
    return {"limit": limit, "used": used, "at": now()}


class Usage(NamedTuple):
    total: float
    used: float
    free: float


def test_a_disk_fills_up(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def disk(free: float) -> None:
        usage = Usage(100e9, 0, free)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    disk(3.1e9)
    assert machine_checks.disk_alarms(settings) == {}
    disk(2.9e9)
    assert machine_checks.disk_alarms(settings)["disk_full"].startswith("2.9 GB (3%) left under")
    elsewhere = replace(settings, s3_bucket="b", database_url="postgresql+psycopg://h/n")
    assert machine_checks.disk_alarms(elsewhere) == {}


def test_a_broker_that_is_away_is_noticed_without_it(settings: Settings) -> None:
    away = replace(settings, broker_url="redis://127.0.0.1:9/0")
    assert machine_checks.broker_alarms(away).keys() == {"broker_away"}
    away = replace(settings, broker_url="amqp://127.0.0.1:9//")
    assert machine_checks.broker_alarms(away).keys() == {"broker_away"}


# --- raising and clearing


def note(house: House, *names: str) -> None:
    with house.database.write() as db:
        alarms.update_active(db, dict.fromkeys(names, "x"), 60.0)


def current(house: House) -> list[str]:
    with house.database.read() as db:
        return [alarm.name for alarm in alarms.list_active(db)]


def shift(house: House, seconds: float) -> None:
    """Let so much time go by for what stands in `alarms`."""
    [row] = house.rows(schema.alarms)
    moved = {each: row[each] - seconds for each in ("since", "seen_at", "told_at") if row[each]}
    house.set(schema.alarms, schema.alarms.c.name == row["name"], **moved)


def test_an_alarm_stands_until_it_has_been_over_for_a_while(house: House) -> None:
    note(house, "storage")
    [first] = house.rows(schema.alarms)
    note(house, "storage")
    [again] = house.rows(schema.alarms)
    assert again["since"] == first["since"]
    assert again["seen_at"] > first["seen_at"]
    note(house)
    assert current(house) == ["storage"], "it may be back in a moment"
    shift(house, 61)
    note(house)
    assert current(house) == []


def test_what_was_told_and_comes_back_soon_is_not_told_again(house: House) -> None:
    note(house, "storage")
    with house.database.write() as db:
        assert [
            due_notification.name for due_notification in alarms.due_notifications(db, 0.0)
        ] == ["storage"]
        alarms.mark_notified(db, alarms.list_active(db))
        assert alarms.due_notifications(db, 0.0) == []
    shift(house, 61)
    note(house)
    with house.database.write() as db:
        assert [each.name for each in alarms.take_cleared(db)] == ["storage"]
        assert alarms.take_cleared(db) == [], "each is told once"
    note(house, "storage")
    with house.database.write() as db:
        assert alarms.due_notifications(db, 0.0) == []
    shift(house, REPEAT_SECONDS + 1)
    note(house, "storage")
    with house.database.write() as db:
        assert [
            due_notification.name for due_notification in alarms.due_notifications(db, 0.0)
        ] == ["storage"], "it lasts"


def test_every_alarm_is_explained_and_can_be_said() -> None:
    guide = (ROOT / "docs/operate/alarms.md").read_text(encoding="utf-8")
    for name in ALARMS:
        assert has_text(f"alarm.{name}"), name
        assert f"\n## {name}\n" in guide


def test_the_command(
    house: House,
    at_the_desk: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["alarms"]) == 1
    nobody = capsys.readouterr()
    assert "No courier is alive: nobody looks." in nobody.err
    assert "Nothing is wrong" not in nobody.out
    courier = {"id": "c", "process": "courier", "host": "h", "pid": 1, "about": {}}
    with house.database.write() as db:
        times = {"started_at": now(), "seen_at": now() + 600}
        db.execute(insert(schema.workers).values(**courier, **times))
    assert main(["alarms"]) == 0
    assert "Nothing is wrong" in capsys.readouterr().out
    note(house, "storage")
    assert main(["alarms"]) == 1
    answer = capsys.readouterr().out
    assert ALARMS["storage"].first_command in answer
    assert "docs/operate/alarms.md#storage" in answer
    assert main(["alarms", "--json"]) == 1
    [parsed] = json.loads(capsys.readouterr().out)
    assert (parsed["name"], parsed["detail"]) == ("storage", "x")


# --- telling


def admin(house: House, chat: str = AOI, kind: str = "user") -> None:
    with house.database.write() as db:
        from bot.store import chats

        chats.touch(db, chat, kind)
        operator_chats.add_chat(db, chat, kind)


def raised(house: House, *names: str) -> None:
    """Alarms that have stood long enough to be told."""
    note(house, *names)
    for name in names:
        one = schema.alarms.c.name == name
        house.set(schema.alarms, one, since=now() - 200, seen_at=now())


def test_several_alarms_are_told_in_one_push(dog: Watchdog, house: House, line: Line) -> None:
    admin(house)
    note(house, "no_worker")
    dog.notify()
    assert line.kinds() == [], "it may be over in a moment"
    raised(house, "no_worker", "storage")
    dog.notify()
    dog.notify()
    assert line.kinds() == ["push:text"]
    [message] = line.bot_messages(AOI)
    assert gettext("alarm.no_worker", "ja") in (message.text or "")
    assert gettext("alarm.storage", "ja") in (message.text or "")
    [delivery] = house.deliveries()
    assert (delivery["kind"], delivery["price"], delivery["state"]) == ("alarm", 1, "sent")
    raised(house, "disk_full")
    dog.notify()
    assert len(line.kinds()) == 1, "not at once again"
    house.set(
        schema.deliveries,
        schema.deliveries.c.kind == "alarm",
        created_at=now() - PUSH_INTERVAL_SECONDS,
    )
    dog.notify()
    assert len(line.kinds()) == 2


def test_nobody_is_told_where_nobody_asked(dog: Watchdog, house: House, line: Line) -> None:
    raised(house, "no_worker")
    dog.notify()
    assert line.calls("message/push") == []
    assert house.rows(schema.alarms)[0]["told_at"] is None


def test_a_group_costs_its_members_and_the_budget_holds(
    runtime: Runtime, house: House, line: Line
) -> None:
    admin(house, GROUP, "group")
    price = runtime.line.member_count(GROUP, "group")
    assert price > 1
    raised(house, "no_worker")
    runtime.settings = replace(runtime.settings, max_alarm_pushes_per_month=price - 1)
    watchdog_of(runtime).notify()
    assert line.kinds(GROUP) == []
    runtime.settings = replace(runtime.settings, max_alarm_pushes_per_month=price)
    watchdog_of(runtime).notify()
    assert line.kinds(GROUP) == ["push:text"]
    with house.database.read() as db:
        assert watchdog.alarm_budget(db, runtime.settings) == 0
        assert stats.pushes_this_month(db) == price


def test_lines_own_quota_holds_too(dog: Watchdog, house: House, line: Line) -> None:
    admin(house)
    quota(house, 200, 200)
    raised(house, "push_budget")
    dog.notify()
    assert line.kinds() == []


def test_a_chat_that_blocked_the_bot_is_not_pushed_to(
    dog: Watchdog, house: House, line: Line
) -> None:
    admin(house)
    house.set(schema.chats, schema.chats.c.id == AOI, reachable=False)
    raised(house, "no_worker")
    dog.notify()
    assert line.calls("message/push") == []


def test_a_push_that_was_written_and_not_sent_is_found_by_the_sweep(house: House) -> None:
    with house.database.write() as db:
        item = outbox.add_alarm(db, AOI, 1, [{"type": "text", "text": "x"}])
        assert outbox.due(db, 20.0) == [item]


# --- the dog itself


def test_one_courier_looks_at_a_time(runtime: Runtime, house: House) -> None:
    first, second = watchdog_of(runtime), watchdog_of(runtime)
    assert first.check()
    assert not second.check()
    assert "no_worker" in current(house)
    house.set(schema.switches, schema.switches.c.name == "watch", at=now() - first.interval)
    assert second.check()


def test_it_looks_by_itself_and_survives_trouble(
    runtime: Runtime, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    looked, real = threading.Semaphore(0), Watchdog.check
    troubles = [RuntimeError("away")]

    def look(self: Watchdog) -> bool:
        looked.release()
        if troubles:
            raise troubles.pop()
        return real(self)

    monkeypatch.setattr(Watchdog, "check", look)
    runtime.settings = replace(runtime.settings, sweep_interval_seconds=0.2)
    with watchdog_of(runtime):
        for _ in range(3):
            assert looked.acquire(timeout=10)
    assert "no_worker" in current(house)


def test_the_switches_of_operators_are_not_disturbed(house: House, dog: Watchdog) -> None:
    admin(house)
    raised(house, "no_worker")
    dog.check()
    with house.database.read() as db:
        result = flags.get_flags(db)
        assert (result.accepting, result.draining) == (True, False)
        assert workers.all_workers(db) == []
