"""Fixtures of the operator's pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from bot.queue.app import make_celery
from bot.settings import Settings
from bot.telemetry.log_stream import LogStream
from tests.bot.harness import on_queues
from tests.bot.valkey import Valkey, valkey
from tests.bot.web.admin.browser import PASSWORD, AdminBrowser, close_browser, open_browser


@pytest.fixture
def with_pages(settings: Settings) -> Settings:
    return replace(settings, admin_password=PASSWORD)


@pytest.fixture
def stranger(with_pages: Settings) -> Iterator[AdminBrowser]:
    """Somebody who has not logged in."""
    client = open_browser(with_pages)
    yield client
    close_browser(client)


@pytest.fixture
def admin(stranger: AdminBrowser) -> AdminBrowser:
    """Somebody who has."""
    assert stranger.log_in().status_code == 303
    return stranger


@pytest.fixture(autouse=True)
def _empty_queues(settings: Settings) -> None:
    on_queues(make_celery(settings))  # what an earlier test left in the broker


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A real Valkey, empty at the start of each module."""
    with valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
def with_lines(with_pages: Settings, server: Valkey) -> Iterator[tuple[Settings, LogStream]]:
    server.client.flushdb()
    settings = replace(with_pages, broker_url=server.url, log_stream_max_lines=1000)
    stream = LogStream(settings)
    yield settings, stream
    stream.close()


@pytest.fixture
def reader(with_lines: tuple[Settings, LogStream]) -> AdminBrowser:
    """Who has logged in where lines are kept."""
    settings, _ = with_lines
    client = open_browser(settings)
    assert client.log_in().status_code == 303
    return client


@pytest.fixture
def write(with_lines: tuple[Settings, LogStream]) -> Callable[..., None]:
    _, stream = with_lines

    def put(*lines: str) -> None:
        for text in lines:
            stream.put(text)
        stream.drain(20)

    return put
