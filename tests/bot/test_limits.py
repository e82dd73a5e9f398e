"""Limits: at once, of a group, in a day, and how soon again; and what gives them back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot import limits, messages
from bot.database import now
from bot.jobs import CANCELLED, DELIVERED, FAILED
from bot.settings import Settings
from tests.bot.house import AOI, House, event
from tests.bot.test_conversation import HARUTO, Talk, bring_to

YUI = "U" + "c" * 32


def talk_with(house: House, settings: Settings, **more: Any) -> Talk:
    return Talk(house, replace(settings, **more))


def told(talk: Talk, kind: str, **values: Any) -> bool:
    return messages.busy(kind, **values)[0]["text"] in talk.answers[-1]


def test_a_group_shares_what_waits(house: House, settings: Settings) -> None:
    talk = talk_with(house, settings, max_queued_per_group=3)
    for person in (AOI, AOI, HARUTO, YUI):
        talk.in_group("海", user=person)
    assert len(talk.jobs) == 3
    assert told(talk, "group", limit=3)
    talk.says("海", source={"type": "user", "userId": YUI})  # a chat of their own
    assert len(talk.jobs) == 4
    bring_to(house, talk.jobs[0]["id"], DELIVERED)
    talk.in_group("海", user=YUI)
    assert len(talk.jobs) == 5


def test_a_day_has_so_many_pictures_for_one_person(house: House, settings: Settings) -> None:
    talk = talk_with(house, settings, daily_pictures=5, max_queued_per_person=50)
    talk.says("海、4枚")
    talk.says("山、2枚")
    assert told(talk, "daily_left", left=1)
    talk.in_group("山")
    talk.says("川")
    assert told(talk, "daily", limit=5)
    assert len(talk.jobs) == 2
    talk.in_group("川", user=HARUTO)
    assert len(talk.jobs) == 3
    for job in talk.jobs:  # before midnight
        house.change(job["id"], created_at=limits.day_began() - 1)
    talk.says("川、4枚")
    assert len(talk.jobs) == 4


@pytest.mark.parametrize("state", [FAILED, CANCELLED])
def test_what_never_came_is_given_back(house: House, settings: Settings, state: str) -> None:
    talk = talk_with(house, settings, daily_pictures=1, cooldown_seconds=60)
    talk.says("海")
    bring_to(house, talk.jobs[0]["id"], state)
    talk.says("山")
    assert len(talk.jobs) == 2


def test_the_day_is_that_of_japan(monkeypatch: pytest.MonkeyPatch) -> None:
    noon = 1_795_359_600.0  # 2026-11-22 15:00 UTC: midnight in Japan
    for moment, began in ((noon, noon), (noon + 86_399, noon), (noon - 1, noon - 86_400)):
        monkeypatch.setattr(limits, "now", lambda moment=moment: moment)
        assert limits.day_began() == began


def test_between_two_wishes_some_time_goes_by(house: House, settings: Settings) -> None:
    talk = talk_with(house, settings, cooldown_seconds=30)
    talk.says("海")
    talk.says("山")
    assert len(talk.jobs) == 1
    assert told(talk, "cooldown", seconds=30)
    talk.in_group("山", user=HARUTO)
    house.change(talk.jobs[0]["id"], created_at=now() - 31)
    talk.says("山")
    assert len(talk.jobs) == 3


def test_nobody_whom_line_names_has_limits_too(house: House, settings: Settings) -> None:
    talk = talk_with(house, settings, daily_pictures=1)
    talk.in_group("海", user=None)
    talk.in_group("山", user=None)
    assert len(talk.jobs) == 1
    talk.in_group("山", user=HARUTO)
    assert len(talk.jobs) == 2


def test_nobody_whom_line_names_waits_for_the_like_only(house: House, settings: Settings) -> None:
    talk = talk_with(house, settings, max_queued_per_person=1)
    talk.in_group("海", user=AOI)
    talk.in_group("山", user=None)
    assert len(talk.jobs) == 2
    talk.in_group("川", user=None)
    assert len(talk.jobs) == 2
    assert told(talk, "waiting", limit=1)


def test_a_button_counts_as_a_wish(house: House, settings: Settings) -> None:
    talk = talk_with(house, settings, daily_pictures=4)
    talk.says("海")
    bring_to(house, talk.jobs[0]["id"], DELIVERED)
    data = f"four:{talk.jobs[0]['number']}:0"
    talk.tell(event(type="postback", postback={"data": data}))
    assert told(talk, "daily_left", left=3)
    assert len(talk.jobs) == 1


def test_without_limits_nothing_is_counted(house: House, settings: Settings) -> None:
    more: dict[str, Any] = {
        "daily_pictures": 0,
        "max_queued_per_group": 0,
        "max_queued_per_person": 100,
    }
    talk = talk_with(house, settings, **more)
    for _ in range(12):
        talk.in_group("海、4枚")
    assert len(talk.jobs) == 12
