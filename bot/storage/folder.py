"""Pictures in a folder of this machine, served by the web process (bot/web/pictures.py)."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.storage.base import (
    StorageError,
    content_type_of,
    file_name,
    new_key,
    new_secret,
    validate_content_type,
    validate_key,
    validate_metadata,
)
from bot.texts.sentence import Sentence


class FolderStorage:
    """Keeps each picture at <path>/<key> and what is known of it beside it, at <path>/<key>.json.

    A file appears whole or not at all, and is on the disk when put returns: it is written under
    another name, flushed, and moved. web and worker may share the folder, also over NFS.
    """

    def __init__(self, path: Path, public_url: str) -> None:
        self.path = Path(path)
        self._base = f"{public_url.rstrip('/')}/pictures/"

    def picture_path(self, key: str) -> Path:
        """Return where the picture is, or would be; ValueError for a key that is not of new_key."""
        return self.path / validate_key(key)

    def put(
        self, key: str, data: bytes, content_type: str, metadata: Mapping[str, str] | None = None
    ) -> None:
        """Store the picture; see Storage.put."""
        target = self.picture_path(key)
        note = {
            "content_type": validate_content_type(key, content_type),
            "metadata": validate_metadata(metadata),
        }
        with _disk_errors(self.path):
            # The note first: whoever sees the picture finds its note too.
            _write(_metadata_path(target), json.dumps(note, ensure_ascii=False).encode())
            _write(target, data)

    def url(self, key: str) -> str:
        """Return PUBLIC_URL/pictures/<key>, which never changes."""
        return self._base + validate_key(key)

    def download_url(self, key: str, name: str) -> str:
        """Return the same, with the name of the file to be saved; see Storage.download_url."""
        file_name(key, name)
        return f"{self.url(key)}?name={name}"

    def get(self, key: str) -> bytes:
        """Return the picture's bytes; see Storage.get."""
        with _disk_errors(self.path):
            return self.picture_path(key).read_bytes()

    def delete(self, key: str) -> None:
        """Delete picture, note, and what a killed write left behind; see Storage.delete."""
        target = self.picture_path(key)
        with _disk_errors(self.path):
            for path in (target, _metadata_path(target)):
                path.unlink(missing_ok=True)
            with contextlib.suppress(FileNotFoundError):  # the folder went away meanwhile
                for path in target.parent.glob(f".{target.name}.*"):
                    path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # not empty yet, or never there
                target.parent.rmdir()

    def check(self) -> Sentence:
        """Write, read and delete a picture; see Storage.check."""
        started = time.monotonic()
        key = new_key(new_secret(), 0, "original", "png")
        data = secrets.token_bytes(64)
        self.put(key, data, content_type_of(key))
        try:
            same = self.get(key) == data
        finally:
            self.delete(key)
        if not same:
            raise StorageError(
                Sentence("storage_error.other_bytes", folder=self.path),
                permanent=True,
                reason="misconfigured",
            )
        free = shutil.disk_usage(self.path).free / 1e9
        ms = (time.monotonic() - started) * 1000
        return Sentence("storage.folder", folder=self.path, ms=f"{ms:.0f}", gigabytes=f"{free:.1f}")


def _metadata_path(picture: Path) -> Path:
    return picture.with_name(picture.name + ".json")


def _write(target: Path, data: bytes) -> None:
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    tries = 10
    while True:
        tries -= 1
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
            return
        except (FileNotFoundError, FileExistsError):
            # Deleting the job's other picture took the folder away as empty; make it again.
            if not tries:
                raise
        finally:
            draft.unlink(missing_ok=True)


@contextlib.contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise StorageError(
            Sentence("storage_error.missing"), permanent=True, reason="missing"
        ) from None
    except OSError as error:
        # The error's own text holds the file's name, and thereby the key: it stays out.
        why = {"where": path, "error": error.strerror or type(error).__name__}
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(
                Sentence("storage_error.full", **why), permanent=False, reason="full"
            ) from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise StorageError(
                Sentence("storage_error.denied", **why), permanent=True, reason="denied"
            ) from None
        raise StorageError(
            Sentence("storage_error.failed", **why), permanent=False, reason="unavailable"
        ) from None
