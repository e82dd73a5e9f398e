"""Two chats for docs/try-it.md, from top to bottom: alone with the bot, and in a group."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from bot.texts import gettext
from scripts.pictures.files import palette_png
from scripts.pictures.people import open_room, wait_for_pictures
from tests.browser import PHONE, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.scenarios.house import House

_HIDDEN = """() => {
  const scroller = document.querySelector("#scroller");
  return scroller.scrollHeight - scroller.clientHeight;
}"""
_ALL_LOADED = "[...document.querySelectorAll('#messages img')].every((img) => img.naturalWidth)"


def alone(house: House, browser: Browser) -> bytes:
    """Ask for a picture, change it in words, have words set on it and say thanks."""
    mio = house.person("みお")
    house.simulator.send(mio, "赤いりんごを水彩で描いてもらえる？")
    wait_for_pictures(house, mio, 1)
    house.simulator.send(mio, "りんごを緑に変えて")
    wait_for_pictures(house, mio, 2)
    house.simulator.send(mio, "ありがとう！")
    house.wait_for_text(mio, gettext("talk.thanks", "ja"))
    return whole_chat(browser, house, mio)


def together(house: House, browser: Browser) -> bytes:
    """Ask for a picture in a group; another member replies to it to change it."""
    mio, riku = house.person("みお"), house.person("りく")
    group = house.simulator.add_group("お絵描き部", [mio, riku])
    house.simulator.send(group, "青い背景の犬描いてくれへん？", user=mio, mention_bot=True)
    first = wait_for_pictures(house, group, 1)[0]
    house.simulator.send(group, "いいね", user=riku)
    house.simulator.send(group, "犬を猫に変えて", user=riku, quote=first.id)
    wait_for_pictures(house, group, 2)
    return whole_chat(browser, house, group)


def whole_chat(browser: Browser, house: House, room: str) -> bytes:
    """Return a picture of a chat on a phone that is as high as the chat is long."""
    page = open_room(browser, house, room, PHONE)
    wait_until(page, _ALL_LOADED)
    width, height = PHONE
    page.set_viewport_size({"width": width, "height": height + page.evaluate(_HIDDEN)})
    page.wait_for_timeout(1_000)  # pictures fade in
    data = page.screenshot()
    page.context.close()
    with Image.open(io.BytesIO(data)) as picture:
        return palette_png(picture)
