"""Whether everybody can use the pages: axe's rules on each, and the keyboard alone, in Chromium."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from werkzeug.serving import make_server

from bot.app import create_app
from bot.operations import actions
from bot.settings import Settings
from bot.storage import FolderStorage
from bot.store import bans, schema
from bot.store.clock import now
from tests.bot.harness import AOI, WISH
from tests.bot.valkey import Valkey
from tests.bot.web.admin.browser import PASSWORD
from tests.bot.web.admin.furnished import Web
from tests.bot.web.album import Album
from tests.browser import DESKTOP, PHONE, chromium, new_context, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# WCAG 2.2, A and AA, and what is good practice besides: headings in order, landmarks, and so on.
# The contrast of an element's text with what lies behind it, where axe cannot tell: in charts, and
# where the text is one character long.
CONTRAST = """(css) => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const line = (it) => ((it /= 255) <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * line(r) + 0.7152 * line(g) + 0.0722 * line(b);
  const text = document.querySelector(css);
  const style = getComputedStyle(text);
  let behind = text;
  while (rgb(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const ink = light(rgb(text instanceof SVGElement ? style.fill : style.color));
  const paper = light(rgb(getComputedStyle(behind).backgroundColor));
  return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
}"""
# Opens what is folded; of the word lists, which are long and alike, the first two.
OPEN = "[...document.querySelectorAll('details')].slice(0, 2).forEach((it) => (it.open = true))"
# How many elements Tab is to reach, and where it is now.
REACHABLE = """[...document.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
)].filter((it) => !it.disabled && it.checkVisibility({ visibilityProperty: true })).length"""
WHERE = """() => {
  const it = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(it);
  const shown = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  return { shown, text: it.innerText, place: [...document.all].indexOf(it) };
}"""
# What has to be pushed sideways to be read, or is wider than the window; a trace may be.
SIDEWAYS = """[...document.querySelectorAll("main, main *:not(pre)")].filter((it) =>
  it.scrollWidth > it.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(it).overflowX)
  || it.matches("table") && it.getBoundingClientRect().right > innerWidth + 1
).map((it) => it.outerHTML.slice(0, 150))"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def web(settings: Settings, album: Album, server: Valkey) -> Iterator[Web]:
    server.client.flushdb()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = replace(
        settings,
        admin_password=PASSWORD,
        public_url=f"http://127.0.0.1:{port}",
        broker_url=server.url,
        log_stream_max_lines=1000,
    )
    album.settings = settings
    album.storage = FolderStorage(settings.pictures_dir, settings.public_url)
    web = Web(settings, album)
    app = create_app(settings)
    serving = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield web
    serving.shutdown()
    thread.join()
    serving.server_close()
    app.extensions["publisher"].close()
    app.extensions["database"].close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as item:
        yield item


@pytest.fixture
def page(browser: Browser, web: Web) -> Iterator[Page]:
    """A page, in a profile of its own, that has been to the login."""
    yield from page_in(browser, web, "en-US")


@pytest.fixture
def japanese(browser: Browser, web: Web) -> Iterator[Page]:
    """The same, in a browser that asks for Japanese."""
    yield from page_in(browser, web, "ja-JP")


def page_in(browser: Browser, web: Web, locale: str) -> Iterator[Page]:
    with closing(new_context(browser, DESKTOP, locale)) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)  # a busy machine is no failure
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(f"{web.url}/admin/")
        yield page


