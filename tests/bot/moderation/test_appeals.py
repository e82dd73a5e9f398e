"""「違います」 under a refusal: heard, masked, and shown to operators."""

from __future__ import annotations

import json

import pytest

from bot.moderation.appeals import is_appeal, mask
from bot.settings import Settings
from bot.store import appeals
from bot.store.appeals import MAX_APPEALS
from bot.store.clock import now
from bot.texts import gettext
from tests.bot.conversation.test_router import Talk
from tests.bot.harness import AOI, House, event

REFUSED = "裸の女性"


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


def kept(house: House) -> list[tuple[str, str]]:
    with house.database.read() as db:
        return [(appeal.wish, appeal.category) for appeal in appeals.list_appeals(db)]


def test_what_an_appeal_is() -> None:
    for text in (
        "違います",
        "違います！",
        "いえ、違います",
        "誤解です",
        "That's wrong",
        "ちがいます。",
    ):
        assert is_appeal(text.replace("、", "")), text
    for text in ("違う猫を描いて", "色が違います", "はい", ""):
        assert not is_appeal(text), text


def test_names_numbers_and_addresses_are_masked() -> None:
    shown = mask("田中さんと裸の猫 090-1234-5678 aoi@example.com")
    assert "裸の猫" in shown
    assert "田中" not in shown
    assert not any(letter.isdigit() for letter in shown)
    assert "example" not in shown


@pytest.mark.parametrize("way", ["words", "tap"])
def test_a_refusal_is_appealed_against(way: str, talk: Talk, house: House) -> None:
    talk.says(REFUSED)
    assert "asked:appeal" in talk.answers[-1]
    assert kept(house) == []
    if way == "words":
        talk.says("違います")
    else:
        talk.tell(event(type="postback", postback={"data": "asked:appeal"}))
    assert kept(house) == [(REFUSED, "sexual")]
    assert gettext("asked.appealed", "ja") in talk.answers[-1]
    talk.says("違います")
    assert len(kept(house)) == 1, "once only"
    assert talk.jobs == []


def test_yes_after_a_refusal_paints_nothing(talk: Talk, house: House) -> None:
    talk.says(REFUSED)
    talk.says("はい")
    assert talk.jobs == []
    assert kept(house) == []


def test_children_and_cries_are_no_matter_of_appeal(talk: Talk, house: House) -> None:
    for text in ("首吊りたい", "裸の子ども"):
        talk.says(text)
        assert "asked:appeal" not in json.dumps(talk.answers[-1])
        talk.says("違います")
    assert kept(house) == []


def test_an_appeal_goes_with_the_person_and_with_time(talk: Talk, house: House) -> None:
    for forget in ("person", "time"):
        talk.says(REFUSED)
        talk.says("違います")
        assert len(kept(house)) == 1
        with house.database.write() as db:
            if forget == "person":
                appeals.clear_line_id(db, AOI)
            else:
                appeals.delete_before(db, now() + 1)
        assert kept(house) == []


def test_old_appeals_give_way(house: House) -> None:
    with house.database.write() as db:
        for number in range(MAX_APPEALS + 3):
            appeals.add(db, "C", AOI, f"絵{number}", "hate")
    assert len(kept(house)) == MAX_APPEALS
