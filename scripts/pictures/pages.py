"""The album of a group on a phone, for docs/how-it-works.md, and one job's page for operators."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING

from PIL import Image

from bot.store.schema import jobs
from scripts.pictures.files import palette_png
from scripts.pictures.people import PASSWORD, PATIENCE, wait_for_pictures
from tests.browser import new_context, wait_until
from tests.scenarios.processes import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.scenarios.house import House

ALBUM_SIZE = (390, 800)
WISHES = (  # who asks for what; the last one stands at the top of the album
    ("みお", "夜の月"),
    ("りく", "緑のりんご"),
    ("みお", "城"),
    ("そら", "すし"),
    ("りく", "ロケット"),
    ("みお", "黄色い車"),
    ("そら", "ひまわり"),
)
UNFOLDED = 0  # which card, from the top, is shown with its details
ADMIN_WIDTH = 1000
LAST_SECTION = 3  # that is shown of a job's page: what came of it, stage by stage
GROUND, MARGIN, GAP = "#dcd3c8", 24, 52
LOADED = "[...document.images].every((img) => img.loading === 'lazy' || img.naturalWidth)"


def album(house: House, browser: Browser) -> bytes:
    """Fill a group's album; return its top, and beside it one picture with its details."""
    ids = {name: house.person(name) for name in dict.fromkeys(name for name, _ in WISHES)}
    group = house.simulator.add_group("お絵描き部", list(ids.values()))
    for name, words in WISHES:
        house.simulator.send(group, words, user=ids[name], mention_bot=True, wait=True)
        asked = (jobs.c.chat_id == group, jobs.c.request["prompt"].as_string() == words)
        delivered = (*asked, jobs.c.state == "delivered")
        eventually(f"{words} is delivered", partial(house.rows, jobs, *delivered), PATIENCE)
    page = new_context(browser, ALBUM_SIZE).new_page()
    page.goto(_album_link(house, group, ids["みお"]))
    wait_until(page, LOADED)
    top = _screen(page)
    card = page.get_by_role("listitem").nth(UNFOLDED)
    card.locator("summary").click()
    card.evaluate("(card) => window.scrollTo(0, card.offsetTop - 16)")
    page.wait_for_timeout(500)
    both = _beside(top, _screen(page))
    page.context.close()
    return palette_png(both)


def _album_link(house: House, group: str, user: str) -> str:
    sent = house.simulator.send(group, "アルバム", user=user, mention_bot=True)
    answer = house.simulator.wait_for(
        group,
        lambda message: message.by_bot and message.type == "flex" and message.seq > sent.seq,
        PATIENCE,
    )
    assert answer.flex is not None
    uri: str = answer.flex["footer"]["contents"][0]["action"]["uri"]
    return uri


def _screen(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def _beside(left: Image.Image, right: Image.Image) -> Image.Image:
    """Lay two screens of one size beside each other on a plain ground."""
    width, height = left.size
    both = Image.new("RGB", (2 * (width + MARGIN) + GAP, height + 2 * MARGIN), GROUND)
    both.paste(left, (MARGIN, MARGIN))
    both.paste(right, (MARGIN + width + GAP, MARGIN))
    return both


def admin(house: House, browser: Browser) -> bytes:
    """Ask for four pictures; return the page that operators see of them."""
    mio = house.person("みお")
    house.simulator.send(mio, "赤いりんご 4枚", wait=True)
    wait_for_pictures(house, mio, 4)
    number = house.wait_for_state(mio, "delivered")["number"]
    context = browser.new_context(viewport={"width": ADMIN_WIDTH, "height": 1200}, locale="en-US")
    page = context.new_page()
    page.goto(f"{house.url}/admin/job/{number}")
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("h1 .mono").wait_for()
    wait_until(page, LOADED)
    last = page.locator("section").nth(LAST_SECTION).bounding_box()
    assert last, "the page has lost a section"
    height = round(last["y"] + last["height"]) + MARGIN // 2
    page.set_viewport_size({"width": ADMIN_WIDTH, "height": height})
    data = page.screenshot()
    context.close()
    with Image.open(io.BytesIO(data)) as picture:
        return palette_png(picture)
