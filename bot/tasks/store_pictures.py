"""Putting a job's pictures and previews into storage, under keys derived from the job's secret."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bot.jobs import Job, StoredPicture
from bot.jobs.picture_secrets import picture_key, plain_key
from bot.storage import Storage
from bot.tasks.patience import Patience
from inference.request import Picture


def store_pictures(
    storage: Storage,
    job: Job,
    pictures: Sequence[Picture],
    model: str,
    patience: Patience,
    *,
    plain: Sequence[Picture] = (),
) -> list[StoredPicture]:
    """Store pictures with their previews; trying again overwrites.

    model: the model's name, for the metadata. patience: waits for a storage that is away. plain:
    what the pictures were made of, to be kept as well. Raises StorageError or Stopped.
    """
    stored = []
    for position, picture in enumerate(pictures):
        row = _row(job, position, picture)
        metadata = {"ai-generated": "true", "model": model}
        metadata |= {"seed": str(picture.seed), "number": job.number}
        for key, data, content_type in (
            (row.key, picture.data, row.content_type),
            (row.preview_key, picture.preview, "image/jpeg"),
        ):
            patience.call(partial(storage.put, key, data, content_type, metadata))
        stored.append(row)
    for position, picture in enumerate(plain):
        if picture.data:
            key = plain_key(job.secret, position, picture.content_type)
            metadata = {"ai-generated": "true", "model": model}
            patience.call(partial(storage.put, key, picture.data, picture.content_type, metadata))
    return stored


def delete_pictures(storage: Storage, job: Job, stored: Sequence[StoredPicture]) -> None:
    """Delete pictures, their previews and what they were made of. Raises StorageError."""
    for picture in stored:
        storage.delete(picture.key)
        storage.delete(picture.preview_key)
        for content_type in ("image/png", "image/jpeg"):
            storage.delete(plain_key(job.secret, picture.position, content_type))


def _row(job: Job, position: int, picture: Picture) -> StoredPicture:
    extension = "png" if picture.content_type == "image/png" else "jpg"
    return StoredPicture(
        position=position,
        key=picture_key(job.secret, position, "original", extension),
        preview_key=picture_key(job.secret, position, "preview", "jpg"),
        content_type=picture.content_type,
        size=len(picture.data),
        width=picture.width,
        height=picture.height,
        seed=picture.seed,
    )
