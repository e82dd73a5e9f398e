"""Fixtures of the commands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.settings import Settings
from tests.bot.cli.shell import Shell
from tests.bot.harness import SECRET, TOKEN


@pytest.fixture
def environ(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets the environment as a process of this house would have it."""

    def set_up(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    set_up(
        LINE_CHANNEL_SECRET=SECRET,
        LINE_CHANNEL_ACCESS_TOKEN=TOKEN,
        LINE_API_URL=settings.line_api_url,
        DATABASE_URL=settings.database_url,
        PICTURES_DIR=str(settings.pictures_dir),
        LOG_STREAM_MAX_LINES="0",
    )
    return set_up


@pytest.fixture
def shell(
    environ: Callable[..., None], own_logs: None, capsys: pytest.CaptureFixture[str]
) -> Shell:
    return Shell(capsys)
