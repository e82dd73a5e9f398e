"""Whether everybody can use the pages: axe's rules on each, and the keyboard alone, in Chromium."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import Connection, insert
from werkzeug.serving import make_server

from bot import bans, chats, jobs, measures, tables
from bot.albums import open_album
from bot.app import create_app
from bot.database import now
from bot.logstream import LogStream
from bot.moderation import lists_of
from bot.settings import Settings
from bot.storage import FolderStorage
from tests.bot.house import AOI, GROUP, WISH
from tests.bot.test_admin import PASSWORD
from tests.bot.test_album import Album, album
from tests.bot.test_conversation import HARUTO
from tests.bot.test_logstream import line, server
from tests.bot.valkey import Valkey
from tests.browser import DESKTOP, PHONE, chromium, new_context

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["album", "server"]  # fixtures
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
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Web:
    """A web process's application with something on every page, served to browsers."""

    def __init__(self, settings: Settings, album: Album) -> None:
        self.settings, self.house, self.album = settings, album.house, album
        self.url = settings.public_url
        self.numbers: dict[str, str] = {}
        self.furnish()

    def furnish(self) -> None:
        """One job in each state, a worker that paints and one that is silent, an alarm, a ban."""
        house = self.house
        made = {"delivered": self.album.paint("赤いりんごの絵").id, "queued": house.add()}
        made["group"] = self.album.paint(chat=GROUP, user=HARUTO, count=2).id
        made["failed"], made["drawing"] = house.add(), house.add()
        house.claim(made["failed"])
        house.claim(made["drawing"], owner="gpu-7:41/3", lease=600)
        house.change(made["drawing"], step=12, steps=30)
        about = {"model": "mame", "device": "cuda:0", "slots": 4, "active": 1, "memory": 2e9}
        about["device_memory"] = {"used": 6e9, "total": 16e9}
        heard = {"quota": {"limit": 200, "used": 150, "at": now()}, "basic_id": "@efude"}
        workers = [
            ("gpu-7:41", "worker", 41, now() + 600, about),
            ("gpu-8:9", "worker", 9, now() - 100, about),
            ("web-1:3", "courier", 3, now() + 600, heard),
        ]
        alarm = {"name": "queue_old", "since": now() - 720, "seen_at": now(), "detail": "12 min"}
        with house.database.write() as db:
            jobs.fail(db, made["failed"], "storage_failed", owner="w")
            for name, process, pid, seen, what in workers:
                row = {"id": name, "process": process, "host": name[:5], "pid": pid, "about": what}
                db.execute(insert(tables.workers).values(**row, started_at=1.0, seen_at=seen))
            db.execute(insert(tables.alarms).values(**alarm))
            measures.ban(db, HARUTO, "floods the queue")
            measures.pause(db)
            measures.remove_word(db, lists_of(), "self_harm", "首吊り自殺")
            measures.add_word(db, lists_of(), "hate", "ペンギン")
            job = jobs.get(db, made["failed"])
            assert job is not None
            chats.see(db, AOI, "user")
            self.secret = open_album(db, AOI)
        self.jobs = made
        self.numbers = {name: house.job(it).number for name, it in made.items()}
        for level in ("info", "warning", "error"):
            more = {"level": level, "number": self.numbers["failed"], "job": made["failed"]}
            self.write("not painted", **more, process="worker", exception="one\ntwo")

    def do(self, measure: Callable[[Connection], bool]) -> None:
        """Have another operator do something."""
        with self.house.database.write() as db:
            assert measure(db)

    def write(self, event: str, **more: Any) -> None:
        """Write a line to the log."""
        stream = LogStream(self.settings)
        stream.put(line(event, **more))
        stream.carry(20)
        stream.close()

    def pages(self) -> list[str]:
        """The address of every page that shows by itself."""
        number = self.numbers
        marks = [bans.fingerprint(it) for it in (AOI, HARUTO, GROUP)]
        shared = next(it for it in self.house.rows(tables.jobs) if it["number"] == number["group"])
        return [
            *("/admin/", "/admin/job", "/admin/job?state=failed", "/admin/job?number=xyz"),
            *(f"/admin/job/{it}" for it in number.values()),
            *("/admin/log", "/admin/people", *(f"/admin/people/{it}" for it in marks)),
            *("/admin/words", "/admin/settings", "/admin/audit", "/admin/nothing"),
            *(f"/album/{self.secret}", "/album/" + "x" * 32, "/terms"),
            f"/picture/{number['group']}/{shared['secret']}/1",
        ]


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
        log_stream=1000,
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


@contextmanager
def opened(web: Web, size: tuple[int, int] = DESKTOP, scheme: Any = "light") -> Iterator[Page]:
    """A page that has been to the login."""
    with chromium() as browser:
        page = new_context(browser, size).new_page()
        page.set_default_timeout(60_000)  # a busy machine is no failure
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
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
    found = Axe().run(page, options=options).response
    assert len(found["passes"]) > 10, "axe looked at nothing"
    wrong = [(it["id"], node) for it in found["violations"] for node in it["nodes"]]
    for it in found["incomplete"]:
        if it["id"] == "color-contrast":
            pale = [
                each for each in it["nodes"] if page.evaluate(CONTRAST, each["target"][0]) < 4.5
            ]
            wrong += [("pale", each) for each in pale]
    told = ((rule, it["html"][:150], it["failureSummary"]) for rule, it in wrong)
    return [f"{page.url}: {' '.join(it)}" for it in told]


