"""The parts that the tests of the bot put together: all of them real, all in this process."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from bot.app import create_app
from bot.line import LineClient
from bot.queue.app import READ_INBOX, TaskMessage, make_celery
from bot.settings import Settings
from bot.storage import FolderStorage
from bot.store.database import Database
from bot.tasks.delivery import Courier
from bot.tasks.push_budget import PushBudget
from bot.tasks.read_inbox import InboxReader
from bot.tasks.runtime import Runtime
from bot.tasks.sending import OutboxSender
from bot.tasks.tickets import TicketOffice
from simulator.app import close
from simulator.app import create_app as create_simulator
from simulator.config import Config
from simulator.server import Server
from tests.bot.harness import SECRET, TOKEN, House, Line, ReadingClient, on_queues

TIMEOUT = (3.0, 6.0)  # seconds to connect and to answer; only a busy machine needs them


@pytest.fixture(scope="session")
def simulator_server() -> Iterator[Line]:
    """One simulator for all tests of this folder; `line` cleans it up for each."""
    app = create_simulator(Config(secret=SECRET, token=TOKEN))
    with (
        Server(app, "127.0.0.1", 0) as server,
        Line(server.url, app.extensions["simulator"]) as item,
    ):
        yield item
        close(app)


@pytest.fixture
def line(simulator_server: Line) -> Line:
    """LINE, with empty chats. Pictures are not downloaded unless a test wants it."""
    simulator_server.clear_faults()
    simulator_server.reset(settings=True)
    simulator_server.settings(fetchImages=False)
    return simulator_server


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of the newest form, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "efude.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    with database.engine.connect() as connection:
        connection.connection.driver_connection.execute(  # type: ignore[union-attr]
            "PRAGMA wal_checkpoint(TRUNCATE)"
        )
    database.close()
    return path


@pytest.fixture
def settings(tmp_path: Path, migrated: Path) -> Settings:
    """Settings of one machine; the broker is in memory, nothing listens at LINE_API_URL."""
    shutil.copy(migrated, tmp_path / "efude.db")
    return Settings(
        engine_compile="off",  # translating takes longer than these tests
        line_channel_secret=SECRET,
        line_channel_access_token=TOKEN,
        line_api_url="http://127.0.0.1:9",
        public_url="http://127.0.0.1:8000",
        broker_url="memory://",
        database_url=f"sqlite:///{tmp_path / 'efude.db'}",
        pictures_dir=tmp_path / "pictures",
    )


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    item = Database(settings.database_url)
    yield item
    item.close()


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.fixture
def storage(settings: Settings) -> FolderStorage:
    return FolderStorage(settings.pictures_dir, settings.public_url)


@pytest.fixture
def talking(settings: Settings, line: Line) -> Settings:
    """Settings whose LINE is the simulator."""
    return replace(settings, line_api_url=line.base_url)


@pytest.fixture
def line_client(talking: Settings) -> LineClient:
    client = LineClient(talking, timeout=TIMEOUT)
    client.preload_sdk()  # seconds, on a busy machine, which tokens in a test do not have
    return client


@pytest.fixture
def sender(
    talking: Settings, database: Database, storage: FolderStorage, line_client: LineClient
) -> OutboxSender:
    return OutboxSender(talking, database, line_client, storage)


@pytest.fixture
def tickets(
    talking: Settings, database: Database, line_client: LineClient, sender: OutboxSender
) -> TicketOffice:
    return TicketOffice(talking, database, line_client, sender)


@pytest.fixture
def courier(
    talking: Settings,
    database: Database,
    storage: FolderStorage,
    line_client: LineClient,
    sender: OutboxSender,
) -> Courier:
    budget = PushBudget(line_client, talking.push_reserve)
    return Courier(talking, database, storage, sender, budget)


@pytest.fixture(autouse=True)
def own_logs() -> Iterator[None]:
    """Undo what a test sets up for logging: loggers must not keep a stream that is closed."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def app(settings: Settings, own_logs: None) -> Iterator[Flask]:
    """The web process's application."""
    item = create_app(settings)
    structlog.configure(cache_logger_on_first_use=False)
    on_queues(make_celery(settings))  # what an earlier test left in the broker
    yield item
    item.extensions["publisher"].close()
    item.extensions["database"].close()


@pytest.fixture
def reader(app: Flask, settings: Settings, database: Database) -> InboxReader:
    """A courier's reader of the inbox; what it publishes goes the way of the web process's."""
    publish = app.extensions["publisher"].put
    return InboxReader(settings, database, publish, threading.Event())


@pytest.fixture
def client(app: Flask, reader: InboxReader) -> FlaskClient:
    """Posts webhooks, and has the inbox read before it returns."""
    app.test_client_class = ReadingClient
    app.extensions["reader"] = reader
    return app.test_client()


class Woken:
    """What the web process, and whoever read its inbox, have published so far."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._publisher = app.extensions["publisher"]
        self._settings = settings

    def __call__(self) -> list[TaskMessage]:
        """Close the publisher, so that nothing is under way, and take all but calls to read."""
        self._publisher.close(10)
        return [each for each in on_queues(make_celery(self._settings)) if each != READ_INBOX]


@pytest.fixture
def woken(app: Flask, settings: Settings) -> Woken:
    return Woken(app, settings)


@pytest.fixture
def runtime(settings: Settings) -> Iterator[Runtime]:
    """What a process of this house works with."""
    item = Runtime(settings)
    yield item
    item.database.close()


@pytest.fixture
def at_the_desk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment in which an operator's commands find this house."""
    monkeypatch.setenv("LINE_CHANNEL_SECRET", SECRET)
    monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("LOG_STREAM_MAX_LINES", "0")