def log_in(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Log out").wait_for()


def broken(page: Page) -> list[str]:
    """What of the page breaks a rule; nothing is left out."""
    # Of the rest, one node a rule is told: the whole of it takes seconds to write down.
    options = {"runOnly": RULES, "resultTypes": ["violations", "incomplete"]}
    result = Axe().run(page, options=options).response
    assert len(result["passes"]) > 10, "axe looked at nothing"
    wrong = [(each["id"], node) for each in result["violations"] for node in each["nodes"]]
    for item in result["incomplete"]:
        if item["id"] == "color-contrast":
            pale = [
                each for each in item["nodes"] if page.evaluate(CONTRAST, each["target"][0]) < 4.5
            ]
            wrong += [("pale", each) for each in pale]
    answer = ((rule, each["html"][:150], each["failureSummary"]) for rule, each in wrong)
    return [f"{page.url}: {' '.join(each)}" for each in answer]


PARTS = 3  # of the pages, so that no test takes too long
LAPTOP = (1100, 860)
LOOKS: tuple[tuple[tuple[int, int], Literal["light", "dark"]], ...] = (
    (LAPTOP, "light"),
    (PHONE, "dark"),
)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_breaks_a_rule(page: Page, web: Web, part: int) -> None:
    """Each page is loaded once, and examined wide and light, then narrow and dark.

    On a phone nothing has to be pushed sideways.
    """
    log_in(page)
    wrong = []
    for path in web.pages()[part::PARTS]:
        page.goto(web.url + path)
        page.evaluate(OPEN)
        for size, scheme in LOOKS:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            wrong += [f"{scheme}, {size[0]} px: {text}" for text in broken(page)]
        wrong += [f"{path} scrolls sideways: {html}" for html in page.evaluate(SIDEWAYS)]
    assert "\n".join(wrong) == ""


def japanese_pages(web: Web) -> list[str]:
    """One page of each kind, and those of two states of a job."""
    number = web.numbers
    left_out = ("job?state", *(f"job/{number[each]}" for each in ("delivered", "queued", "group")))
    left_out += (f"people/{bans.fingerprint(AOI)}",)
    return [path for path in web.pages() if not path.removeprefix("/admin/").startswith(left_out)]


def test_no_japanese_page_breaks_a_rule(japanese: Page, web: Web) -> None:
    """Japanese has other widths, and breaks its lines anywhere: nothing may be cut or pushed."""
    page = japanese
    wrong = broken(page)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="ログアウト").wait_for()
    for path in japanese_pages(web):
        page.goto(web.url + path)
        assert page.evaluate("document.documentElement.lang") == "ja"
        page.evaluate(OPEN)
        for size, scheme in LOOKS:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            wrong += [f"{scheme}, {size[0]} px: {text}" for text in broken(page)]
            wrong += [f"{path} scrolls at {size[0]} px: {html}" for html in page.evaluate(SIDEWAYS)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
                wrong.append(f"{path} is wider than {size[0]} px")
    assert "\n".join(wrong) == ""


def test_the_other_language_is_one_click_away(page: Page, web: Web) -> None:
    log_in(page)
    page.goto(f"{web.url}/admin/job?state=failed")
    page.get_by_role("link", name="日本語").click()
    page.get_by_role("heading", name="新しい依頼（失敗）").wait_for()
    page.goto(f"{web.url}/admin/")
    page.get_by_text("秒ごとに更新しています").wait_for()  # by the script
    page.goto(f"{web.url}/admin/log")
    page.get_by_role("status").filter(has_text="ライブ表示中です").wait_for()
    page.get_by_role("button", name="一時停止").click()
    web.write("something new")
    page.get_by_role("button", name="再開（1）").wait_for()
    page.get_by_role("link", name="English").click()
    page.get_by_role("heading", name="Live log").wait_for()


def test_no_answer_to_a_form_breaks_a_rule(page: Page, web: Web) -> None:
    wrong = broken(page)
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    wrong += broken(page)
    log_in(page)
    page.goto(f"{web.url}/admin/words")
    page.get_by_role("textbox", name="Prompt").fill("ペンギンの絵")
    page.get_by_role("button", name="Test").click()
    page.get_by_text("Refused", exact=True).wait_for()
    wrong += broken(page)
    assert wrong == []


FOCUSED = "document.activeElement.innerText"


def focused(page: Page) -> str:
    """What the element that has the focus says."""
    return str(page.evaluate(FOCUSED))


def test_the_keyboard_reaches_everything_and_shows_where_it_is(page: Page, web: Web) -> None:
    log_in(page)
    for path in ("", f"job/{web.numbers['failed']}", f"people/{bans.fingerprint(AOI)}", "log"):
        page.goto(f"{web.url}/admin/{path}")
        page.evaluate("document.activeElement.blur()")
        count, seen = page.evaluate(REACHABLE), []
        assert count > 10
        for _ in range(count):
            page.keyboard.press("Tab")
            seen.append(page.evaluate(WHERE))
        assert [text for text in seen if not text["shown"]] == [], "the focus cannot be seen"
        assert len({text["place"] for text in seen}) == count, "something is not reached"
        assert seen[0]["text"] == "Skip to the content"
    page.goto(f"{web.url}/admin/settings")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page) == "Drain workers", "the first button of the content"