PARTS = 3  # of the pages, so that no test takes too long


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_no_page_breaks_a_rule(web: Web, size: tuple[int, int], scheme: str, part: int) -> None:
    with opened(web, size, scheme) as page:
        log_in(page)
        wrong = []
        for path in web.pages()[part::PARTS]:
            page.goto(web.url + path)
            page.evaluate(OPEN)
            wrong += broken(page)
    assert wrong == []


def test_no_answer_to_a_form_breaks_a_rule(web: Web) -> None:
    with opened(web) as page:
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


def focused(page: Page) -> str:
    """What the element that has the focus says."""
    return str(page.evaluate("document.activeElement.innerText"))


def test_the_keyboard_reaches_everything_and_shows_where_it_is(web: Web) -> None:
    with opened(web) as page:
        log_in(page)
        for path in ("", f"job/{web.numbers['failed']}", f"people/{bans.fingerprint(AOI)}", "log"):
            page.goto(f"{web.url}/admin/{path}")
            page.evaluate("document.activeElement.blur()")
            count, seen = page.evaluate(REACHABLE), []
            assert count > 10
            for _ in range(count):
                page.keyboard.press("Tab")
                seen.append(page.evaluate(WHERE))
            assert [it for it in seen if not it["shown"]] == [], "the focus cannot be seen"
            assert len({it["place"] for it in seen}) == count, "something is not reached"
            assert seen[0]["text"] == "Skip to the content"
        page.goto(f"{web.url}/admin/settings")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert focused(page) == "Drain workers", "the first button of the content"


def test_after_an_action_the_focus_is_on_what_came_of_it(web: Web) -> None:
    """So that a screen reader reads it, and the next Tab goes on from there."""
    with opened(web) as page:
        log_in(page)
        page.goto(f"{web.url}/admin/people/{bans.fingerprint(AOI)}")
        page.get_by_label("Reason").fill("floods")
        page.keyboard.press("Enter")
        page.get_by_text("Banned since").wait_for()
        assert focused(page).startswith("Banned")
        page.goto(f"{web.url}/admin/words")
        page.get_by_role("textbox", name="Prompt").fill("赤いりんご")
        page.get_by_role("button", name="Test").press("Enter")
        page.get_by_text("Painted: no list").wait_for()
        assert focused(page).startswith("Painted")
        page.goto(f"{web.url}/admin/log")
        page.get_by_label("Text").fill("painted")
        page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement.role === 'log'")
        page.goto(f"{web.url}/admin/job/{web.numbers['failed']}")
        page.get_by_role("button", name="Show prompt").press("Enter")
        page.get_by_text(WISH).wait_for()
        assert focused(page) == "The job"
        page.get_by_role("button", name="Log out").press("Enter")
        field = page.get_by_role("textbox", name="Password", description="You are logged out.")
        field.wait_for()
        assert field.evaluate("(it) => it === document.activeElement")


def test_what_is_new_comes_without_taking_the_focus(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.admin.now.FRESH", 1)
    monkeypatch.setattr("bot.admin.job.FRESH", 1)
    number, house = web.numbers["drawing"], web.house
    with opened(web) as page:
        log_in(page)
        page.get_by_text("The charts as a table").click()
        link = page.get_by_role("region", name="Workers").get_by_role("link", name=number)
        link.focus()
        house.set(tables.alarms, tables.alarms.c.name == "queue_old", name="no_worker")
        web.do(measures.resume)
        page.get_by_role("row", name="no_worker").wait_for()
        page.get_by_text("an operator paused them").wait_for(state="hidden")
        assert focused(page) == number
        assert page.get_by_role("table", name="The last 6 hours").is_visible()
        page.get_by_role("button", name="Stop").press("Enter")
        web.do(measures.pause)
        page.wait_for_timeout(2500)
        assert not page.get_by_text("an operator paused them").is_visible()
        page.get_by_role("button", name="Go on").press("Enter")
        page.get_by_text("an operator paused them").wait_for()

        page.goto(f"{web.url}/admin/job/{number}")
        assert page.locator("[aria-live=polite]").inner_text() == f"{number} drawing"
        page.get_by_role("button", name="Cancel it").focus()
        house.change(web.jobs["drawing"], state="cancelled", finished_at=now())
        page.get_by_text("It is over").wait_for()
        assert page.locator("[aria-live=polite]").inner_text() == f"{number} cancelled"
        assert page.evaluate("document.activeElement.id") == "content", "its button is gone"


def test_the_live_log_does_not_read_out_each_line(web: Web) -> None:
    with opened(web) as page:
        log_in(page)
        page.goto(f"{web.url}/admin/log")
        state = page.get_by_role("status")
        state.filter(has_text="Live:").wait_for()
        said = state.inner_text()
        pause = page.get_by_role("button", name="Pause")
        pause.focus()
        web.write("something new")
        page.locator("#log > li.new", has_text="something new").wait_for()
        assert state.inner_text() == said
        assert page.get_by_role("log").get_attribute("aria-live") == "off"
        assert pause.evaluate("(it) => it === document.activeElement")
