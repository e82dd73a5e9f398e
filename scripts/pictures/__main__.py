"""`make pictures`: make the pictures of README and docs that show what the model paints.

A house of its own on free ports plays them; python -m scripts.pictures NAME … makes some alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from scripts.pictures import moving, pages, sheet, stories
from scripts.pictures.files import write
from scripts.pictures.people import opened
from tests.browser import chromium, find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.scenarios.house import House

MAKERS: dict[str, Callable[[House, Browser], dict[str, bytes]]] = {
    "chat": moving.chat,
    "story-1to1": lambda house, browser: {"story-1to1.png": stories.alone(house, browser)},
    "story-group": lambda house, browser: {"story-group.png": stories.together(house, browser)},
    "album": lambda house, browser: {"album.png": pages.album(house, browser)},
    "admin": lambda house, browser: {"admin.png": pages.admin(house, browser)},
    "mame": lambda _house, _browser: {"mame.png": sheet.forty()},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Make all pictures, or those that are named; 2: there is no browser."""
    parser = argparse.ArgumentParser(prog="python -m scripts.pictures", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *MAKERS], metavar="NAME")
    names = parser.parse_args(argv).names or list(MAKERS)
    if find_chromium() is None:
        print("There is no Chromium here: run python -m scripts.browser first.", file=sys.stderr)
        return 2
    with opened() as house, chromium() as browser:
        for name in names:
            for file, data in MAKERS[name](house, browser).items():
                write(file, data)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
