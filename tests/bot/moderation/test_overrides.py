"""Changed word lists: a word that operators add or remove holds from the next request on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.moderation import (
    CATEGORIES,
    ListChanges,
    Moderation,
    edit_lists,
    get_lists,
    get_moderation,
    overrides,
)
from bot.moderation.lists import apply_changes
from bot.operations import actions as operator_actions
from bot.settings import Settings
from bot.store import schema
from bot.texts import gettext
from tests.bot.conversation.test_router import Talk
from tests.bot.harness import House

LISTS = get_lists()


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


def actions(house: House) -> list[tuple[str, str, str | None]]:
    rows = sorted(house.rows(schema.audit), key=lambda row: float(row["at"]))
    return [(row["action"], row["about"], row["detail"]) for row in rows]


def test_a_word_of_the_operators_is_refused_from_the_next_wish_on(
    house: House, settings: Settings
) -> None:
    talk = Talk(house, replace(settings, max_queued_per_person=9))
    talk.says("ペンギンの絵")
    assert len(talk.jobs) == 1
    with house.database.write() as db:
        operator_actions.add_word(db, LISTS, "hate", "ペンギン")
    talk.says("ぺんぎんの絵")  # in whatever spelling, as every word of the lists
    assert gettext("refused.hate", "ja") in talk.answers[-1]
    with house.database.write() as db:
        operator_actions.add_word(db, LISTS, edit_lists.ALLOWED, "ペンギンのぬいぐるみ")
    talk.says("ペンギンのぬいぐるみ")
    with house.database.write() as db:
        operator_actions.remove_word(db, LISTS, "hate", "ペンギン")
    talk.says("ペンギンの絵")
    wishes = [job["request"]["prompt"] for job in talk.jobs]
    assert wishes[0] == wishes[-1]
    assert "ペンギンのぬいぐるみ" in wishes
    assert actions(house)[0] == ("add word", "hate", "ペンギン")


def test_a_word_that_is_removed_passes_and_comes_back(talk: Talk, house: House) -> None:
    word = "首吊り自殺"
    with house.database.write() as db:
        operator_actions.remove_word(db, LISTS, "self_harm", word)
        left = overrides.load(db)
    assert left == ListChanges(removed=(("self_harm", word),))
    assert word not in edit_lists.list_words(LISTS, left, "self_harm")
    assert Moderation(apply_changes(LISTS, left)).classify("首吊り") == "self_harm", "others stay"
    with house.database.write() as db:
        operator_actions.add_word(db, LISTS, "self_harm", word)
        assert overrides.load(db) == ListChanges()


def test_the_lists_are_amended_category_by_category() -> None:
    changes = ListChanges(removed=(("sexual", "裸"),))
    judge = get_moderation(None, changes)
    assert get_moderation().classify("裸の男性") == "sexual"
    assert judge.classify("裸の男性") is None
    assert judge.classify("裸の子ども") == "minors"
    assert get_moderation(None, ListChanges(added=(("no such", "海"),))).classify("海") is None


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
    with pytest.raises(edit_lists.WordError, match=says):
        edit_lists.add_word(LISTS, ListChanges(), category, word)


def test_words_that_cannot_be_removed() -> None:
    with pytest.raises(edit_lists.WordError, match="protect children"):
        edit_lists.remove_word(LISTS, ListChanges(), "minors", "ロリコン")
    with pytest.raises(edit_lists.WordError, match="not there"):
        edit_lists.remove_word(LISTS, ListChanges(), "hate", "そんなことばはない")
    with pytest.raises(edit_lists.WordError, match="stands in a file"):
        edit_lists.remove_word(LISTS, ListChanges(), edit_lists.ALLOWED, LISTS.allowed[0])
    added = edit_lists.add_word(LISTS, ListChanges(), "minors", "ペンギン")
    assert edit_lists.remove_word(LISTS, added, "minors", "ペンギン") == ListChanges()


def test_there_is_an_end_to_words() -> None:
    many = ListChanges(added=tuple(("hate", f"語{index}") for index in range(edit_lists.MAX_WORDS)))
    with pytest.raises(edit_lists.WordError, match="MODERATION_LISTS_PATH"):
        edit_lists.add_word(LISTS, many, "hate", "ペンギン")


def test_words_of_an_admins_file_can_be_removed_too(tmp_path: Path) -> None:
    path = tmp_path / "more.toml"
    path.write_text('[[rule]]\ncategory = "gore"\nwords = ["ペンギン"]\n', encoding="utf-8")
    changes = edit_lists.remove_word(get_lists(path), ListChanges(), "gore", "ペンギン")
    assert get_moderation(path).classify("ペンギン") == "gore"
    assert get_moderation(path, changes).classify("ペンギン") is None


def test_every_category_shows_its_words_once() -> None:
    for category in (*CATEGORIES, edit_lists.ALLOWED):
        result = edit_lists.list_words(LISTS, ListChanges(), category)
        assert result
        assert len(result) == len(set(result))
