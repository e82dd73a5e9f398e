"""Where pictures are stored: in a bucket that speaks S3, or in a folder of this machine.

Imports of bot: settings, and only for its types.

A picture's key is the only thing that protects it: whoever has the link can see the picture, as
LINE's own servers must. So a key holds at least 128 random bits, and nothing about a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.storage.base import Storage, StorageError, new_key, new_secret
from bot.storage.folder import FolderStorage

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.storage.s3 import S3Storage

__all__ = [
    "FolderStorage",
    "S3Storage",
    "Storage",
    "StorageError",
    "new_key",
    "new_secret",
    "open_storage",
]


def __getattr__(name: str) -> Any:
    """Import S3Storage, and with it urllib3, when it is first used (PEP 562)."""
    if name != "S3Storage":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from bot.storage.s3 import S3Storage

    return S3Storage


def open_storage(settings: Settings) -> Storage:
    """Return the storage that the settings name: S3 if S3_BUCKET is set, otherwise PICTURES_DIR.

    Touches neither disk nor network, and imports boto3 only with the first call to S3.
    """
    if settings.s3_bucket:
        from bot.storage.s3 import S3Storage

        return S3Storage(settings)
    return FolderStorage(settings.pictures_dir, settings.public_url)
