"""The signature by which LINE proves that a webhook comes from LINE.

The x-line-signature header holds the base64 of the HMAC-SHA256 of the raw body, keyed with the
channel secret. The body must be the bytes as they arrived: parsing and writing them again may
change them. https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
"""

from __future__ import annotations

import base64
import hmac


def sign(secret: str, body: bytes) -> str:
    """Return the signature of `body` under the channel secret, in base64 (44 characters)."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode("ascii")


def is_valid_signature(secret: str, body: bytes, signature: str | None) -> bool:
    """Return whether `signature` is that of `body`, by constant-time comparison. Never raises.

    A missing or garbled signature is not valid. An empty secret validates nothing, since anybody
    could sign with it.
    """
    if not secret or not signature:
        return False
    expected = sign(secret, body).encode("ascii")
    # compare_digest refuses non-ASCII strings but takes any bytes; a header may hold anything.
    return hmac.compare_digest(expected, signature.encode("utf-8", "backslashreplace"))
