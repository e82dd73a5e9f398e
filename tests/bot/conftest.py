"""The parts that the tests of the bot put together: all of them real, all in this process."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from bot.app import create_app
from bot.database import Database
from bot.delivery import Courier
from bot.line import LineClient
from bot.queue import Wake, make_celery
from bot.runtime import Runtime
from bot.settings import Settings
from bot.storage import FolderStorage
from simulator.app import close
from simulator.app import create_app as create_simulator
from simulator.config import Config
from simulator.server import Server
from tests.bot.house import SECRET, TOKEN, House, Line, on_queues

TIMEOUT = (3.0, 6.0)  # seconds to connect and to answer; only a busy machine needs them


@pytest.fixture(scope="session")
def simulator_server() -> Iterator[Line]:
    """One simulator for all tests of this folder; `line` cleans it up for each."""
    app = create_simulator(Config(secret=SECRET, token=TOKEN))
    with Server(app, "127.0.0.1", 0) as server, Line(server.url, app.extensions["simulator"]) as it:
        yield it
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
    it = Database(settings.database_url)
    yield it
    it.close()


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
def courier(talking: Settings, database: Database, storage: FolderStorage) -> Courier:
    client = LineClient(talking, timeout=TIMEOUT)
    client.open()  # seconds, on a busy machine, which tokens in a test do not have
    return Courier(talking, database, client, storage)


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
    it = create_app(settings)
    structlog.configure(cache_logger_on_first_use=False)
    on_queues(make_celery(settings))  # what an earlier test left in the broker
    yield it
    it.extensions["publisher"].close()
    it.extensions["database"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


class Woken:
    """What the web process has published so far."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._publisher = app.extensions["publisher"]
        self._settings = settings

    def __call__(self) -> list[Wake]:
        """Close the publisher, so that nothing is under way, and take everything."""
        self._publisher.close(10)
        return on_queues(make_celery(self._settings))


@pytest.fixture
def woken(app: Flask, settings: Settings) -> Woken:
    return Woken(app, settings)


@pytest.fixture
def runtime(settings: Settings) -> Iterator[Runtime]:
    """What a process of this house works with."""
    it = Runtime(settings)
    yield it
    it.database.close()


@pytest.fixture
def at_the_desk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment in which an operator's commands find this house."""
    monkeypatch.setenv("LINE_CHANNEL_SECRET", SECRET)
    monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("LOG_STREAM", "0")
