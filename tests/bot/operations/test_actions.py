"""Operators' actions: pausing, draining and a chat's limits hold from the next request on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from celery import Celery

from bot.jobs import DRAWN, QUEUED, limits
from bot.operations import actions as operator_actions
from bot.queue import republish
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.store import bans, schema
from bot.tasks import sweep
from bot.texts import gettext
from tests.bot.conversation.test_router import HARUTO, Talk
from tests.bot.harness import AOI, GROUP, House, on_queues
from tests.bot.tasks.test_app import celery, run

__all__ = ["celery"]  # a fixture


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


def actions(house: House) -> list[tuple[str, str, str | None]]:
    rows = sorted(house.rows(schema.audit), key=lambda row: float(row["at"]))
    return [(row["action"], row["about"], row["detail"]) for row in rows]


def test_while_paused_a_wish_is_answered_kindly_and_becomes_no_job(
    talk: Talk, house: House
) -> None:
    talk.says("海")
    with house.database.write() as db:
        assert operator_actions.pause(db)
        assert not operator_actions.pause(db)
    for wish in ("山", "🌊", "seed 3"):  # also what could not be read: one word less to send
        talk.says(wish)
        assert gettext("problem.paused", "ja") in talk.answers[-1]
    talk.in_group("山", user=HARUTO)
    assert gettext("problem.paused", "ja") in talk.answers[-1]
    talk.says("まだ？")
    assert talk.jobs[0]["number"] in talk.answers[-1], "what was asked for goes on"
    assert len(talk.jobs) == 1
    with house.database.write() as db:
        assert operator_actions.resume(db)
        assert not operator_actions.resume(db)
    talk.says("山")
    assert len(talk.jobs) == 2
    assert actions(house) == [("pause", "house", None), ("resume", "house", None)]


def test_who_asks_for_help_in_a_pause_finds_it(talk: Talk, house: House) -> None:
    with house.database.write() as db:
        operator_actions.pause(db)
        bans.ban(db, HARUTO)
    talk.says("死にたい人の絵")
    assert "0120-279-338" in talk.answers[-1]
    talk.says("海", source={"type": "user", "userId": HARUTO})
    assert gettext("problem.banned", "ja") in talk.answers[-1]


def test_drained_workers_take_nothing_and_the_end_of_it_publishes_all(
    celery: Celery, house: House
) -> None:
    from tests.bot.tasks.test_draw import with_painter

    painter = with_painter(celery.runtime)
    job_id = house.add()
    with house.database.write() as db:
        assert operator_actions.drain(db)
    run(celery, "draw", job_id)
    assert (house.state(job_id), painter.requests) == (QUEUED, [])
    house.change(job_id, published_at=0.0)
    run(celery, "sweep")
    assert on_queues(celery) == [], "nobody would take it"
    with house.database.write() as db:
        assert republish.overdue(db) == []
        assert operator_actions.resume(db)
    run(celery, "sweep")
    assert on_queues(celery) == [TaskMessage("draw")]
    run(celery, "draw", job_id)
    assert house.state(job_id) == DRAWN


def test_what_a_dead_worker_left_waits_for_the_end_of_draining(
    celery: Celery, house: House
) -> None:
    job_id = house.add()
    house.claim(job_id, lease=-1)
    with house.database.write() as db:
        operator_actions.drain(db)
    sweep.sweep(celery.runtime.database, celery.runtime.settings.max_attempts)
    assert house.state(job_id) == QUEUED
    with house.database.write() as db:
        operator_actions.resume(db)
    assert sweep.sweep(celery.runtime.database, celery.runtime.settings.max_attempts) == [
        TaskMessage("draw", job_id)
    ]


def test_a_chat_has_limits_of_its_own(house: House, settings: Settings) -> None:
    talk = Talk(house, replace(settings, max_extra_queued=0))
    talk.in_group("海")
    with house.database.write() as db:
        assert operator_actions.set_limits(db, GROUP, {"queued_per_person": 1, "daily_pictures": 3})
        assert limits.limits_for_chat(db, settings, GROUP) == (1, 8, 3, 0.0)
        assert (
            limits.limits_for_chat(db, settings, AOI).queued_per_person
            == settings.max_queued_per_person
        )
    talk.in_group("山")
    assert gettext("busy.waiting", "ja", limit=1) in talk.answers[-1]
    talk.in_group("山、4枚", user=HARUTO)
    assert gettext("busy.daily_left", "ja", left=3) in talk.answers[-1]
    talk.says("山")
    assert len(talk.jobs) == 2, "elsewhere, those of the settings hold"
    with house.database.write() as db:
        operator_actions.set_limits(db, GROUP, {"queued_per_person": None})
        assert limits.limits_for_chat(db, settings, GROUP) == (2, 8, 3, 0.0)
    talk.in_group("山")
    assert len(talk.jobs) == 3
    [(action, about, detail), _] = actions(house)
    assert (action, about) == ("limits", bans.fingerprint(GROUP))
    assert detail == "queued_per_person 1, daily_pictures 3"


def test_a_limit_of_zero_is_none_and_no_chat_has_none(house: House, settings: Settings) -> None:
    house.add(chat=GROUP)
    with house.database.write() as db:
        operator_actions.set_limits(db, GROUP, {"daily_pictures": 0, "cooldown_seconds": 2.5})
        assert limits.limits_for_chat(db, settings, GROUP) == (2, 8, 0, 2.5)
        assert not operator_actions.set_limits(db, "C" + "0" * 32, {"daily_pictures": 0})


def test_a_ban_outlives_the_erasure(house: House) -> None:
    job_id, fingerprint = house.add(), bans.fingerprint(AOI)
    with house.database.write() as db:
        assert operator_actions.ban(db, AOI, "floods")
        assert not operator_actions.ban(db, AOI)
        assert operator_actions.erase(db, AOI) == [job_id]
        assert operator_actions.unban(db, fingerprint)
        assert not operator_actions.unban(db, fingerprint)
    entries = [("ban", fingerprint, "floods"), ("erase", fingerprint, "1 jobs")]
    assert actions(house) == [*entries, ("unban", fingerprint, None)]
