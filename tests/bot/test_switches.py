"""Switches: what an operator turns holds from the next wish and the next job on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from bot import bans, limits, measures, sweeping, switches, tables, waking
from bot.jobs import DRAWN, QUEUED
from bot.moderation import CATEGORIES, Amendment, Moderation, changing, lists_of, moderation
from bot.moderation.lists import amended
from bot.queue import Wake, make_celery
from bot.settings import SettingError, Settings
from bot.texts import say
from tests.bot.house import AOI, GROUP, House, on_queues
from tests.bot.test_commands import Shell, environ, shell
from tests.bot.test_conversation import HARUTO, Talk
from tests.bot.test_tasks import celery, run
from tests.bot.valkey import valkey

__all__ = ["celery", "environ", "shell"]  # fixtures
LISTS = lists_of()


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


def actions(house: House) -> list[tuple[str, str, str | None]]:
    rows = sorted(house.rows(tables.audit), key=lambda row: float(row["at"]))
    return [(it["action"], it["about"], it["detail"]) for it in rows]


# --- accepting


def test_a_house_as_it_was_made(house: House) -> None:
    with house.database.read() as db:
        assert switches.state(db) == (True, False, None, None, None)
        assert switches.words(db) == Amendment()


def test_while_paused_a_wish_is_answered_kindly_and_becomes_no_job(
    talk: Talk, house: House
) -> None:
    talk.says("海")
    with house.database.write() as db:
        assert measures.pause(db)
        assert not measures.pause(db)
    for wish in ("山", "🌊", "seed 3"):  # also what could not be read: one word less to send
        talk.says(wish)
        assert say("problem.paused") in talk.answers[-1]
    talk.in_group("山", user=HARUTO)
    assert say("problem.paused") in talk.answers[-1]
    talk.says("まだ？")
    assert talk.jobs[0]["number"] in talk.answers[-1], "what was asked for goes on"
    assert len(talk.jobs) == 1
    with house.database.write() as db:
        assert measures.resume(db)
        assert not measures.resume(db)
    talk.says("山")
    assert len(talk.jobs) == 2
    assert actions(house) == [("pause", "house", None), ("resume", "house", None)]


def test_who_asks_for_help_in_a_pause_finds_it(talk: Talk, house: House) -> None:
    with house.database.write() as db:
        measures.pause(db)
        bans.ban(db, HARUTO)
    talk.says("死にたい人の絵")
    assert "0120-279-338" in talk.answers[-1]
    talk.says("海", source={"type": "user", "userId": HARUTO})
    assert say("problem.banned") in talk.answers[-1]


def test_rows_of_others_are_no_switches(house: House) -> None:
    with house.database.write() as db:
        switches.put(db, "memory of somebody", {"told": ["x"] * 1000})
        measures.pause(db)
        assert switches.state(db)[:2] == (False, False)


# --- draining


def test_drained_workers_take_nothing_and_the_end_of_it_publishes_all(
    celery: Celery, house: House
) -> None:
    from tests.bot.test_drawing import with_painter

    painter = with_painter(celery.runtime)
    job_id = house.add()
    with house.database.write() as db:
        assert measures.drain(db)
    run(celery, "draw", job_id)
    assert (house.state(job_id), painter.requests) == (QUEUED, [])
    house.change(job_id, published_at=0.0)
    run(celery, "sweep")
    assert on_queues(celery) == [], "nobody would take it"
    with house.database.write() as db:
        assert waking.late(db) == []
        assert measures.resume(db)
    run(celery, "sweep")
    assert on_queues(celery) == [Wake("draw", job_id)]
    run(celery, "draw", job_id)
    assert house.state(job_id) == DRAWN


def test_what_a_dead_worker_left_waits_for_the_end_of_draining(
    celery: Celery, house: House
) -> None:
    job_id = house.add()
    house.claim(job_id, lease=-1)
    with house.database.write() as db:
        measures.drain(db)
    sweeping.sweep(celery.runtime)
    assert house.state(job_id) == QUEUED
    with house.database.write() as db:
        measures.resume(db)
    assert sweeping.sweep(celery.runtime) == [Wake("draw", job_id)]


# --- words


def test_a_word_of_the_operators_is_refused_from_the_next_wish_on(
    house: House, settings: Settings
) -> None:
    talk = Talk(house, replace(settings, max_queued_per_person=9))
    talk.says("ペンギンの絵")
    assert len(talk.jobs) == 1
    with house.database.write() as db:
        measures.add_word(db, LISTS, "hate", "ペンギン")
    talk.says("ぺんぎんの絵")  # in whatever spelling, as every word of the lists
    assert say("refused.hate") in talk.answers[-1]
    with house.database.write() as db:
        measures.add_word(db, LISTS, changing.ALLOWED, "ペンギンのぬいぐるみ")
    talk.says("ペンギンのぬいぐるみ")
    with house.database.write() as db:
        measures.remove_word(db, LISTS, "hate", "ペンギン")
    talk.says("ペンギンの絵")
    wishes = [it["request"]["prompt"] for it in talk.jobs]
    assert wishes[0] == wishes[-1]
    assert "ペンギンのぬいぐるみ" in wishes
    assert actions(house)[0] == ("add word", "hate", "ペンギン")


def test_a_word_that_is_removed_passes_and_comes_back(talk: Talk, house: House) -> None:
    word = "首吊り自殺"
    with house.database.write() as db:
        measures.remove_word(db, LISTS, "self_harm", word)
        left = switches.words(db)
    assert left == Amendment(removed=(("self_harm", word),))
    assert word not in changing.words_of(LISTS, left, "self_harm")
    assert Moderation(amended(LISTS, left)).category("首吊り") == "self_harm", "others stay"
    with house.database.write() as db:
        measures.add_word(db, LISTS, "self_harm", word)
        assert switches.words(db) == Amendment()


def test_the_lists_are_amended_category_by_category() -> None:
    changes = Amendment(removed=(("sexual", "裸"),))
    judge = moderation(None, changes)
    assert moderation().category("裸の男性") == "sexual"
    assert judge.category("裸の男性") is None
    assert judge.category("裸の子ども") == "minors"
    assert moderation(None, Amendment(added=(("no such", "海"),))).category("海") is None


@pytest.mark.parametrize(
    ("category", "word", "says"),
    [
        ("hate", "の", "too short"),
        ("hate", "a", "too short"),
        ("hate", "！！", "too short"),
        ("hate", "海" * 41, "40 characters"),
        ("hate", "海\x07", "40 characters"),
        ("weather", "雨", "no such category"),
        ("sexual", "ヌード", "already"),
    ],
)
def test_words_that_cannot_be_added(category: str, word: str, says: str) -> None:
    with pytest.raises(changing.WordError, match=says):
        changing.add(LISTS, Amendment(), category, word)


def test_words_that_cannot_be_removed() -> None:
    with pytest.raises(changing.WordError, match="protect children"):
        changing.remove(LISTS, Amendment(), "minors", "ロリコン")
    with pytest.raises(changing.WordError, match="not there"):
        changing.remove(LISTS, Amendment(), "hate", "そんなことばはない")
    with pytest.raises(changing.WordError, match="stands in a file"):
        changing.remove(LISTS, Amendment(), changing.ALLOWED, LISTS.allowed[0])
    added = changing.add(LISTS, Amendment(), "minors", "ペンギン")
    assert changing.remove(LISTS, added, "minors", "ペンギン") == Amendment()


def test_there_is_an_end_to_words() -> None:
    many = Amendment(added=tuple(("hate", f"語{it}") for it in range(changing.MOST)))
    with pytest.raises(changing.WordError, match="MODERATION_LISTS"):
        changing.add(LISTS, many, "hate", "ペンギン")


def test_words_of_an_admins_file_can_be_removed_too(tmp_path: Path) -> None:
    path = tmp_path / "more.toml"
    path.write_text('[[rule]]\ncategory = "gore"\nwords = ["ペンギン"]\n', encoding="utf-8")
    changes = changing.remove(lists_of(path), Amendment(), "gore", "ペンギン")
    assert moderation(path).category("ペンギン") == "gore"
    assert moderation(path, changes).category("ペンギン") is None


def test_every_category_shows_its_words_once() -> None:
    for category in (*CATEGORIES, changing.ALLOWED):
        found = changing.words_of(LISTS, Amendment(), category)
        assert found
        assert len(found) == len(set(found))


# --- limits of a chat


def test_a_chat_has_limits_of_its_own(talk: Talk, house: House, settings: Settings) -> None:
    talk.in_group("海")
    with house.database.write() as db:
        assert measures.limit(db, GROUP, {"queued_per_person": 1, "daily_pictures": 3})
        assert limits.limits_of(db, settings, GROUP) == (1, 8, 3, 0.0)
        assert limits.limits_of(db, settings, AOI).waiting == settings.max_queued_per_person
    talk.in_group("山")
    assert say("busy.waiting", limit=1) in talk.answers[-1]
    talk.in_group("山、4枚", user=HARUTO)
    assert say("busy.daily_left", left=3) in talk.answers[-1]
    talk.says("山")
    assert len(talk.jobs) == 2, "elsewhere, those of the settings hold"
    with house.database.write() as db:
        measures.limit(db, GROUP, {"queued_per_person": None})
        assert limits.limits_of(db, settings, GROUP) == (2, 8, 3, 0.0)
    talk.in_group("山")
    assert len(talk.jobs) == 3
    [(action, about, detail), _] = actions(house)
    assert (action, about) == ("limits", bans.fingerprint(GROUP))
    assert detail == "queued_per_person 1, daily_pictures 3"


def test_a_limit_of_zero_is_none_and_no_chat_has_none(house: House, settings: Settings) -> None:
    house.add(chat=GROUP)
    with house.database.write() as db:
        measures.limit(db, GROUP, {"daily_pictures": 0, "cooldown_seconds": 2.5})
        assert limits.limits_of(db, settings, GROUP) == (2, 8, 0, 2.5)
        assert not measures.limit(db, "C" + "0" * 32, {"daily_pictures": 0})


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [
        ("daily_pictures", "12", 12),
        ("daily_pictures", " ", None),
        ("cooldown_seconds", "1.5", 1.5),
        ("queued_per_person", "0", SettingError),
        ("queued_per_group", "many", SettingError),
    ],
)
def test_limits_as_they_are_typed(name: str, typed: str, meant: Any) -> None:
    if meant is SettingError:
        with pytest.raises(SettingError, match=name):
            limits.read_own(name, typed)
    else:
        assert limits.read_own(name, typed) == meant


# --- commands


def test_pause_drain_and_resume(shell: Shell, house: House) -> None:
    house.add()
    paused = {"accepting": False, "draining": False, "changed": True, "drawing": 0, "queued": 1}
    assert shell.json("pause") == paused
    assert shell.json("drain") == {**paused, "draining": True}
    assert "already" in shell("drain")
    assert "drained" in shell("workers", status=1)
    assert "workers paint what waits" in shell("resume")
    assert [it["action"] for it in shell.json("audit")] == ["resume", "drain", "pause"]


def test_resume_wakes_the_workers_at_once(
    shell: Shell, environ: Callable[..., None], house: House, settings: Settings, tmp_path: Path
) -> None:
    """Nobody waits for the sweep, whose turn may be ten seconds away; without a broker, all do."""
    first, second = house.add(), house.add()
    with valkey(tmp_path / "valkey") as server:
        environ(BROKER_URL=server.url)
        app = make_celery(replace(settings, broker_url=server.url))
        shell("drain")
        assert on_queues(app) == []
        shell("resume")
        assert on_queues(app) == [Wake("draw", first), Wake("draw", second)]
        shell("resume")
        assert on_queues(app) == [], "it was so already"
        assert None not in [house.job(it).published_at for it in (first, second)]
        shell("drain")
        server.stop()
        shell("resume")
    assert "broker cannot be reached" in shell.err
    assert [house.job(it).published_at for it in (first, second)] == [None, None]


def test_limits_by_command(shell: Shell, house: House) -> None:
    number = house.job(house.add(chat=GROUP)).number
    told = shell.json("limits", number, "--daily", "5", "--cooldown", "10")
    assert told["own"]["daily_pictures"] == 5
    assert told["in_force"]["cooldown_seconds"] == 10
    assert told["in_force"]["queued_per_person"] == 2
    mark = bans.fingerprint(GROUP)[:8]
    shell("limits", mark, "--daily", "")
    assert "cooldown_seconds   10        this chat" in shell("limits", GROUP)
    assert shell.json("limits", mark)["own"]["daily_pictures"] is None
    shell("limits", mark, "--daily", "-1", status=1)
    assert "daily_pictures is -1" in shell.err
    shell("limits", "C" + "0" * 32, "--daily", "1", status=1)
    assert "not known" in shell.err
    shell("limits", "0" * 64, status=1)
    assert "nobody" in shell.err
