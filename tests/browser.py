"""A real Chromium for the tests that look at a page.

The browser is the system's own (Debian: `apt-get install chromium fonts-noto-cjk`). Without one
the tests skip on a developer's machine and fail where CI is set, so that they cannot quietly
stop running there.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# No GPU, no sandbox (root in a container has none), and nothing that calls home on its own.
LAUNCH_ARGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

DESKTOP = (1280, 860)
PHONE = (390, 844)


def find_chromium() -> str | None:
    """The path of a Chromium on this machine: CHROMIUM from the environment, else the PATH's, else
    the one that `playwright install chromium` fetched."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    result = next((path for name in NAMES if (path := shutil.which(name))), None)
    return result or _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running headless Chromium; skips (or, with CI set, fails) the test when there is none."""
    path = find_chromium()
    if path is None:
        message = "no Chromium here: apt-get install chromium fonts-noto-cjk, or set CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=LAUNCH_ARGS)
        try:
            yield browser
        finally:
            browser.close()


def new_context(
    browser: Browser, size: tuple[int, int] = DESKTOP, locale: str = "ja-JP"
) -> BrowserContext:
    """A fresh profile with a window of this size in CSS pixels; touch below 500 wide."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=locale,
        timezone_id="Asia/Tokyo",
        has_touch=width < 500,
    )
    context.set_default_timeout(15_000)
    return context


def wait_until(page: Page, expression: str, seconds: float = 30.0) -> None:
    """Wait until a JavaScript expression is true.

    The pages' content security policy forbids the eval by which Playwright's wait_for_function
    looks a second time.
    """
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"{expression} did not come true"
        page.wait_for_timeout(50)
