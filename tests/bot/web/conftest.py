"""Fixtures of the web process's tests."""

from __future__ import annotations

import pytest

from bot.settings import Settings
from bot.storage import FolderStorage
from tests.bot.harness import House
from tests.bot.web.album import Album


@pytest.fixture
def album(house: House, storage: FolderStorage, settings: Settings) -> Album:
    return Album(house, storage, settings)
