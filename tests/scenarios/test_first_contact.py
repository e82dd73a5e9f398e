"""The first thing that somebody sees: a greeting in their language, with a picture to go by."""

from __future__ import annotations

from typing import Any

import pytest

from bot.store import samples
from bot.tasks.samples import GREETING
from bot.texts import gettext
from inference.models import catalog
from tests.browser import PHONE, chromium, new_context, wait_until
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually

pytestmark = pytest.mark.core

WIDE = (1100, 900)
MAX_HEIGHT = 540  # CSS pixels: a phone shows all of it above the menu


def wait_for_sample(house: House) -> samples.Sample:
    """Return the greeting's picture, once the worker has painted it."""
    result: list[samples.Sample] = []

    def painted() -> bool:
        with house.database.read() as db:
            sample = samples.find(db, GREETING)
        result.extend([sample] if sample else [])
        return bool(result)

    eventually("the model has painted the greeting's picture", painted, 4 * PATIENCE)
    return result[0]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_greeting_speaks_the_persons_language_and_shows_a_picture(
    house: House, language: str
) -> None:
    """Nothing comes before it; what it offers is painted when it is tapped."""
    sample = wait_for_sample(house)
    person = house.simulator.add_person("Kate" if language == "en" else "けい", language=language)
    house.simulator.follow(person, wait=True)
    greeting = house.wait_for_text(person, gettext("greeting.user_title", language))
    assert [message.type for message in house.simulator.bot_messages(person)] == ["flex"]
    assert greeting.flex is not None
    assert sample.preview_key in greeting.flex["hero"]["url"]
    example = catalog.examples(None)[0]
    with chromium() as browser:
        for size in (PHONE, WIDE):
            page = new_context(browser, size).new_page()
            page.goto(f"{house.simulator.base_url}/?room={person}")
            page.wait_for_selector("body[data-live]")
            bubble = page.locator(".row:has(.fx-hero)").last
            bubble.wait_for()
            wait_until(page, "document.querySelector('.fx-hero img').naturalWidth > 0")
            box: Any = bubble.bounding_box()
            assert 200 < box["height"] <= MAX_HEIGHT, box
            assert box["width"] <= size[0]
            assert page.get_by_text(gettext("greeting.terms", language)).last.is_visible()
        bubble.locator(f"button:has-text('{example.prompt}')").first.click()
        house.wait_for_picture(person)
    assert house.job(person)["request"]["prompt"] == example.prompt
