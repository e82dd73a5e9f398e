"""Several wishes in one message: offered one by one, painted by taps."""

from __future__ import annotations

import json

import pytest

from bot.settings import Settings
from bot.store import message_refs
from bot.texts import gettext
from tests.bot.conversation.test_router import Talk, bring_to
from tests.bot.harness import House, event, in_group


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


def buttons(talk: Talk) -> list[str]:
    """What the buttons of the last card send."""
    [card] = json.loads(talk.answers[-1])
    footer = card["contents"]["footer"]["contents"]
    return [button["action"]["data"] for button in footer]


def tap(talk: Talk, data: str, *, is_group: bool = False) -> None:
    source = in_group() if is_group else None
    talk.tell(event(type="postback", postback={"data": data}, source=source))


def prompts(talk: Talk) -> list[str]:
    return [job["request"]["prompt"] for job in talk.jobs]


@pytest.mark.parametrize("is_group", [False, True])
def test_each_wish_is_painted_when_it_is_tapped(talk: Talk, *, is_group: bool) -> None:
    talk.in_group("①富士山②桜") if is_group else talk.says("①富士山②桜")
    assert talk.jobs == []
    assert buttons(talk) == ["each:富士山", "each:桜", "asked:yes"]
    tap(talk, "each:富士山", is_group=is_group)
    tap(talk, "each:桜", is_group=is_group)
    assert prompts(talk) == ["富士山", "桜"]


def test_all_of_them_may_be_one_picture(talk: Talk) -> None:
    talk.says("猫と犬を1枚ずつ")
    assert gettext("asked.several", "ja", count=2) in talk.answers[0]
    tap(talk, "asked:yes")
    assert prompts(talk) == ["猫と犬"]


def test_what_is_tapped_is_moderated_like_any_text(talk: Talk) -> None:
    tap(talk, "each:裸の女性の絵")
    tap(talk, "each:死にたい")
    tap(talk, "each:" + "あ" * 2000)
    assert talk.jobs == []
    assert gettext("refused.sexual", "ja") in talk.answers[0]
    assert "0120-061-338" in talk.answers[1]


def test_what_is_refused_is_not_offered(talk: Talk) -> None:
    talk.says("①裸の女性②桜")
    assert gettext("refused.sexual", "ja") in talk.answers[-1]
    assert talk.jobs == []


def test_a_list_about_a_picture_is_a_change_of_it(talk: Talk) -> None:
    job_id = talk.house.add()
    bring_to(talk.house, job_id, "delivered")
    with talk.house.database.write() as db:
        message_refs.record(db, job_id, [("shown-1", {"type": "image"})])
    quoting = event("①雪②月")
    quoting["message"]["quotedMessageId"] = "shown-1"
    talk.tell(quoting)
    assert talk.jobs[-1]["parent_id"] == job_id
