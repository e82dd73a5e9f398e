"""Limits: at once, of a group, in a day, and how soon again; and what gives them back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot import messages
from bot.jobs import CANCELLED, DELIVERED, FAILED, limits
from bot.settings import SettingError, Settings
from bot.store import schema
from bot.store.clock import now
from bot.texts import gettext
from tests.bot.conversation.test_router import HARUTO, Talk, bring_to
from tests.bot.harness import AOI, House, event

YUI = "U" + "c" * 32


def talk_with(house: House, settings: Settings, **fields: Any) -> Talk:
    return Talk(house, replace(settings, **fields))


def told(talk: Talk, kind: str, **values: Any) -> bool:
    return messages.limit_reached(kind, lang="ja", **values)[0]["text"] in talk.answers[-1]


def test_a_group_shares_what_waits(house: House, settings: Settings) -> None:
    talk = talk_with(house, settings, max_queued_per_group=3, max_extra_queued=0)
    for person in (AOI, AOI, HARUTO, YUI):
        talk.in_group("海", user=person)
    assert len(talk.jobs) == 3
    assert told(talk, "group", limit=3)
    talk.says("海", source={"type": "user", "userId": YUI})  # a chat of their own
    assert len(talk.jobs) == 4
    bring_to(house, talk.jobs[0]["id"], DELIVERED)
    talk.in_group("海", user=YUI)
    assert len(talk.jobs) == 5


def test_a_correction_counts_instead_of_what_it_corrects(house: House, settings: Settings) -> None:
    talk = talk_with(house, settings, max_pictures_per_day=2, max_queued_per_person=1)
    for words in ("車", "やっぱり青で", "やっぱり緑で"):
        talk.says(words)
    *corrected, last = [job["id"] for job in talk.jobs]
    assert [house.state(job_id) for job_id in corrected] == [CANCELLED, CANCELLED]
    talk.says("夜にして、4枚で")
    assert told(talk, "daily_left", left=2)
    assert house.state(last) not in {CANCELLED, FAILED}  # it stays if what corrects it cannot be
    bring_to(house, last, DELIVERED)
    talk.says("海")
    talk.says("山")
    assert told(talk, "daily", limit=2)
    assert len(talk.jobs) == 4


def test_a_day_has_so_many_pictures_for_one_person(house: House, settings: Settings) -> None:
    talk = talk_with(house, settings, max_pictures_per_day=5, max_queued_per_person=50)
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
        house.change(job["id"], created_at=limits.day_start() - 1)
    talk.says("川、4枚")
    assert len(talk.jobs) == 4


@pytest.mark.parametrize("state", [FAILED, CANCELLED])
def test_what_never_came_is_given_back(house: House, settings: Settings, state: str) -> None:
    talk = talk_with(house, settings, max_pictures_per_day=1, cooldown_seconds=60)
    talk.says("海")
    bring_to(house, talk.jobs[0]["id"], state)
    talk.says("山")
    assert len(talk.jobs) == 2


def test_the_day_is_that_of_japan(monkeypatch: pytest.MonkeyPatch) -> None:
    noon = 1_795_359_600.0  # 2026-11-22 15:00 UTC: midnight in Japan
    for moment, began in ((noon, noon), (noon + 86_399, noon), (noon - 1, noon - 86_400)):
        monkeypatch.setattr(limits, "now", lambda moment=moment: moment)
        assert limits.day_start() == began


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
    talk = talk_with(house, settings, max_pictures_per_day=1)
    talk.in_group("海", user=None)
    talk.in_group("山", user=None)
    assert len(talk.jobs) == 1
    talk.in_group("山", user=HARUTO)
    assert len(talk.jobs) == 2


def test_nobody_whom_line_names_waits_for_the_like_only(house: House, settings: Settings) -> None:
    talk = talk_with(house, settings, max_queued_per_person=1, max_extra_queued=0)
    talk.in_group("海", user=AOI)
    talk.in_group("山", user=None)
    assert len(talk.jobs) == 2
    talk.in_group("川", user=None)
    assert len(talk.jobs) == 2
    assert told(talk, "waiting", limit=1)


def test_a_button_counts_as_a_wish(house: House, settings: Settings) -> None:
    talk = talk_with(house, settings, max_pictures_per_day=4)
    talk.says("海")
    bring_to(house, talk.jobs[0]["id"], DELIVERED)
    data = f"four:{talk.jobs[0]['number']}:0"
    talk.tell(event(type="postback", postback={"data": data}))
    assert told(talk, "daily_left", left=3)
    assert len(talk.jobs) == 1


def test_without_limits_nothing_is_counted(house: House, settings: Settings) -> None:
    extra: dict[str, Any] = {
        "max_pictures_per_day": 0,
        "max_queued_per_group": 0,
        "max_queued_per_person": 100,
    }
    talk = talk_with(house, settings, **extra)
    for _ in range(12):
        talk.in_group("海、4枚")
    assert len(talk.jobs) == 12


def test_limits_as_they_are_typed() -> None:
    typed = [
        ("daily_pictures", "12", 12),
        ("daily_pictures", " ", None),
        ("cooldown_seconds", "1.5", 1.5),
    ]
    parsed = [(name, text, limits.parse_override(name, text)) for name, text, _ in typed]
    assert parsed == typed
    for name, text in (("queued_per_person", "0"), ("queued_per_group", "many")):
        with pytest.raises(SettingError, match=name):
            limits.parse_override(name, text)


def test_beyond_the_limit_a_wish_waits_its_turn(house: House, settings: Settings) -> None:
    """The same token cannot be spent twice: it tells the place, and a tap brings the picture."""
    talk = talk_with(house, settings, max_queued_per_person=1, max_extra_queued=2)
    replies = [talk.says(wish, replyToken=wish) for wish in ("海", "山", "川", "森")]
    tasks = [[message.task for message in reply] for reply in replies]
    assert tasks == [["draw", "show_loading"], ["draw", "send"], ["draw", "send"], ["send"]]
    tokens = {row["token"]: row["job_id"] for row in house.rows(schema.reply_tokens)}
    assert tokens == {"海": talk.jobs[0]["id"]}
    for job, ahead in zip(talk.jobs[1:], (1, 2), strict=True):
        [ticket] = house.deliveries(job["id"])
        words = json.dumps(ticket["messages"], ensure_ascii=False)
        assert ticket["kind"] == "ticket"
        assert gettext("ticket.lined_up", "ja", ahead=ahead) in words
        assert f"順番は{ahead + 1}番目です。" in words
        assert f"pick:{job['number']}" in words
    assert told(talk, "waiting", limit=3)
    bring_to(house, talk.jobs[0]["id"], DELIVERED)
    talk.says("森")
    assert len(talk.jobs) == 4


def test_the_day_holds_for_what_waits_its_turn(house: House, settings: Settings) -> None:
    talk = talk_with(house, settings, max_queued_per_person=1, max_pictures_per_day=5)
    talk.says("海、4枚")
    talk.says("山、2枚")
    assert told(talk, "daily_left", left=1)
    assert len(talk.jobs) == 1


def test_a_group_lines_up_together(house: House, settings: Settings) -> None:
    """Whoever speaks: of both limits the group's tells how many are before it."""
    extra: dict[str, Any] = {"max_queued_per_person": 1, "max_queued_per_group": 2}
    talk = talk_with(house, settings, max_extra_queued=1, **extra)
    for person, ahead in ((AOI, 0), (HARUTO, 0), (YUI, 2), (AOI, 0)):
        before = len(talk.jobs)
        talk.in_group("海", user=person)
        told_ahead = gettext("ticket.lined_up", "ja", ahead=ahead)
        assert (len(talk.jobs) > before) == (before < 3)
        assert bool(talk.answers and told_ahead in talk.answers[-1]) == bool(ahead)
    assert told(talk, "group", limit=3)


def test_without_extra_places_a_full_queue_declines(house: House, settings: Settings) -> None:
    talk = talk_with(house, settings, max_queued_per_person=1, max_extra_queued=0)
    talk.says("海")
    talk.says("山")
    assert len(talk.jobs) == 1
    assert told(talk, "waiting", limit=1)
