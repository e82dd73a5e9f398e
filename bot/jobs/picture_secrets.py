"""The secrets of single pictures: in the key of its files, and in the link that shows it alone.

Each is derived from its job's secret, which itself is told to nobody: who knows one picture of a
job, by its files or by a link, can find none of the others. The link depends on the album's secret
as well, and so ends with it.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Literal

from bot.jobs.model import Job, StoredPicture
from bot.storage import new_key

Kind = Literal["original", "preview", "plain"]
_FILES: tuple[tuple[Kind, str], ...] = (
    ("preview", "jpg"),
    ("original", "png"),
    ("original", "jpg"),
    ("plain", "png"),
    ("plain", "jpg"),
)


def picture_key(job_secret: str, position: int, kind: Kind, extension: str) -> str:
    """Return the storage key of a job's picture; the same arguments give the same key."""
    return new_key(_derive(job_secret, f"file:{position}"), position, kind, extension)


def plain_key(job_secret: str, position: int, content_type: str = "image/png") -> str:
    """Return the storage key of the picture that letters were set over, or a size was made of."""
    return picture_key(job_secret, position, "plain", content_type.rpartition("/")[2])


def share_secret(job_secret: str, album_secret: str, position: int) -> str:
    """Return the secret in the link that shows one picture of a chat with this album."""
    return _derive(job_secret, f"link:{album_secret}:{position}")


def can_be_shared(job_secret: str, stored: list[StoredPicture]) -> bool:
    """Return whether a page that shows one of these pictures tells nothing of the others.

    The keys of older versions hold the secret of the job, and so lead from one to the others.
    """
    return len(stored) == 1 or all(job_secret not in picture.key for picture in stored)


def possible_keys(job: Job, stored: list[StoredPicture], count: int) -> Iterator[str]:
    """Yield every key under which a file of `count` pictures of a job may be.

    stored: its pictures. Not only theirs: a worker may have been killed between storing and
    listing, one of an older version also.
    """
    older = not stored or job.attempts > 1 or any(job.secret in picture.key for picture in stored)
    for position in range(count):
        for kind, extension in _FILES:
            yield picture_key(job.secret, position, kind, extension)
            if older:
                yield new_key(job.secret, position, kind, extension)


def _derive(secret: str, purpose: str) -> str:
    """192 bits in 32 URL-safe characters."""
    return urlsafe_b64encode(hmac.digest(secret.encode(), purpose.encode(), "sha256")[:24]).decode()
