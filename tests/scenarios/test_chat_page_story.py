"""The whole story as a person sees it: in a browser, from the prompt to the enlarged picture."""

from __future__ import annotations

import time

import pytest

from tests.browser import chromium, new_context
from tests.scenarios.house import House

pytestmark = pytest.mark.core


@pytest.mark.browser
def test_a_person_at_the_chat_page(house: House) -> None:
    """Types a prompt, sees the picture appear, asks for its number, and enlarges it."""
    mio = house.person()
    with chromium() as browser:
        page = new_context(browser).new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{house.simulator.base_url}/?room={mio}")
        page.wait_for_selector("body[data-live]")
        page.fill("#text", "夜の富士山、浮世絵風")
        page.press("#text", "Enter")

        picture = page.locator(".album .picture, .row .picture").first
        picture.wait_for(timeout=60_000)
        page.get_by_role("button", name="くわしく").last.click(timeout=60_000)
        page.wait_for_selector("text=受付番号", timeout=60_000)
        picture.click()
        viewer = page.get_by_role("dialog")
        viewer.wait_for()
        shown = viewer.locator(".stage img")
        deadline = time.monotonic() + 30
        while not (width := page.evaluate("document.querySelector('#viewer img').naturalWidth")):
            assert time.monotonic() < deadline, "the enlarged picture never came"
            page.wait_for_timeout(50)
        source = shown.get_attribute("src") or ""
        assert width >= 64
        assert source.startswith(f"{house.url}/pictures/")
        assert complaints == []
    job = house.wait_for_state(mio, "delivered")
    assert job["request"]["prompt"] == "夜の富士山、浮世絵風"
