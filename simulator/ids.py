"""Create identifiers of the formats that LINE uses."""

from __future__ import annotations

import itertools
import re
import secrets
import time
import uuid

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Seeded from the clock, so that a restarted simulator never repeats an id that a bot remembers.
_messages = itertools.count(600_000_000_000_000_000 + int(time.time() * 1000) % 10**13 * 10_000)


def now_ms() -> int:
    """Return milliseconds since the Unix epoch."""
    return time.time_ns() // 1_000_000


def message_id() -> str:
    """Create a message id: 18 digits, ascending."""
    return str(next(_messages))


def ulid() -> str:
    """Create a webhookEventId: a ULID, 48 bits of time and 80 random ones, in base 32."""
    value = now_ms() << 80 | secrets.randbits(80)
    return "".join(_CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


def token() -> str:
    """Create a reply token: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def quote_token() -> str:
    """Create a quote token: long and URL-safe."""
    return secrets.token_urlsafe(48)


def request_id() -> str:
    """Create an x-line-request-id: a UUID."""
    return str(uuid.uuid4())


def is_uuid(text: str) -> bool:
    """Return whether `text` is a UUID in its hexadecimal form with hyphens."""
    return re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is not None


def is_id(text: object, kinds: str = "UCR") -> bool:
    """Return whether `text` has the format of a user (U), group (C) or room (R) id."""
    return isinstance(text, str) and re.fullmatch(rf"[{kinds}][0-9a-f]{{32}}", text) is not None
