"""The picture or photo that a job starts from."""

from __future__ import annotations

from bot.jobs import Job
from bot.storage import Storage, StorageError
from bot.store import photos
from bot.store.database import Database
from inference.errors import PaintError


class PhotoPending(Exception):
    """The photo to start from is still on its way; not an attempt at the job at all."""


def _get(storage: Storage, key: str) -> bytes:
    """Read the picture. A plain one that was too large for PNG is a JPEG."""
    try:
        return storage.get(key)
    except StorageError as error:
        if error.reason != "missing" or not key.endswith("-plain.png"):
            raise
        return storage.get(key.removesuffix("png") + "jpg")


def load_source(database: Database, storage: Storage, job: Job, key: str) -> bytes:
    """Read the picture with this key from storage.

    Raises PhotoPending, PaintError (permanent) where there will be none, or StorageError.
    """
    try:
        return _get(storage, key)
    except StorageError as error:
        if error.reason != "missing":
            raise
        with database.read() as db:
            photo = photos.by_key(db, job.chat_id or "", key)
        if photo is not None and photo.state == photos.WAITING:
            # Rarely: a job whose photo is awaited is not claimed before (bot.jobs.fair_queue).
            raise PhotoPending from None
        if photo is not None and photo.error_code:
            message = "The photo to start from could not be had."
            raise PaintError(message, permanent=True, code=photo.error_code) from error
        message = "The picture to start from has been erased."
        raise PaintError(message, permanent=True, code="source_gone") from error
