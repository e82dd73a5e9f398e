"""The sweep: whatever was lost, somebody is woken for it."""

from __future__ import annotations

from typing import Any

import pytest

from bot import chats, jobs, outbox, sweeping, tables
from bot.database import now
from bot.jobs import DELIVERED, FAILED, QUEUED
from bot.queue import Wake
from bot.runtime import Runtime
from bot.settings import Settings
from bot.storage import FolderStorage, StorageError
from tests.bot.house import AOI, GROUP, WISH, House

DAY = 86400.0


def test_a_quiet_house_needs_nothing(runtime: Runtime, house: House) -> None:
    house.add(token="t")
    house.claim(house.add())
    assert sweeping.sweep(runtime) == []


def test_everything_lost_is_found(runtime: Runtime, house: House) -> None:
    unpublished, orphan, hopeless = house.add(), house.add(), house.add()
    house.change(unpublished, published_at=None)
    for job_id in (orphan, hopeless):
        house.claim(job_id, lease=-1)
    house.change(hopeless, attempts=3)
    drawn = house.drawn()
    with house.database.write() as db:
        answer = outbox.add_reply(db, outbox.ANSWER, token="t", token_at=now(), messages=[])
    taken_back = house.add(message="m1")
    with house.database.write() as db:
        jobs.unsend(db, "m1")
    assert set(sweeping.sweep(runtime)) == {
        Wake("draw", unpublished),
        Wake("draw", orphan),
        Wake("deliver", hopeless),
        Wake("deliver", drawn),
        Wake("send", answer),
        Wake("erase", taken_back),
    }
    assert house.state(orphan) == QUEUED
    assert house.state(hopeless) == FAILED


def test_what_was_just_named_is_left_in_peace(runtime: Runtime, house: House) -> None:
    house.change(house.add(), published_at=None)
    house.drawn()
    assert len(sweeping.sweep(runtime)) == 2
    assert sweeping.sweep(runtime) == []


def test_tickets_name_only_what_is_about_to_be_late(runtime: Runtime, house: House) -> None:
    late = house.add(token="a", age=46)
    house.add(token="b", age=10)
    assert sweeping.tickets(runtime) == [Wake("offer_ticket", late)]


# --- forgetting


def test_erasing_takes_files_words_and_people(
    runtime: Runtime, house: House, storage: FolderStorage, settings: Settings
) -> None:
    job_id = house.add(token="t", message="m1")
    house.paint(job_id, storage)
    with house.database.write() as db:
        outbox.add_push(db, job_id, AOI, 1, [{"type": "text", "text": WISH}])
        jobs.unsend(db, "m1")
    sweeping.erase(runtime, job_id)
    assert not [it for it in settings.pictures_dir.rglob("*") if it.is_file()]
    for table in tables.metadata.tables.values():
        if table is not tables.chats:
            written = str(house.rows(table))
            assert WISH not in written, table.name
            assert AOI not in written, table.name
    erased_at = house.job(job_id).erased_at
    sweeping.erase(runtime, job_id)
    assert house.job(job_id).erased_at == erased_at
    assert sweeping.sweep(runtime) == []


def test_only_what_is_meant_to_go_is_erased(
    runtime: Runtime, house: House, storage: FolderStorage, settings: Settings
) -> None:
    job_id = house.add()
    house.paint(job_id, storage)
    sweeping.erase(runtime, job_id)
    sweeping.erase(runtime, "no such job")
    assert house.job(job_id).request is not None
    assert len(list(settings.pictures_dir.rglob("*.png"))) == 1


def test_a_storage_that_is_away_keeps_the_job_on_the_list(
    runtime: Runtime, house: House, storage: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = house.add(message="m1")
    house.paint(job_id, storage)
    with house.database.write() as db:
        jobs.unsend(db, "m1")

    def away(key: str) -> None:
        raise StorageError("away", permanent=False, reason="unavailable")

    monkeypatch.setattr(runtime.storage, "delete", away)
    with pytest.raises(StorageError):
        sweeping.erase(runtime, job_id)
    monkeypatch.undo()
    assert sweeping.sweep(runtime) == [Wake("erase", job_id)]
    sweeping.erase(runtime, job_id)
    assert house.job(job_id).erased_at is not None


def test_after_the_retention_time_everything_goes(
    runtime: Runtime, house: House, storage: FolderStorage
) -> None:
    old, new = house.add(chat=GROUP), house.add(chat=AOI)
    for job_id in (old, new):
        house.paint(job_id, storage)
    long_ago = now() - 91 * DAY
    house.change(old, created_at=long_ago, state=DELIVERED)
    house.set(tables.chats, tables.chats.c.id == GROUP, seen_at=long_ago)
    with house.database.write() as db:
        chats.first_time(db, "old", "message", "active")
    house.set(tables.events, tables.events.c.id == "old", received_at=long_ago)
    sweeping.forget(runtime)
    erase = [it for it in sweeping.sweep(runtime) if it.task == "erase"]
    assert erase == [Wake("erase", old)]
    sweeping.erase(runtime, old)
    left: dict[str, Any] = {it["id"]: it for it in house.rows(tables.jobs)}
    assert (left[old]["request"], left[old]["chat_id"]) == (None, None)
    assert left[new]["request"] is not None
    assert [it["id"] for it in house.rows(tables.chats)] == [AOI]
    assert house.rows(tables.events) == []
    assert len(list(runtime.settings.pictures_dir.rglob("*.png"))) == 1


def test_a_months_old_event_id_is_forgotten_and_a_weeks_old_is_not(
    runtime: Runtime, house: House
) -> None:
    for event_id, days in (("week", 7), ("month", 31)):
        with house.database.write() as db:
            chats.first_time(db, event_id, "message", "active")
        age = now() - days * DAY
        house.set(tables.events, tables.events.c.id == event_id, received_at=age)
    sweeping.forget(runtime)
    assert [it["id"] for it in house.rows(tables.events)] == ["week"]
