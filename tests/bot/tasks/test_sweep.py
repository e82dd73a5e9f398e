"""The sweep: whatever was lost, somebody is woken for it."""

from __future__ import annotations

from typing import Any

import pytest

from bot import jobs
from bot.jobs import DELIVERED, FAILED, QUEUED
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.storage import FolderStorage, StorageError
from bot.store import chats, outbox, schema
from bot.store.clock import now
from bot.tasks import sweep
from bot.tasks.runtime import Runtime
from tests.bot.harness import AOI, GROUP, WISH, House

DAY = 86400.0


def run_sweep(runtime: Runtime) -> list[TaskMessage]:
    return sweep.sweep(runtime.database, runtime.settings.max_attempts)


def erase_job(runtime: Runtime, job_id: str) -> None:
    sweep.erase_job(runtime.database, runtime.storage, runtime.settings, job_id)


def test_a_quiet_house_needs_nothing(runtime: Runtime, house: House) -> None:
    house.add(token="t")
    house.claim(house.add())
    assert run_sweep(runtime) == []


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
    assert set(run_sweep(runtime)) == {
        TaskMessage("draw", unpublished),
        TaskMessage("draw", orphan),
        TaskMessage("deliver", hopeless),
        TaskMessage("deliver", drawn),
        TaskMessage("send", answer),
        TaskMessage("erase", taken_back),
    }
    assert house.state(orphan) == QUEUED
    assert house.state(hopeless) == FAILED


def test_what_was_just_named_is_left_in_peace(runtime: Runtime, house: House) -> None:
    house.change(house.add(), published_at=None)
    house.drawn()
    assert len(run_sweep(runtime)) == 2
    assert run_sweep(runtime) == []


def test_tickets_name_only_what_is_about_to_be_late(runtime: Runtime, house: House) -> None:
    late = house.add(token="a", age=46)
    house.add(token="b", age=10)
    assert sweep.sweep_tickets(runtime.database, runtime.settings) == [
        TaskMessage("offer_ticket", late)
    ]


# --- forgetting


def test_erasing_takes_files_words_and_people(
    runtime: Runtime, house: House, storage: FolderStorage, settings: Settings
) -> None:
    job_id = house.add(token="t", message="m1")
    house.paint(job_id, storage)
    with house.database.write() as db:
        outbox.add_push(db, job_id, AOI, 1, [{"type": "text", "text": WISH}])
        jobs.unsend(db, "m1")
    erase_job(runtime, job_id)
    assert not [path for path in settings.pictures_dir.rglob("*") if path.is_file()]
    for table in schema.metadata.tables.values():
        if table is not schema.chats:
            written = str(house.rows(table))
            assert WISH not in written, table.name
            assert AOI not in written, table.name
    erased_at = house.job(job_id).erased_at
    erase_job(runtime, job_id)
    assert house.job(job_id).erased_at == erased_at
    assert run_sweep(runtime) == []


def test_only_what_is_meant_to_go_is_erased(
    runtime: Runtime, house: House, storage: FolderStorage, settings: Settings
) -> None:
    job_id = house.add()
    house.paint(job_id, storage)
    erase_job(runtime, job_id)
    erase_job(runtime, "no such job")
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
        erase_job(runtime, job_id)
    monkeypatch.undo()
    assert run_sweep(runtime) == [TaskMessage("erase", job_id)]
    erase_job(runtime, job_id)
    assert house.job(job_id).erased_at is not None


def test_after_the_retention_time_everything_goes(
    runtime: Runtime, house: House, storage: FolderStorage
) -> None:
    old, new = house.add(chat=GROUP), house.add(chat=AOI)
    for job_id in (old, new):
        house.paint(job_id, storage)
    long_ago = now() - 91 * DAY
    house.change(old, created_at=long_ago, state=DELIVERED)
    house.set(schema.chats, schema.chats.c.id == GROUP, seen_at=long_ago)
    with house.database.write() as db:
        chats.record_event(db, "old", "message", "active")
    house.set(schema.events, schema.events.c.id == "old", received_at=long_ago)
    sweep.delete_expired(runtime.database, runtime.settings.retention_days)
    erase = [task for task in run_sweep(runtime) if task.task == "erase"]
    assert erase == [TaskMessage("erase", old)]
    erase_job(runtime, old)
    left: dict[str, Any] = {row["id"]: row for row in house.rows(schema.jobs)}
    assert (left[old]["request"], left[old]["chat_id"]) == (None, None)
    assert left[new]["request"] is not None
    assert [row["id"] for row in house.rows(schema.chats)] == [AOI]
    assert house.rows(schema.events) == []
    assert len(list(runtime.settings.pictures_dir.rglob("*.png"))) == 1


def test_a_months_old_event_id_is_forgotten_and_a_weeks_old_is_not(
    runtime: Runtime, house: House
) -> None:
    for event_id, days in (("week", 7), ("month", 31)):
        with house.database.write() as db:
            chats.record_event(db, event_id, "message", "active")
        age = now() - days * DAY
        house.set(schema.events, schema.events.c.id == event_id, received_at=age)
    sweep.delete_expired(runtime.database, runtime.settings.retention_days)
    assert [row["id"] for row in house.rows(schema.events)] == ["week"]


def test_after_a_gap_workers_may_first_renew_their_leases(
    runtime: Runtime, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was away: nobody could renew a lease, and a picture may be waiting for it."""
    assert run_sweep(runtime) == []
    job_id = house.add()
    assert house.claim(job_id, lease=-1)
    hour_later = now() + 3600
    monkeypatch.setattr(sweep, "now", lambda: hour_later)
    assert run_sweep(runtime) == []
    monkeypatch.undo()
    assert run_sweep(runtime) == [TaskMessage("draw", job_id)]
