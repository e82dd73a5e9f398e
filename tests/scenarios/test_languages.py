"""English for those whose LINE speaks it, and for those who ask for it."""

from __future__ import annotations

import subprocess
import sys

from bot.tables import chats
from bot.texts import say
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually


def test_an_english_person_reads_english_from_the_second_message(house: House) -> None:
    """The greeting goes at once; meanwhile LINE is asked for the profile, and only once."""
    kate = house.simulator.add_person("Kate", language="en")
    house.simulator.follow(kate, wait=True)
    house.wait_for_text(kate, "絵筆です")
    eventually(
        "the profile is known",
        lambda: [it for it in house.rows(chats, chats.c.id == kate) if it["language"] == "en"],
        PATIENCE,
    )
    house.simulator.send(kate, "🎨")
    house.wait_for_text(kate, say("problem.only_emoji", "en"))
    house.simulator.send(kate, "赤いりんご")
    house.wait_for_text(kate, say("picture.titled", "en", prompt="赤いりんご"))
    house.settle()
    assert len(house.simulator.log(f"/profile/{kate}")) == 1

    command = [sys.executable, "-m", "bot", "richmenu"]
    subprocess.run(command, env=house.env, cwd=house.folder, check=True, timeout=240)

    def last() -> tuple[str, int]:
        call = house.simulator.log(f"/user/{kate}/richmenu")[-1]
        return call["method"], call["status"]

    eventually("she sees the English menu", lambda: last() == ("POST", 200), PATIENCE)

    house.simulator.send(kate, "日本語で話して")
    house.wait_for_text(kate, say("language.chosen", "ja"))
    eventually("and then everybody's", lambda: last() == ("DELETE", 200), PATIENCE)
    house.simulator.send(kate, "🎨🎨")
    house.wait_for_text(kate, say("problem.only_emoji", "ja"))


def test_a_group_is_spoken_to_as_it_asks(house: House) -> None:
    """Japanese, whoever is in it, until somebody mentions the bot and asks for English."""
    kate = house.simulator.add_person("Kate", language="en")
    group = house.simulator.add_group("Painters", [kate, house.person()])
    house.simulator.send(group, "赤いりんご", user=kate, mention_bot=True)
    house.wait_for_text(group, say("picture.titled", "ja", prompt="赤いりんご"))
    house.simulator.send(group, "speak English", user=kate, wait=True)
    house.simulator.send(group, "speak English", user=kate, mention_bot=True)
    house.wait_for_text(group, say("language.chosen", "en"))
    house.settle()
    said = [it.text for it in house.simulator.bot_messages(group)]
    assert said.count(say("language.chosen", "en")) == 1, "only who mentions the bot is heard"
    house.simulator.send(group, "青い空", user=kate, mention_bot=True)
    house.wait_for_text(group, say("picture.titled", "en", prompt="青い空"))


def test_the_rules_of_use_are_told_with_the_first_picture_only(house: House) -> None:
    """Whoever never saw a greeting is told all the same; nobody twice."""
    mio = house.person()
    house.simulator.send(mio, "赤いりんご")
    house.wait_for_text(mio, f"{house.url}/terms")
    house.simulator.send(mio, "青い空")
    house.wait_for_text(mio, say("picture.titled", prompt="青い空"))
    house.settle()
    said = "".join(it.text or "" for it in house.simulator.bot_messages(mio))
    assert said.count("/terms") == 1
