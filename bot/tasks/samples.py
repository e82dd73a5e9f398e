"""Samples of what the loaded model paints, for greeting and styles: painted once for each model.

A worker paints them beside its first jobs, in a thread of its own, and keeps them in storage.
Until then, and where the model cannot paint them, messages do without.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.prompt import StoredRequest
from bot.settings import Settings
from bot.storage import Storage, StorageError, new_key, new_secret
from bot.store import samples
from bot.store.database import Database
from inference.errors import PaintError, Stopped
from inference.models import catalog
from inference.models.weights_digest import weights_digest

if TYPE_CHECKING:
    from inference import Painter

log = structlog.get_logger(__name__)

GREETING = "greeting"
SEED = 7  # the same for everybody, so that whoever restarts a worker sees the same picture
IDLE_POLL_SECONDS = 2.0  # between two looks whether people's jobs are done
RETRY_DELAYS_SECONDS = (5.0, 30.0, 120.0, 600.0)  # where storage or database is away


def greeting_request(model: str | None) -> StoredRequest:
    """Return what the greeting's picture shows: what the model paints best."""
    return StoredRequest(catalog.examples(model)[0].prompt)


def model_fingerprint(settings: Settings, prompt: str) -> str:
    """Return what a sample is told by: the weights, what is merged into them, and the prompt."""
    parts = (weights_digest(settings.model), settings.lora or "", prompt)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


class SamplePainter:
    """Paints the samples that are missing. As a context manager it does so beside other work."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        storage: Storage,
        painter: Painter,
        *,
        stopping: threading.Event,
        requests: Mapping[str, StoredRequest] | None = None,
    ) -> None:
        """requests: name -> what to paint; without it, the greeting's picture alone."""
        self._settings, self._database, self._storage = settings, database, storage
        self._painter, self._stopping = painter, stopping
        self._requests = requests or {GREETING: greeting_request(settings.model)}
        self._thread = threading.Thread(target=self._run, name="samples", daemon=True)

    def __enter__(self) -> SamplePainter:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._thread.join(timeout=5.0)  # a step of a slow model; what is not stored is not kept

    def paint_missing(self) -> int:
        """Paint and store the samples that this model has not painted yet; returns how many.

        What the model cannot paint, such as what its safety checker flags, is left out. Raises
        StorageError, SQLAlchemyError or Stopped.
        """
        painted = 0
        for name, request in self._requests.items():
            try:
                painted += self._paint_if_missing(name, request)
            except PaintError as error:
                if isinstance(error, Stopped):
                    raise
                log.warning("sample.refused", name=name, code=error.code)
        return painted

    def _paint_if_missing(self, name: str, wanted: StoredRequest) -> bool:
        model = model_fingerprint(self._settings, wanted.prompt)
        with self._database.read() as db:
            known = samples.find(db, name)
        if known is not None and known.model == model:
            return False
        if name != GREETING:
            self._wait_until_idle()
        prompt = wanted.prompt
        request = replace(wanted, seed=SEED).draw_request(self._painter.info)
        (picture,) = self._painter.paint(request, should_stop=self._stopping.is_set)
        secret = new_secret()
        extension = "png" if picture.content_type == "image/png" else "jpg"
        key = new_key(secret, 0, "original", extension)
        preview_key = new_key(secret, 0, "preview", "jpg")
        metadata = {"ai-generated": "true", "model": self._painter.info.name}
        self._storage.put(key, picture.data, picture.content_type, metadata)
        self._storage.put(preview_key, picture.preview, "image/jpeg", metadata)
        width, height = picture.width, picture.height
        with self._database.write() as db:
            samples.put(db, name, samples.Sample(model, prompt, key, preview_key, width, height))
        log.info("sample.painted", name=name)
        return True

    def _wait_until_idle(self) -> None:
        """Let the jobs of people go first. Raises Stopped."""
        while (status := self._painter.status()).active or status.waiting:
            if self._stopping.wait(IDLE_POLL_SECONDS):
                raise Stopped

    def _run(self) -> None:
        for delay in (*RETRY_DELAYS_SECONDS, None):
            try:
                self.paint_missing()
                return
            except Stopped:
                return
            except (StorageError, SQLAlchemyError) as error:
                log.warning("sample.failed", error=type(error).__name__)
            if delay is None or self._stopping.wait(delay):
                return
