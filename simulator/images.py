"""Download and check the pictures of a message when it is sent, as LINE's clients would."""

from __future__ import annotations

import io
import time
from typing import Any

import urllib3
from PIL import Image

MAX_ORIGINAL = 10_000_000  # bytes; the stricter reading of "10 MB"
MAX_PREVIEW = 1_000_000
MAX_PIXELS = 60_000_000  # a guard against decompression bombs; LINE states no limit
TIMEOUT = urllib3.Timeout(connect=2, read=3)
MAX_SECONDS = 10


class Fetcher:
    """Download pictures over a few kept connections."""

    def __init__(self) -> None:
        self._http = urllib3.PoolManager(num_pools=8, maxsize=4)

    def problems(self, messages: list[dict[str, Any]]) -> list[dict[str, str]]:
        """Return LINE's `details` for every invalid picture of these (well-formed) messages."""
        details = []
        for number, message in enumerate(messages):
            if message["type"] != "image":
                continue
            for key, limit in (
                ("originalContentUrl", MAX_ORIGINAL),
                ("previewImageUrl", MAX_PREVIEW),
            ):
                problem = self.problem(message[key], limit)
                if problem:
                    details.append({"message": problem, "property": f"messages[{number}].{key}"})
        return details

    def problem(self, url: str, limit: int) -> str | None:
        """Return why the picture at `url` (at most `limit` bytes) is invalid. Returns None if it
        is valid.
        """
        try:
            data = self._download(url, limit)
        except urllib3.exceptions.HTTPError as error:
            return f"the image could not be fetched: {type(error).__name__}"
        return data if isinstance(data, str) else problem_of(data)

    def _download(self, url: str, limit: int) -> bytes | str:
        deadline = time.monotonic() + MAX_SECONDS
        response = self._http.request(
            "GET",
            url,
            timeout=TIMEOUT,
            preload_content=False,
            retries=urllib3.Retry(connect=0, read=0, redirect=3, status=0, other=0),
        )
        try:
            if response.status != 200:
                return f"the image could not be fetched: HTTP status {response.status}"
            data = bytearray()
            for part in response.stream(64 * 1024):
                data += part
                if len(data) > limit:
                    return f"the image must be at most {limit} bytes"
                if time.monotonic() > deadline:
                    return f"the image could not be fetched within {MAX_SECONDS} seconds"
            return bytes(data)
        finally:
            response.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.clear()


def problem_of(data: bytes) -> str | None:
    """Return why these bytes are not a valid JPEG or PNG. Returns None if they are.

    The whole picture is decoded.
    """
    kind = kind_of(data)
    if kind is None:
        return "the image must be a JPEG or PNG"
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                return "the image has too many pixels"
            picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return "the image is damaged and cannot be decoded"
    return None


def kind_of(data: bytes) -> str | None:
    """Return the content type by the first bytes: image/jpeg, image/png or None."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return None


def preview_of(data: bytes) -> bytes:
    """Return a JPEG of at most 240 pixels a side, for /content/preview."""
    with Image.open(io.BytesIO(data)) as picture:
        small = picture.convert("RGB")
    small.thumbnail((240, 240))
    out = io.BytesIO()
    small.save(out, "JPEG")
    return out.getvalue()
