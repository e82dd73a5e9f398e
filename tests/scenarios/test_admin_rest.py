"""The operator at a browser: follows a picture in the log, bans somebody, pauses the house."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.store.bans import fingerprint
from bot.texts import gettext
from tests.browser import chromium, new_context
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually

pytestmark = pytest.mark.browser

PASSWORD = "a password for the pages"
_sessions: dict[str, Any] = {}  # one login a house


def log_in(page: Page) -> None:
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_selector("nav")


@contextmanager
def desk(house: House) -> Iterator[Page]:
    """A page of a browser that has logged in; at the end, that nothing on it went wrong."""
    with house.set("web", ADMIN_PASSWORD=PASSWORD), chromium() as browser:
        context = new_context(browser, locale="en-US")
        if cookies := _sessions.get(house.url):
            context.add_cookies(cookies)
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if "Security Policy" in message.text else None
            ),
        )
        page.goto(f"{house.url}/admin/")
        if page.locator("#password").count():
            house.forget_logins()
            log_in(page)
            _sessions[house.url] = context.cookies()
        yield page
        assert complaints == []


def paint(house: House, person: str, prompt: str) -> str:
    """Have a picture painted and delivered; its 受付番号."""
    house.simulator.send(person, prompt)
    return str(house.wait_for_state(person, "delivered")["number"])


def follow(page: Page) -> None:
    page.get_by_role("link", name="Live log").click()
    expect(page.locator("#state")).to_contain_text("Live:", timeout=PATIENCE * 1000)


def lines(page: Page, text: str) -> Any:
    """The lines that can be seen and hold this text."""
    return page.locator("#log > li:visible", has_text=text)


def test_a_painting_is_followed_as_it_happens(house: House) -> None:
    first, second, third = (house.person(name) for name in ("みお", "りく", "そら"))
    with desk(house) as page:
        follow(page)
        number = paint(house, first, "灯台の絵")
        for event in ("job.queued", "job.drawn", "task.finished"):
            lines(page, number).filter(has_text=event).first.wait_for()
        assert "灯台" not in page.content()

        page.fill("#job", number.lower())
        page.get_by_role("button", name="Show").click()
        expect(page.locator("#state")).to_contain_text("Live:", timeout=PATIENCE * 1000)
        other = paint(house, second, "風車の絵")
        house.simulator.send(first, "まだ？")  # one more line about the first, after the other's
        page.locator("#log > li.new", has_text=number).first.wait_for()
        assert lines(page, other).count() == 0

        page.get_by_role("link", name="No filter").click()
        expect(page.locator("#state")).to_contain_text("Live:", timeout=PATIENCE * 1000)
        lines(page, other).first.wait_for()
        page.get_by_role("button", name="Pause").click()
        hidden = paint(house, third, "水車の絵")
        page.get_by_role("button", name=re.compile(r"Go on \([1-9]")).wait_for()
        assert lines(page, hidden).count() == 0
        page.get_by_role("button", name="Go on").click()
        lines(page, hidden).first.wait_for()
        page.fill("#text", other)
        expect(lines(page, hidden)).to_have_count(0)
        assert lines(page, other).count() > 0
        with page.expect_download() as coming:
            page.get_by_role("button", name="Download").click()
        kept = coming.value.path().read_text(encoding="utf-8")
        assert other in kept
        assert hidden not in kept


def raw_stream(house: House) -> HTTPResponse:
    """The stream of the live log, as it goes over the wire, with the operator's session."""
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in _sessions[house.url])
    request = urllib.request.Request(f"{house.url}/admin/log/stream", headers={"Cookie": cookies})
    answer = urllib.request.urlopen(request, timeout=PATIENCE)
    assert isinstance(answer, HTTPResponse)
    return answer


def test_a_stream_does_not_hold_up_a_stop_and_comes_back(house: House) -> None:
    person = house.person()
    with desk(house) as page:
        follow(page)
        web = house.processes["web"]
        with raw_stream(house) as stream:
            assert stream.readline().startswith(b"retry:")
            web.terminate()
            stream.read()  # raises IncompleteRead where the process was killed over it
            assert web.wait(PATIENCE) == 0
        house.start("web")
        number = paint(house, person, "灯台の絵")
        lines(page, number).filter(has_text="drawn").first.wait_for()


def test_a_person_is_banned_and_forgiven(house: House) -> None:
    person = house.person()
    number = paint(house, person, "りんごの絵")
    with desk(house) as page:
        page.get_by_role("link", name="People").click()
        page.fill("#who", number)
        page.get_by_role("button", name="Find").click()
        page.get_by_role("heading", name=f"Person {fingerprint(person)[:8]}").wait_for()
        page.fill("#reason", "floods")
        page.get_by_role("button", name="Ban them").click()
        page.get_by_text("Banned since").wait_for()
        house.simulator.send(person, "みかんの絵")
        house.wait_for_text(person, gettext("problem.banned", "ja"))
        page.get_by_role("button", name="Lift the ban").click()
        page.get_by_text("The ban is lifted.").wait_for()
        house.simulator.send(person, "ぶどうの絵")
        eventually("a second picture", lambda: len(house.pictures(person)) == 2, PATIENCE)
        assert person not in page.content()
        page.goto(f"{house.url}/admin/audit")
        mark = fingerprint(person)[:16]
        for action in ("ban", "unban"):
            page.get_by_role("row", name=f"admin@127.0.0.1 {action} {mark}").wait_for()


def test_the_house_is_paused_drained_and_resumed(house: House) -> None:
    resting, waiting = house.person("みお"), house.person("りく")
    with desk(house) as page:
        page.get_by_role("link", name="Settings").click()
        page.get_by_role("button", name="Pause accepting").click()
        page.get_by_text("paused since").wait_for()
        house.simulator.send(resting, "りんごの絵")
        house.wait_for_text(resting, gettext("problem.paused", "ja"))
        page.get_by_role("button", name="Resume").click()
        page.get_by_text("paused since").wait_for(state="hidden")

        page.get_by_role("button", name="Drain workers").click()
        page.get_by_text("draining since").wait_for()
        left = len(house.log_entries("worker", "job.left_queued"))
        house.simulator.send(waiting, "みかんの絵")
        job = house.wait_for_state(waiting, "queued")
        eventually(
            "the worker leaves it",
            lambda: len(house.log_entries("worker", "job.left_queued")) > left,
            PATIENCE,
        )
        assert house.job(waiting)["state"] == "queued"
        page.get_by_role("button", name="Resume").click()
        page.get_by_text("draining since").wait_for(state="hidden")
        assert house.wait_for_state(waiting, "delivered")["number"] == job["number"]
        assert house.pictures(resting) == []
