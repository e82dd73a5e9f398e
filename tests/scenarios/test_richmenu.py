"""The help and the rich menu, as people tap them."""

from __future__ import annotations

import json

import pytest

from bot.messages.help_carousel import examples
from bot.messages.rich_menu import AREAS
from bot.store.schema import jobs
from bot.texts import gettext
from tests.browser import PHONE, chromium, new_context
from tests.scenarios.house import House


def test_the_examples_of_the_help_are_painted(house: House) -> None:
    """In a 1:1 chat the tap sends the words; in a group, where they would mention nobody, the bot
    takes them from the button."""
    mio = house.person()
    house.simulator.send(mio, "使い方")
    carousel = house.simulator.wait_for(mio, lambda message: message.type == "flex")
    assert "■" in (carousel.alt_text or "")
    styled = next(examples("styles", "ja"))
    house.simulator.tap(carousel, styled.label)
    house.wait_for_picture(mio)
    assert house.job(mio)["request"]["prompt"] == styled.text

    group, member = house.group()
    house.simulator.send(group, "使い方", user=member, mention_bot=True)
    carousel = house.simulator.wait_for(group, lambda message: message.type == "flex")
    house.simulator.tap(carousel, "赤いりんご", user=member)
    house.wait_for_picture(group)
    job = house.job(group)
    assert (job["request"]["prompt"], job["user_id"]) == ("赤いりんご", member)


@pytest.mark.browser
def test_the_rich_menu_under_a_chat(house: House) -> None:
    """The operator makes it with one command; a person sees it and taps it."""
    house.ask("richmenu", "--remove")  # another story's, if there is one
    results = [json.loads(house.ask("richmenu", "--json")) for _ in range(2)]
    assert [item["changed"] for item in results] == [True, False]
    mio = house.person()
    with chromium() as browser:
        page = new_context(browser, PHONE).new_page()
        page.goto(f"{house.simulator.base_url}/?room={mio}")
        page.wait_for_selector("body[data-live]")
        menu = page.locator("#rich")
        menu.wait_for()
        assert menu.get_by_role("button").count() == len(AREAS)
        page.fill("#text", "赤いりんご")
        page.press("#text", "Enter")
        page.locator(".row .picture").first.wait_for(timeout=60_000)
        page.get_by_role("button", name=gettext("menu.again", "ja"), exact=True).first.click()
        page.locator(".row .picture").nth(1).wait_for(timeout=60_000)
        page.get_by_role("button", name=gettext("menu.bar", "ja"), exact=True).click()
        menu.wait_for(state="hidden")
    prompts = [row["request"]["prompt"] for row in house.rows(jobs, jobs.c.chat_id == mio)]
    assert prompts == ["赤いりんご", "赤いりんご"]
