"""A chat that moves, for README: a wish, another shape by a tap, letters on it by words."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from scripts.pictures.files import palette_png
from scripts.pictures.people import open_room, wait_for_pictures
from tests.browser import PHONE, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from tests.scenarios.house import House

WISH, LETTERS = "ひまわりの絵", "『ありがとう』と入れて"
SHAPE = "縦長で"  # the chip that is tapped
MOST_BYTES = 1_500_000
READ_MS, LOOK_MS, KEY_MS, SHORT_MS, LAST_MS = 1_300, 2_000, 90, 450, 4_000
FINGER_PIXELS = 22
_SHOWN = "[...document.querySelectorAll('#messages img')].every((img) => img.naturalWidth)"
_AT_END = """(() => {
  const box = document.querySelector("#scroller");
  return box.scrollHeight - box.clientHeight - box.scrollTop < 2;
})()"""


@dataclass
class Film:
    """Frames of a page with the milliseconds that each is shown."""

    page: Page
    frames: list[Image.Image] = field(default_factory=list)
    shown_ms: list[int] = field(default_factory=list)

    def shoot(self, milliseconds: int, finger: tuple[float, float] | None = None) -> None:
        """Take a frame; one that looks like the last only makes that longer."""
        frame = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        if finger:
            frame = _with_finger(frame, finger)
        if self.frames and self.frames[-1].tobytes() == frame.tobytes():
            self.shown_ms[-1] += milliseconds
            return
        self.frames.append(frame)
        self.shown_ms.append(milliseconds)

    def write(self, words: str) -> None:
        """Type words and send them."""
        for char in words:
            self.page.keyboard.insert_text(char)
            self.shoot(KEY_MS)
        self.shown_ms[-1] += SHORT_MS
        self.page.keyboard.press("Enter")
        self.page.locator(f"#messages >> text={words}").last.wait_for()
        self.settle()
        self.shoot(SHORT_MS)

    def tap(self, chip: Locator) -> None:
        """Show a finger on a chip and click it."""
        box = chip.bounding_box()
        assert box, "the chip is not on the screen"
        self.shoot(SHORT_MS, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
        chip.click()
        self.page.mouse.move(0, 0)
        self.settle()

    def settle(self) -> None:
        """Wait until all pictures are there and nothing moves."""
        wait_until(self.page, _SHOWN)
        wait_until(self.page, _AT_END)
        self.page.wait_for_timeout(700)

    def webp(self) -> bytes:
        """Return the film as an animated WebP. Raises ValueError over MOST_BYTES."""
        file = io.BytesIO()
        first, *rest = self.frames
        options = {"quality": 80, "method": 6, "allow_mixed": True, "minimize_size": True}
        first.save(
            file,
            "WEBP",
            save_all=True,
            append_images=rest,
            duration=self.shown_ms,
            loop=0,
            **options,
        )
        if len(file.getvalue()) > MOST_BYTES:
            raise ValueError(f"{len(file.getvalue())} bytes: take fewer frames or a lower quality.")
        return file.getvalue()


def chat(house: House, browser: Browser) -> dict[str, bytes]:
    """Play the chat; return it as chat.webp, and its last frame as chat.png."""
    mio = house.person("みお")
    house.simulator.follow(mio, wait=True)
    house.settle()
    page = open_room(browser, house, mio, PHONE)
    film = Film(page)
    page.focus("#text")
    film.settle()
    film.shoot(READ_MS)
    film.write(WISH)
    wait_for_pictures(house, mio, 1)
    film.settle()
    page.locator("#messages .picture").last.evaluate("(it) => it.scrollIntoView()")
    film.shoot(LOOK_MS)
    page.locator("#scroller").evaluate("(it) => it.scrollTo(0, it.scrollHeight)")
    film.settle()
    film.shoot(SHORT_MS)
    film.tap(page.get_by_role("button", name=SHAPE, exact=True).last)
    film.shoot(SHORT_MS)
    wait_for_pictures(house, mio, 2)
    film.settle()
    film.shoot(LOOK_MS)
    page.focus("#text")
    film.write(LETTERS)
    wait_for_pictures(house, mio, 3)
    film.settle()
    film.shoot(LAST_MS)
    page.context.close()
    return {"chat.webp": film.webp(), "chat.png": palette_png(film.frames[-1])}


def _with_finger(frame: Image.Image, place: tuple[float, float]) -> Image.Image:
    """Draw a translucent disc where a finger taps."""
    x, y = place
    box = (x - FINGER_PIXELS, y - FINGER_PIXELS, x + FINGER_PIXELS, y + FINGER_PIXELS)
    over = Image.new("RGBA", frame.size, (0, 0, 0, 0))
    ImageDraw.Draw(over).ellipse(box, fill=(30, 40, 60, 90), outline=(255, 255, 255, 200), width=2)
    return Image.alpha_composite(frame.convert("RGBA"), over).convert("RGB")
