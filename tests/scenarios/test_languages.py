"""English for those whose LINE speaks it, and for those who ask for it."""

from __future__ import annotations

from bot.store.schema import chats
from bot.texts import gettext
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually


def test_an_english_person_reads_english_from_the_first_word(house: House) -> None:
    """The greeting waits until LINE has told the language; LINE is asked only once."""
    kate = house.simulator.add_person("Kate", language="en")
    house.simulator.follow(kate, wait=True)
    house.wait_for_text(kate, gettext("greeting.user_title", "en"))
    assert [row["language"] for row in house.rows(chats, chats.c.id == kate)] == ["en"]
    house.simulator.send(kate, "🎨")
    house.wait_for_text(kate, gettext("problem.only_emoji", "en"))
    house.simulator.send(kate, "赤いりんご")
    house.wait_for_text(kate, gettext("picture.titled", "en", prompt="赤いりんご"))
    house.settle()
    assert len(house.simulator.log(f"/profile/{kate}")) == 1

    house.ask("richmenu")

    def last() -> tuple[str, int]:
        call = house.simulator.log(f"/user/{kate}/richmenu")[-1]
        return call["method"], call["status"]

    eventually("she sees the English menu", lambda: last() == ("POST", 200), PATIENCE)

    house.simulator.send(kate, "日本語で話して")
    house.wait_for_text(kate, gettext("language.chosen", "ja"))
    eventually("and then everybody's", lambda: last() == ("DELETE", 200), PATIENCE)
    house.simulator.send(kate, "🎨🎨")
    house.wait_for_text(kate, gettext("problem.only_emoji", "ja"))


def test_a_group_is_spoken_to_as_it_asks(house: House) -> None:
    """Japanese, whoever is in it, until somebody mentions the bot and asks for English."""
    kate = house.simulator.add_person("Kate", language="en")
    group = house.simulator.add_group("Painters", [kate, house.person()])
    house.simulator.send(group, "赤いりんご", user=kate, mention_bot=True)
    house.wait_for_text(group, gettext("picture.titled", "ja", prompt="赤いりんご"))
    house.simulator.send(group, "speak English", user=kate, wait=True)
    house.simulator.send(group, "speak English", user=kate, mention_bot=True)
    house.wait_for_text(group, gettext("language.chosen", "en"))
    house.settle()
    texts = [message.text for message in house.simulator.bot_messages(group)]
    assert texts.count(gettext("language.chosen", "en")) == 1, "only who mentions the bot is heard"
    house.simulator.send(group, "青い空", user=kate, mention_bot=True)
    house.wait_for_text(group, gettext("picture.titled", "en", prompt="青い空"))


def test_the_rules_of_use_are_told_with_the_first_picture_only(house: House) -> None:
    """Whoever never saw a greeting is told all the same; nobody twice."""
    mio = house.person()
    house.simulator.send(mio, "赤いりんご")
    first = house.wait_for_text(mio, gettext("picture.titled", "ja", prompt="赤いりんご"))
    house.simulator.send(mio, "青い空")
    second = house.wait_for_text(mio, gettext("picture.titled", "ja", prompt="青い空"))
    house.settle()
    terms = f"{house.url}/terms"
    answer = [[action.get("uri") for action in shown.actions()] for shown in (first, second)]
    assert [links.count(terms) for links in answer] == [1, 0]
