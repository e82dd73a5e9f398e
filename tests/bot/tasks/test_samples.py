"""The picture of the greeting: painted once for each model, kept, and never waited for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.settings import Settings
from bot.storage import FolderStorage, StorageError
from bot.store import chats, samples
from bot.store.database import Database
from bot.tasks import samples as painting
from bot.tasks.greeting import greeting_messages
from bot.tasks.samples import GREETING, SamplePainter
from inference.errors import Stopped, Unsafe
from inference.models import catalog
from inference.models.catalog import ModelInfo
from inference.request import DrawRequest, Picture
from tests.bot.harness import AOI

INFO = ModelInfo("stand-in", "cpu", "float32", 64, 5, 7.5, "", safety_checker=True)


class Painting:
    """A painter that counts, and whose troubles can be ordered."""

    info = INFO

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.prompts: list[str] = []

    def paint(self, request: DrawRequest, *, should_stop: Callable[[], bool]) -> list[Picture]:
        self.prompts.append(request.prompt)
        if self.errors:
            raise self.errors.pop(0)
        if should_stop():
            raise Stopped
        return [Picture(b"the picture", "image/png", b"preview", 64, 64, 7)]


@pytest.fixture
def storage(settings: Settings) -> FolderStorage:
    return FolderStorage(settings.pictures_dir, settings.public_url)


@pytest.fixture
def make(
    settings: Settings, database: Database, storage: FolderStorage
) -> Callable[..., SamplePainter]:
    def one(painter: Any, own: Settings = settings, **fields: Any) -> SamplePainter:
        stopping = fields.pop("stopping", threading.Event())
        return SamplePainter(own, database, storage, painter, stopping=stopping, **fields)

    return one


def test_it_is_painted_once_for_each_model(
    make: Callable[..., SamplePainter],
    settings: Settings,
    database: Database,
    storage: FolderStorage,
) -> None:
    painter = Painting()
    assert make(painter).paint_missing() == 1
    assert make(painter).paint_missing() == 0
    assert painter.prompts == [catalog.examples(None)[0].prompt]
    with database.read() as db:
        sample = samples.find(db, GREETING)
    assert sample is not None
    assert storage.get(sample.key) == b"the picture"
    assert storage.get(sample.preview_key) == b"preview"
    other = replace(settings, model="stabilityai/stable-diffusion-xl-base-1.0")
    for own in (other, replace(other, lora="a:1")):
        assert make(painter, own).paint_missing() == 1
    assert painter.prompts[-1] == catalog.examples(other.model)[0].prompt
    assert storage.get(sample.key), "greetings that were sent still show it"


def test_the_greeting_shows_it_in_the_chats_language_and_does_without(
    make: Callable[..., SamplePainter],
    settings: Settings,
    database: Database,
    storage: FolderStorage,
) -> None:
    with database.write() as db:
        chats.touch(db, AOI, "user")
        (without,) = greeting_messages(db, storage, settings, AOI)
    assert "hero" not in without["contents"]
    make(Painting()).paint_missing()
    with database.write() as db:
        chats.set_first_language(db, AOI, "en")
        (greeting,) = greeting_messages(db, storage, settings, AOI)
        sample = samples.find(db, GREETING)
    assert sample is not None
    assert greeting["contents"]["hero"]["url"] == storage.url(sample.preview_key)
    assert "Thank you for adding me" in greeting["altText"]


def test_a_refused_picture_is_not_kept_and_a_storage_is_waited_for(
    make: Callable[..., SamplePainter], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painting, "RETRY_DELAYS_SECONDS", (0.01, 0.01))
    with make(Painting(Unsafe("flagged"))):
        pass
    with database.read() as db:
        assert samples.find(db, GREETING) is None
    away = StorageError("away", permanent=False, reason="unavailable")
    painter = Painting(away, away)
    with make(painter):
        pass
    assert len(painter.prompts) == 3
    with database.read() as db:
        assert samples.find(db, GREETING) is not None


def test_a_worker_that_stops_does_not_wait_for_it(
    make: Callable[..., SamplePainter], database: Database
) -> None:
    stopping = threading.Event()
    stopping.set()
    with make(Painting(), stopping=stopping):
        pass
    with database.read() as db:
        assert samples.find(db, GREETING) is None
