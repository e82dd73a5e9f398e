"""Alarms: raised, told within a budget, and over."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import insert

from bot import alarms, figures, outbox, pulse, state, switches, tables, watchdog
from bot.alarms import ADVICE, REPEAT
from bot.commands import main
from bot.database import now
from bot.delivery import Courier
from bot.runtime import Runtime
from bot.settings import Settings
from bot.texts import known, say
from bot.watchdog import PAUSE, Watchdog
from tests.bot.house import AOI, GROUP, House, Line

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def runtime(talking: Settings, courier: Courier) -> Iterator[Runtime]:
    it = Runtime(replace(talking, broker_url="memory://"))
    it._courier = courier
    yield it
    it.database.close()


@pytest.fixture
def dog(runtime: Runtime) -> Watchdog:
    return Watchdog(runtime)


def worker(house: House, name: str = "w", process: str = "worker", **more: Any) -> None:
    """A row of somebody alive, unless `more` says otherwise."""
    values: dict[str, Any] = {"id": f"h:{name}", "process": process, "host": "h", "pid": 1}
    values |= {"started_at": now() - 30, "seen_at": now(), "about": {}}
    with house.database.write() as db:
        db.execute(tables.workers.insert().values(**values | more))


def quota(house: House, limit: int | None, used: int) -> None:
    told = {"quota": {"limit": limit, "used": used, "at": now()}}
    worker(house, "c", "courier", about=told)


def inside(house: House, settings: Settings) -> dict[str, str]:
    with house.database.read() as db:
        return watchdog.inside(db, settings)


# --- what is looked at


def test_all_is_well(house: House, settings: Settings) -> None:
    worker(house)
    house.drawn()
    quota(house, 200, 0)
    assert inside(house, settings) == {}
    assert watchdog.broker(settings) == {}
    assert watchdog.stream() == {}


def test_nobody_paints(house: House, settings: Settings) -> None:
    worker(house, "c", "courier")
    assert inside(house, settings).keys() == {"no_worker"}
    house.set(tables.workers, tables.workers.c.process == "courier", started_at=now() - 5)
    assert inside(house, settings) == {}, "the house has only just begun"


@pytest.mark.parametrize(
    ("more", "name", "detail"),
    [
        ({"about": {"hung": {"number": "4F7-K2M"}}}, "worker_hung", "h:2 at 4F7-K2M"),
        ({"about": {"still": 50, "step_limit": 60}}, "worker_hung", "no step for 50 s"),
        ({"seen_at": now() - 60}, "worker_silent", "worker h:2"),
        ({"seen_at": now() - 60, "process": "courier"}, "worker_silent", "courier h:2"),
    ],
)
def test_one_of_them_is_ill(
    house: House, settings: Settings, more: dict[str, Any], name: str, detail: str
) -> None:
    worker(house, "1")
    worker(house, "2", **{"process": "worker", **more})
    found = inside(house, settings)
    assert found.keys() == {name}
    assert detail in found[name]
    house.set(tables.workers, tables.workers.c.id == "h:2", seen_at=now() - watchdog.LATELY - 1)
    if "still" not in str(more):
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
    told = inside(house, settings)["failures"]
    assert told == "3 of 11 in ten minutes: 2 paint_failed, 1 unsafe"


def test_parked_jobs_and_a_storage_that_fails(house: House, settings: Settings) -> None:
    worker(house)
    parked = fail(house, "too_many_attempts")
    fail(house, "storage_failed")
    found = inside(house, settings)
    assert found.keys() == {"parked", "storage"}
    assert found["parked"] == parked


def test_the_push_budget_runs_low(house: House, settings: Settings) -> None:
    worker(house)
    quota(house, 200, 179)
    assert inside(house, settings) == {}
    house.set(tables.workers, tables.workers.c.id == "h:c", about={"quota": quota_of(200, 180)})
    assert inside(house, settings).keys() == {"push_budget"}
    assert inside(house, replace(settings, push=False)) == {}
    house.set(tables.workers, tables.workers.c.id == "h:c", about={"quota": quota_of(None, 999)})
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
    assert watchdog.disks(settings) == {}
    disk(2.9e9)
    assert watchdog.disks(settings)["disk_full"].startswith("2.9 GB (3%) left under")
    elsewhere = replace(settings, s3_bucket="b", database_url="postgresql+psycopg://h/n")
    assert watchdog.disks(elsewhere) == {}


def test_a_broker_that_is_away_is_noticed_without_it(settings: Settings) -> None:
    away = replace(settings, broker_url="redis://127.0.0.1:9/0")
    assert watchdog.broker(away).keys() == {"broker_away"}
    away = replace(settings, broker_url="amqp://127.0.0.1:9//")
    assert watchdog.broker(away).keys() == {"broker_away"}


# --- raising and clearing


def note(house: House, *names: str) -> None:
    with house.database.write() as db:
        alarms.note(db, dict.fromkeys(names, "x"), 60.0)


def current(house: House) -> list[str]:
    with house.database.read() as db:
        return [it.name for it in alarms.every(db)]


def shift(house: House, seconds: float) -> None:
    """Let so much time go by for what stands in `alarms`."""
    [row] = house.rows(tables.alarms)
    moved = {it: row[it] - seconds for it in ("since", "seen_at", "told_at") if row[it]}
    house.set(tables.alarms, tables.alarms.c.name == row["name"], **moved)


def test_an_alarm_stands_until_it_has_been_over_for_a_while(house: House) -> None:
    note(house, "storage")
    [first] = house.rows(tables.alarms)
    note(house, "storage")
    [again] = house.rows(tables.alarms)
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
        assert [it.name for it in alarms.to_tell(db, 0.0)] == ["storage"]
        alarms.told(db, alarms.every(db))
        assert alarms.to_tell(db, 0.0) == []
    shift(house, 61)
    note(house)
    with house.database.write() as db:
        assert [it.name for it in alarms.take_over(db)] == ["storage"]
        assert alarms.take_over(db) == [], "each is told once"
    note(house, "storage")
    with house.database.write() as db:
        assert alarms.to_tell(db, 0.0) == []
    shift(house, REPEAT + 1)
    note(house, "storage")
    with house.database.write() as db:
        assert [it.name for it in alarms.to_tell(db, 0.0)] == ["storage"], "it lasts"


def test_every_alarm_is_explained_and_can_be_said() -> None:
    guide = (ROOT / "docs/operate/alarms.md").read_text(encoding="utf-8")
    for name in ADVICE:
        assert known(f"alarm.{name}"), name
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
        db.execute(insert(tables.workers).values(**courier, **times))
    assert main(["alarms"]) == 0
    assert "Nothing is wrong" in capsys.readouterr().out
    note(house, "storage")
    assert main(["alarms"]) == 1
    told = capsys.readouterr().out
    assert ADVICE["storage"].do in told
    assert "docs/operate/alarms.md#storage" in told
    assert main(["alarms", "--json"]) == 1
    [found] = json.loads(capsys.readouterr().out)
    assert (found["name"], found["detail"]) == ("storage", "x")


# --- telling


def admin(house: House, chat: str = AOI, kind: str = "user") -> None:
    with house.database.write() as db:
        from bot import chats

        chats.see(db, chat, kind)
        state.add(db, chat, kind)


def raised(house: House, *names: str) -> None:
    """Alarms that have stood long enough to be told."""
    note(house, *names)
    for name in names:
        one = tables.alarms.c.name == name
        house.set(tables.alarms, one, since=now() - 200, seen_at=now())


def test_several_alarms_are_told_in_one_push(dog: Watchdog, house: House, line: Line) -> None:
    admin(house)
    note(house, "no_worker")
    dog.tell()
    assert line.kinds() == [], "it may be over in a moment"
    raised(house, "no_worker", "storage")
    dog.tell()
    dog.tell()
    assert line.kinds() == ["push:text"]
    [message] = line.bot_messages(AOI)
    assert say("alarm.no_worker") in (message.text or "")
    assert say("alarm.storage") in (message.text or "")
    [delivery] = house.deliveries()
    assert (delivery["kind"], delivery["price"], delivery["state"]) == ("alarm", 1, "sent")
    raised(house, "disk_full")
    dog.tell()
    assert len(line.kinds()) == 1, "not at once again"
    house.set(tables.deliveries, tables.deliveries.c.kind == "alarm", created_at=now() - PAUSE)
    dog.tell()
    assert len(line.kinds()) == 2


def test_nobody_is_told_where_nobody_asked(dog: Watchdog, house: House, line: Line) -> None:
    raised(house, "no_worker")
    dog.tell()
    assert line.calls("message/push") == []
    assert house.rows(tables.alarms)[0]["told_at"] is None


def test_a_group_costs_its_members_and_the_budget_holds(
    runtime: Runtime, house: House, line: Line
) -> None:
    admin(house, GROUP, "group")
    price = runtime.courier.price_of(GROUP, "group")
    assert price > 1
    raised(house, "no_worker")
    runtime.settings = replace(runtime.settings, alarm_pushes=price - 1)
    Watchdog(runtime).tell()
    assert line.kinds(GROUP) == []
    runtime.settings = replace(runtime.settings, alarm_pushes=price)
    Watchdog(runtime).tell()
    assert line.kinds(GROUP) == ["push:text"]
    with house.database.read() as db:
        assert watchdog.budget(db, runtime.settings) == 0
        assert figures.pushes_this_month(db) == price


def test_lines_own_quota_holds_too(dog: Watchdog, house: House, line: Line) -> None:
    admin(house)
    quota(house, 200, 200)
    raised(house, "push_budget")
    dog.tell()
    assert line.kinds() == []


def test_a_chat_that_blocked_the_bot_is_not_pushed_to(
    dog: Watchdog, house: House, line: Line
) -> None:
    admin(house)
    house.set(tables.chats, tables.chats.c.id == AOI, reachable=False)
    raised(house, "no_worker")
    dog.tell()
    assert line.calls("message/push") == []


def test_a_push_that_was_written_and_not_sent_is_found_by_the_sweep(house: House) -> None:
    with house.database.write() as db:
        it = outbox.add_alarm(db, AOI, 1, [{"type": "text", "text": "x"}])
        assert outbox.due(db, 20.0) == [it]


# --- the dog itself


def test_one_courier_looks_at_a_time(runtime: Runtime, house: House) -> None:
    first, second = Watchdog(runtime), Watchdog(runtime)
    assert first.look()
    assert not second.look()
    assert "no_worker" in current(house)
    house.set(tables.switches, tables.switches.c.name == "watch", at=now() - first.every)
    assert second.look()


def test_it_looks_by_itself_and_survives_trouble(
    runtime: Runtime, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    looked, real = threading.Semaphore(0), Watchdog.look
    troubles = [RuntimeError("away")]

    def look(self: Watchdog) -> bool:
        looked.release()
        if troubles:
            raise troubles.pop()
        return real(self)

    monkeypatch.setattr(Watchdog, "look", look)
    runtime.settings = replace(runtime.settings, sweep_seconds=0.2)
    with Watchdog(runtime):
        for _ in range(3):
            assert looked.acquire(timeout=10)
    assert "no_worker" in current(house)


def test_the_switches_of_operators_are_not_disturbed(house: House, dog: Watchdog) -> None:
    admin(house)
    raised(house, "no_worker")
    dog.look()
    with house.database.read() as db:
        found = switches.state(db)
        assert (found.accepting, found.draining) == (True, False)
        assert pulse.all_workers(db) == []
