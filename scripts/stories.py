"""`python -m scripts.stories`: the two stories in docs/pictures, by a real house and painted by 豆.

Starts every process in a folder of its own, lets people talk in the simulator, and takes pictures
of its chat page in a Chromium.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

from bot.texts import say
from simulator.client import Msg
from tests.browser import chromium, new_context
from tests.scenarios.house import House

ROOT = Path(__file__).parent.parent
OUT = ROOT / "docs" / "pictures"
SIZE = (390, 1790)  # a phone's width, and as high as a story is long
MOST = 250_000
PATIENCE = 240.0
# Room for a busy machine: these stories are not about waiting.
SLOWLY = {"TICKET_AFTER": "55", "REPLY_TOKEN_LIFE": "60"}


def main() -> int:
    """Tell both stories and write their pictures."""
    with tempfile.TemporaryDirectory(prefix="efude-stories-") as folder:
        house = House(Path(folder), ROOT / "inference" / "mame", SLOWLY).open()
        try:
            rooms = {"story-1to1.png": alone(house), "story-group.png": together(house)}
            with chromium() as browser:
                for name, room in rooms.items():
                    data = shot(browser, house, room)
                    (OUT / name).write_bytes(data)
                    print(f"{name}: {len(data)} bytes")
        finally:
            house.close()
    return 0


def alone(house: House) -> str:
    """Somebody asks for a picture, and has it changed in words. Returns the room."""
    mio = house.person("みお")
    house.simulator.send(mio, "赤いりんごを水彩で描いてもらえる？")
    wait_for_pictures(house, mio, 1)
    house.simulator.send(mio, "りんごを緑に変えて")
    wait_for_pictures(house, mio, 2)
    house.simulator.send(mio, "ありがとう！")
    house.wait_for_text(mio, say("talk.thanks"))
    return mio


def together(house: House) -> str:
    """A group: one asks, another goes on from that picture by replying to it. Returns the room."""
    mio, riku = house.person("みお"), house.person("りく")
    group = house.simulator.add_group("お絵描き部", [mio, riku])
    house.simulator.send(group, "青い背景のロケット描いてくれへん？", user=mio, mention_bot=True)
    first = wait_for_pictures(house, group, 1)[0]
    house.simulator.send(group, "いいね", user=riku)
    house.simulator.send(group, "ロケットを月に変えて", user=riku, quote=first.id)
    wait_for_pictures(house, group, 2)
    return group


def wait_for_pictures(house: House, room: str, count: int) -> list[Msg]:
    """Wait until so many pictures, and the buttons of the last, stand in a room."""
    seen: set[str] = set()

    def enough(message: Msg) -> bool:
        if message.by_bot and message.type == "flex":
            seen.add(message.id)
        return len(seen) >= count

    house.simulator.wait_for(room, enough, PATIENCE)
    return house.pictures(room)


def shot(browser: object, house: House, room: str) -> bytes:
    """The chat page of a room, as a PNG of at most MOST bytes."""
    context = new_context(browser, SIZE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{house.simulator.base_url}/?room={room}", timeout=PATIENCE * 1000)
    page.wait_for_selector("body[data-live]", timeout=PATIENCE * 1000)
    page.locator(".row .picture img").last.wait_for(timeout=PATIENCE * 1000)
    page.wait_for_timeout(2_000)  # pictures fade in
    with Image.open(io.BytesIO(page.screenshot(timeout=PATIENCE * 1000))) as picture:
        few = picture.convert("RGB").quantize(192)
    context.close()
    file = io.BytesIO()
    few.save(file, "PNG", optimize=True)
    assert len(file.getvalue()) <= MOST, "choose a smaller size"
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
