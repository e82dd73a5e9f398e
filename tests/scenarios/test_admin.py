"""The operator's pages, in a real browser before real processes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from bot.store.schema import audit
from tests.browser import DESKTOP, chromium, new_context, wait_until
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.privacy import personal_words
from tests.scenarios.processes import eventually
from tests.scenarios.test_operator import stream

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PASSWORD = "nur für die Leitung 絵筆"
NARROW = (360, 740)


def with_pages(house: House) -> str:
    """The address of the pages, which the house's web process serves from now on."""
    web = house.processes["web"]
    if web.env.get("ADMIN_PASSWORD") != PASSWORD:
        web.env["ADMIN_PASSWORD"] = PASSWORD
        house.restart("web")
    house.forget_logins()
    return f"{house.url}/admin/"


@contextmanager
def a_page(size: tuple[int, int] = DESKTOP, *, script: bool = True) -> Iterator[Page]:
    """A page that may complain of nothing: no error, nothing that the policy forbade."""
    with chromium() as browser:
        context = new_context(browser, size, "en-US")
        if not script:
            context = browser.new_context(
                viewport={"width": size[0], "height": size[1]}, java_script_enabled=False
            )
        context.set_default_timeout(PATIENCE * 1000)  # a busy machine is no failure
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if "Content Security" in message.text else None
            ),
        )
        yield page
        assert complaints == []


def log_in(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()


def fits(page: Page) -> bool:
    """Whether nothing makes the whole page wider than the window."""
    wide, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return bool(wide <= room)


def test_logging_in_and_looking_around_by_keyboard(house: House) -> None:
    address = with_pages(house)
    with a_page() as page:
        page.goto(address)
        assert "/admin/login?next=/admin/" in page.url
        page.keyboard.type("wrong")  # the field has the focus
        page.keyboard.press("Enter")
        alert = page.get_by_role("alert")
        alert.wait_for()
        assert "not the password" in alert.inner_text()
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Now").wait_for()
        assert page.url == address
        [cookie] = [item for item in page.context.cookies() if item["name"] == "efude_admin"]
        assert cookie["httpOnly"]
        assert (cookie["sameSite"], cookie["path"]) == ("Lax", "/admin")
        current = page.locator("nav [aria-current=page]")
        assert current.all_inner_texts() == ["Now"]
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        page.get_by_role("link", name="Jobs").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Find a job").wait_for()
        page.get_by_role("button", name="Log out").click()
        page.get_by_label("Password").wait_for()
        page.goto(address)
        assert "/admin/login" in page.url
    assert [line for line in house.log_lines("web") if PASSWORD in line] == []


def test_now_shows_who_is_alive_on_a_phone_and_without_script(house: House) -> None:
    address = with_pages(house)
    person = house.person()
    house.simulator.send(person, "赤いりんご")
    number = house.wait_for_state(person, "delivered")["number"]
    with a_page(NARROW, script=False) as page:
        log_in(page, address)
        workers = page.get_by_role("region", name="Workers and couriers")
        pid = house.processes["worker"].pid
        message = workers.inner_text()
        assert f"{pid}" in message
        assert "alive" in message
        assert "cpu" in message
        assert page.get_by_role("img", name=re.compile("Pictures a minute")).is_visible()
        page.goto(f"{address}job")
        page.get_by_label("Find a job").fill(number.lower().replace("-", ""))
        page.get_by_role("button", name="Find").click()
        page.get_by_role("heading", name=number).wait_for()
        assert page.url == f"{address}job/{number}"
        assert page.get_by_alt_text(f"Picture 1 of {number}").is_visible()
    with a_page(NARROW) as page:  # measured by script, which the pages themselves do not need
        log_in(page, address)
        assert fits(page)
        for path in ("job", f"job/{number}"):
            page.goto(f"{address}{path}")
            assert fits(page), path
        width = "document.querySelector('.pictures img').naturalWidth"
        wait_until(page, f"{width} > 0")


def test_the_reason_from_the_number_alone_and_a_second_try(house: House) -> None:
    """A worker cannot store what it painted. The person has a number; the admin, only that."""
    address = with_pages(house)
    before = len(house.rows(audit))
    person = house.person()
    folder = house.pictures_dir
    folder.mkdir(exist_ok=True)
    aside = folder.with_name("pictures-aside")
    folder.rename(aside)
    folder.write_text("not a folder", encoding="utf-8")
    try:
        house.simulator.send(person, "海の上の月、内緒の絵")
        house.wait_for_state(person, "failed")
        numbers_text = eventually(
            "the apology",
            lambda: [
                message.text for message in house.simulator.bot_messages(person) if message.text
            ],
            PATIENCE,
        )
        number = re.findall(r"[0-9A-Z]{3}-[0-9A-Z]{3}", "\n".join(numbers_text))[-1]
        # What the page shows comes from the database and from the log's stream, each in its time.
        eventually(
            "the apology is noted as sent",
            lambda: [row["state"] for row in house.deliveries(person, "result")] == ["sent"],
            PATIENCE,
        )
        eventually(
            "the worker's line is in the stream",
            lambda: any(
                (line.get("number"), line.get("event")) == (number, "job.attempt_failed")
                for line in stream(house)
            ),
            PATIENCE,
        )
        with a_page() as page:
            log_in(page, address)
            page.goto(f"{address}job")
            page.get_by_label("Find a job").fill(number)
            page.keyboard.press("Enter")
            page.get_by_role("heading", name=number).wait_for()
            sent = page.locator("main").inner_text()
            assert "storage_failed" in sent
            assert "It was painted, but could not be stored." in sent
            assert "python -m bot doctor" in sent
            lines = page.get_by_role("region", name="Log lines")
            worker = lines.get_by_role("row").filter(has_text="job.attempt_failed")
            assert f"{house.processes['worker'].pid}" in worker.inner_text()
            messages = page.get_by_role("region", name="Messages to LINE").inner_text()
            assert re.search(r"result by reply\s+sent", messages)
            assert re.search(r"[0-9a-f-]{36}", messages), "LINE's request id"
            whole = page.content() + page.url
            assert [text for text in personal_words(house) if text in whole] == []

            folder.unlink()
            aside.rename(folder)
            page.get_by_role("button", name="Paint it again").click()
            page.get_by_role("status").wait_for()
            assert "is in the queue again" in page.get_by_role("status").inner_text()
            house.wait_for_state(person, "delivered")
            page.goto(f"{address}job/{number}")
            wait_until(page, "document.querySelector('.pictures img').naturalWidth > 0")
            assert "result by push" in page.get_by_role("region", name="Messages").inner_text()
            assert "nothing is pushed twice" in page.locator("main").inner_text()
    finally:
        if folder.is_file():
            folder.unlink()
            aside.rename(folder)
    assert any(message.type == "image" for message in house.simulator.bot_messages(person))
    done = sorted(house.rows(audit), key=lambda item: item["at"])[before:]
    assert [(answer["action"], answer["who"]) for answer in done] == [
        ("log in", "admin@127.0.0.1"),
        ("retry", "admin@127.0.0.1"),
    ]
    assert done[1]["about"] == number