def test_after_an_action_the_focus_is_on_what_came_of_it(page: Page, web: Web) -> None:
    """So that a screen reader reads it, and the next Tab goes on from there."""
    log_in(page)
    page.goto(f"{web.url}/admin/people/{bans.fingerprint(AOI)}")
    page.get_by_label("Reason").fill("floods")
    page.keyboard.press("Enter")
    page.get_by_text("Banned since").wait_for()
    wait_until(page, FOCUSED + ".startsWith('Banned')")
    page.goto(f"{web.url}/admin/words")
    page.get_by_role("textbox", name="Prompt").fill("赤いりんご")
    page.get_by_role("button", name="Test").press("Enter")
    page.get_by_text("Painted: no list").wait_for()
    wait_until(page, FOCUSED + ".startsWith('Painted')")
    page.goto(f"{web.url}/admin/log")
    page.get_by_label("Text").fill("painted")
    page.keyboard.press("Enter")
    page.locator("[role=log]:focus").wait_for()
    page.goto(f"{web.url}/admin/job/{web.numbers['failed']}")
    page.get_by_role("button", name="Show prompt").press("Enter")
    page.get_by_text(WISH).wait_for()
    wait_until(page, FOCUSED + " === 'The job'")
    page.get_by_role("button", name="Log out").press("Enter")
    field = page.get_by_role("textbox", name="Password", description="You are logged out.")
    expect(field).to_be_focused(timeout=60_000)


def test_what_is_new_comes_without_taking_the_focus(
    page: Page, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.admin.dashboard.REFRESH_SECONDS", 1)
    monkeypatch.setattr("bot.web.admin.job_page.REFRESH_SECONDS", 1)
    number, house = web.numbers["drawing"], web.house
    log_in(page)
    page.get_by_text("The charts as a table").click()
    link = page.get_by_role("region", name="Workers").get_by_role("link", name=number)
    link.focus()
    house.set(schema.alarms, schema.alarms.c.name == "queue_old", name="no_worker")
    web.do(actions.resume)
    page.get_by_role("row", name="no_worker").wait_for()
    page.get_by_text("an operator paused them").wait_for(state="hidden")
    assert focused(page) == number
    assert page.get_by_role("table", name="The last 6 hours").is_visible()
    page.get_by_role("button", name="Stop").press("Enter")
    web.do(actions.pause)
    page.wait_for_timeout(2500)
    assert not page.get_by_text("an operator paused them").is_visible()
    page.get_by_role("button", name="Go on").press("Enter")
    page.get_by_text("an operator paused them").wait_for()

    page.goto(f"{web.url}/admin/job/{number}")
    live = page.locator("[aria-live=polite]")
    expect(live).to_have_text(f"{number} drawing", timeout=60_000)
    page.get_by_role("button", name="Cancel it").focus()
    house.change(web.jobs["drawing"], state="cancelled", finished_at=now())
    page.get_by_text("It is over").wait_for()
    expect(live).to_have_text(f"{number} cancelled", timeout=60_000)
    wait_until(page, "document.activeElement.id === 'content'")  # its button is gone


def test_the_live_log_does_not_read_out_each_line(page: Page, web: Web) -> None:
    log_in(page)
    page.goto(f"{web.url}/admin/log")
    state = page.get_by_role("status")
    state.filter(has_text="Live:").wait_for()
    sentence = state.inner_text()
    pause = page.get_by_role("button", name="Pause")
    pause.focus()
    web.write("something new")
    page.locator("#log > li.new", has_text="something new").wait_for()
    assert state.inner_text() == sentence
    assert page.get_by_role("log").get_attribute("aria-live") == "off"
    assert pause.evaluate("(it) => it === document.activeElement")
