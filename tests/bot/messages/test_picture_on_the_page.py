"""How the picture's messages look: measured in a real browser, at a phone's and a desk's width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from bot import messages
from bot.prompt import StoredRequest, read
from bot.prompt.options.model_styles import offered_styles
from bot.store.chat_defaults import ChatDefaults
from simulator.app import create_app
from simulator.client import AOI, GROUP
from simulator.config import Config
from simulator.server import Server
from tests.browser import PHONE, chromium, new_context, wait_until
from tests.simulator.test_chat_page import Bot

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

DESK = (1100, 900)
MAX_BUBBLE_HEIGHT, MAX_HEIGHT = 220, 460  # pixels
WISH = "朝もやの中に浮かぶ大きな白いお城、水彩で、横長で4枚、人物なし、丁寧に、文字は入れないで"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def bot() -> Iterator[Bot]:
    recorder = Bot()
    config = Config(webhook=f"{recorder.url}/callback", quota=None)
    with Server(create_app(config), "127.0.0.1", 0) as server:
        recorder.line, recorder.token = server.url, config.token
        yield recorder
    recorder.http.shutdown()
    recorder.http.server_close()


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = new_context(browser, request.param)
    yield context.new_page()
    context.close()


def show(page: Page, bot: Bot, room: str, built: list[dict[str, Any]]) -> Locator:
    """Open the room, have the bot send this, and return the last bubble."""
    page.goto(f"{bot.line}/?room={room}")
    page.wait_for_selector("body[data-live]")
    before = page.locator(".fx-bubble").count()
    bot.says(room, *built)
    bubble = page.locator(".fx-bubble").nth(before)
    bubble.wait_for()
    page.wait_for_timeout(500)  # it slides in
    return bubble


def box_of(part: Locator) -> dict[str, float]:
    result = part.bounding_box()
    assert result is not None
    return {side: result[side] for side in ("x", "y", "width", "height")}


def urls(bot: Bot, count: int) -> list[tuple[str, str]]:
    return [(f"{bot.url}/square-{n}.png", f"{bot.url}/square-{n}.png") for n in range(count)]


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("can_refine", [True, False])
def test_one_picture_and_its_bubble_are_small(
    page: Page, bot: Bot, lang: str, can_refine: bool
) -> None:
    for wish in ("赤いりんご", WISH):
        request = StoredRequest.from_reading(read(wish))
        built = messages.picture_messages(
            "4F7-K2M",
            urls(bot, 1),
            lang=lang,
            prompt=request.prompt,
            request=request,
            can_refine=can_refine,
        )
        bubble = show(page, bot, AOI, built)
        page.locator(".picture img").last.wait_for()
        wait_until(page, "[...document.images].every(it => it.complete)")
        height = box_of(bubble)["height"]
        assert height <= MAX_BUBBLE_HEIGHT, (wish, height)
        if page.viewport_size == {"width": PHONE[0], "height": PHONE[1]}:
            top = box_of(page.locator(".picture").last)["y"]
            in_all = box_of(bubble)["y"] + height - top
            assert in_all <= MAX_HEIGHT, (wish, in_all)
        for chip in bubble.get_by_role("button").all():
            assert box_of(chip)["height"] >= 30
            text = chip.locator("p")
            assert text.evaluate("node => node.scrollWidth <= node.clientWidth"), "cut off"


@pytest.mark.parametrize("room", [AOI, GROUP])
def test_four_pictures_are_photos_and_thumbnails_two_by_two(
    page: Page, bot: Bot, room: str
) -> None:
    built = messages.picture_messages(
        "4F7-K2M", urls(bot, 4), lang="ja", prompt="海", addressee="花子"
    )
    bubble = show(page, bot, room, built)
    assert page.locator(".album.of4").last.locator(".picture").count() == 4
    places = [
        box_of(bubble.get_by_role("button", name=f"{n}枚目", exact=True)) for n in range(1, 5)
    ]
    assert places[2]["x"] == pytest.approx(places[0]["x"], abs=4)
    assert places[1]["y"] == pytest.approx(places[0]["y"], abs=4)
    assert places[1]["x"] > places[0]["x"] + 50
    assert places[2]["y"] > places[0]["y"] + 50
    bubble.get_by_role("button", name="3枚目", exact=True).click()
    assert bot.hears("postback")["postback"]["data"] == "choose:4F7-K2M:2"
    chosen = show(page, bot, room, messages.chosen_picture("4F7-K2M", 2, "ja"))
    assert box_of(chosen)["height"] <= MAX_BUBBLE_HEIGHT
    chosen.get_by_role("button", name="似た絵", exact=True).click()
    assert bot.hears("postback")["postback"]["data"] == "similar:4F7-K2M:2"


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_styles_are_tapped_from_a_carousel(page: Page, bot: Bot, lang: str) -> None:
    url = f"{bot.url}/square-style.png"
    shown = [(style, url, (96, 96)) for style in offered_styles("somebody/else")]
    first = show(page, bot, AOI, messages.style_carousel(shown, lang))
    bubbles = page.locator(".carousel").last.locator(".fx-bubble")
    assert bubbles.count() == len(shown) + 1
    assert box_of(first)["height"] <= MAX_HEIGHT
    for bubble in (first, bubbles.last):
        for chip in bubble.get_by_role("button").all():
            text = chip.locator("p")
            assert text.evaluate("node => node.scrollWidth <= node.clientWidth"), "cut off"
    first.get_by_role("button").first.click()
    assert bot.hears("postback")["postback"]["data"] == "style:水彩風"
    first.get_by_role("button").last.click()
    assert bot.hears("postback")["postback"]["data"] == "defaults:style:水彩風"
    settings = show(page, bot, AOI, messages.chat_settings(ChatDefaults("水彩風", "縦長"), lang))
    assert box_of(settings)["height"] <= MAX_BUBBLE_HEIGHT
