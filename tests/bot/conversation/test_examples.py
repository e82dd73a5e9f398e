"""What the help offers to paint is a picture of its own, whatever was painted before."""

from __future__ import annotations

import pytest

from bot.messages.help_carousel import examples
from bot.prompt.options.styles import styles
from bot.settings import Settings
from tests.bot.conversation.test_dialogues import Dialogue
from tests.bot.conversation.test_router import Talk
from tests.bot.harness import House

PAGES = ("ask", "styles", "shape", "care")


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


def test_an_example_after_any_other_is_a_wish_of_its_own(talk: Talk) -> None:
    wrong = []
    texts = list(dict.fromkeys(each.text for page in PAGES for each in examples(page, "ja")))
    assert len(texts) >= 8
    for before in texts:
        for mark in ("", "~"):  # painted, or still to be painted
            for text in texts:
                dialogue = Dialogue(talk)
                dialogue.turn(before)
                facts = dialogue.turn(f"{mark}{text}")
                if facts[0] != "new" or "cancelled" in facts:
                    wrong.append(f"{before} -> {mark}{text}: {facts[:2]}")
    assert not wrong, "\n".join(wrong)


def test_a_thing_in_any_style_is_a_wish_of_its_own(talk: Talk) -> None:
    wrong = []
    for label in styles():
        for text in (f"黒い魚、{label}", f"{label}、黒い魚", f"黒い魚を{label}で"):
            dialogue = Dialogue(talk)
            dialogue.turn("青い家")
            facts = dialogue.turn(f"~{text}")
            if facts[0] != "new" or "cancelled" in facts:
                wrong.append(f"{text}: {facts[:2]}")
    assert not wrong, "\n".join(wrong)
