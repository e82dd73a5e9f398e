"""What every storage can do, and how pictures are named."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Literal, Protocol

from bot.texts.sentence import Sentence, Verbatim

# LINE shows JPEG and PNG only.
# https://developers.line.biz/en/reference/messaging-api/#image-message
CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg"}
CACHE_CONTROL = "public, max-age=31536000, immutable"
# Characters of the longest address that LINE takes for an image (as above).
MAX_URL = 2000

_KEY = re.compile(r"p/[A-Za-z0-9_-]{22,64}/[0-9]{1,4}-(?:original|preview|plain)\.(png|jpg)")

Reason = Literal["missing", "denied", "misconfigured", "unavailable", "full"]


class StorageError(Exception):
    """A picture could not be stored, read or deleted.

    permanent: trying again will not help until someone mends what the message names.
    reason: missing (no such picture), denied (credentials, rights), misconfigured (bucket, region,
        address), unavailable (timeout, 5xx, network), full (disk).
    said: the message in the reader's language; as str() the error is English.
    """

    def __init__(self, message: Sentence | str, *, permanent: bool, reason: Reason) -> None:
        super().__init__(str(message))
        self.said = message if isinstance(message, Sentence) else Verbatim(message)
        self.permanent = permanent
        self.reason = reason


class Storage(Protocol):
    """Thread-safe. Each method raises StorageError, and ValueError for a key not of new_key."""

    def put(
        self, key: str, data: bytes, content_type: str, metadata: Mapping[str, str] | None = None
    ) -> None:
        """Store a picture whole or not at all; doing it again with the same key is harmless.

        Metadata is for operators: names of a-z, 0-9 and -, any values, 2 KB in all; no prompt, no
        person.
        """

    def url(self, key: str) -> str:
        """Return the address at which LINE and phones fetch the picture, <= 2000 characters."""

    def download_url(self, key: str, name: str) -> str:
        """Return an address at which a browser saves the picture as <name>.png or .jpg.

        `name` is 1..40 of A-Z, a-z, 0-9 and -. Made without a call to the network. It is that of
        `url` where the store's own address cannot be told to name a file.
        """

    def get(self, key: str) -> bytes:
        """Return the picture's bytes; StorageError with reason "missing" when there is none."""

    def delete(self, key: str) -> None:
        """Delete the picture and what was stored with it; fine when there is none."""

    def check(self) -> Sentence:
        """Write, read and delete a small picture; return the result in one line."""


def new_secret() -> str:
    """Return the unguessable part of a job's keys: 128 random bits in 22 URL-safe characters."""
    return secrets.token_urlsafe(16)


def new_key(
    secret: str, index: int, kind: Literal["original", "preview", "plain"], ext: str
) -> str:
    """Return the key of a job's picture `index` (0..9999): p/<secret>/<index>-original.png.

    `secret` is 22..64 URL-safe characters, as new_secret gives; `ext` is png, jpg or jpeg. The same
    arguments give the same key, so that a job painted twice overwrites its own pictures only.
    Raises ValueError for anything else.
    """
    ext = ext.lower().removeprefix(".")
    return validate_key(f"p/{secret}/{index}-{kind}.{'jpg' if ext == 'jpeg' else ext}")


def validate_key(key: str) -> str:
    """Return a key that new_key can have made; ValueError for any other (`..`, `/`, ids ...)."""
    if not _KEY.fullmatch(key):
        raise ValueError("Not the key of a picture; make keys with new_key(new_secret(), ...).")
    return key


def file_name(key: str, name: str) -> str:
    """Return the name of a file to save; ValueError for what could mean something in a header."""
    if not re.fullmatch(r"[A-Za-z0-9-]{1,40}", name):
        raise ValueError("A file's name is made of letters, digits and -.")
    return f"{name}.{validate_key(key).rpartition('.')[2]}"


def content_type_of(key: str) -> str:
    """Return image/png or image/jpeg, by the key's ending."""
    return CONTENT_TYPES[validate_key(key).rpartition(".")[2]]


def validate_content_type(key: str, content_type: str) -> str:
    """Return the content type; ValueError if it does not fit the key's ending."""
    if content_type != content_type_of(key):
        raise ValueError(f"A key that ends so is {content_type_of(key)}, not {content_type}.")
    return content_type


def validate_metadata(metadata: Mapping[str, str] | None) -> dict[str, str]:
    """Return a copy; ValueError for a name that cannot be part of an HTTP header everywhere."""
    for name in metadata or {}:
        if not re.fullmatch(r"[a-z0-9-]{1,64}", name):
            raise ValueError(f"A metadata name is made of a-z, 0-9 and -, not {name!r}.")
    return dict(metadata or {})
