"""The house in which the pictures are made, and what people do there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.store import samples
from bot.tasks.samples import GREETING
from simulator.client import Msg
from tests.browser import new_context
from tests.scenarios.house import House
from tests.scenarios.processes import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = 240.0  # seconds
PASSWORD = "only for pictures, on loopback"
# Room for a busy machine: these stories are not about waiting.
SETTINGS = {
    "TICKET_AFTER_SECONDS": "55",
    "REPLY_TOKEN_TTL_SECONDS": "60",
    "ADMIN_PASSWORD": PASSWORD,
}


@contextmanager
def opened() -> Iterator[House]:
    """Run a house on free ports that paints with the embedded model, by seeds of its own."""
    with tempfile.TemporaryDirectory(prefix="efude-pictures-") as folder:
        house = House(Path(folder), None, SETTINGS, stub=False)
        house.processes["worker"].command = "python -m scripts.pictures.seeded_worker"
        try:
            house.open()
            eventually("the samples are painted", lambda: _greeting(house), PATIENCE)
            yield house
        finally:
            house.close()


def _greeting(house: House) -> samples.Sample | None:
    with house.database.read() as db:
        return samples.find(db, GREETING)


def wait_for_pictures(house: House, room: str, count: int) -> list[Msg]:
    """Wait until so many pictures stand in a room, and nothing more is under way; return them."""
    eventually(f"{count} pictures are there", lambda: len(house.pictures(room)) >= count, PATIENCE)
    house.settle(PATIENCE)
    return house.pictures(room)


def open_room(browser: Browser, house: House, room: str, size: tuple[int, int]) -> Page:
    """Open a chat in a fresh window of this size, in CSS pixels."""
    page = new_context(browser, size).new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(f"{house.simulator.base_url}/?room={room}")
    page.wait_for_selector("body[data-live]")
    return page
