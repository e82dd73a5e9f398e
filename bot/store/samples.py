"""Pictures that the loaded model painted to show what it can, by name: "greeting" and the like.

They belong to nobody and stay until the model changes; the worker paints them (bot.tasks.samples).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from bot.store import key_values

_PREFIX = "sample."


@dataclass(frozen=True)
class Sample:
    """model: what it was painted with and for (`bot.tasks.samples.model_fingerprint`). key,
    preview_key: in storage. width, height: of the picture in pixels."""

    model: str
    prompt: str
    key: str
    preview_key: str
    width: int
    height: int


def find(db: Connection, name: str) -> Sample | None:
    """Return the sample of this name; None if none was painted yet."""
    value = key_values.get(db, _PREFIX + name)
    return Sample(**value) if isinstance(value, dict) else None


def put(db: Connection, name: str, sample: Sample) -> None:
    """Store a sample in the place of an earlier one. name: at most 50 characters."""
    key_values.put(db, _PREFIX + name, asdict(sample))
