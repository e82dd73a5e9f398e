"""What LINE counts: reply tokens, retry keys, the monthly quota and request rates."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from simulator import ids


@dataclass
class ReplyToken:
    """A reply token: its room, when its event happened, and when it expires."""

    room: str
    born: float
    until: float
    used: bool = False


@dataclass
class ReplyTokens:
    """Reply tokens work once, for one minute after the webhook, and at most 20 minutes after the
    event.

    ttl, max_age: seconds.
    https://developers.line.biz/en/reference/messaging-api/#send-reply-message-reply-token
    """

    ttl: float = 60.0
    max_age: float = 20 * 60.0
    tokens: dict[str, ReplyToken] = field(default_factory=dict)

    def issue(self, room: str) -> str:
        """Create a token for an event in `room`."""
        token = ids.token()
        self.adopt(token, room)
        return token

    def adopt(self, token: str, room: str) -> None:
        """Register a token from a hand-made webhook."""
        now = time.monotonic()
        self.tokens[token] = ReplyToken(room, now, now + self.ttl)

    def renew(self, token: str) -> None:
        """Restart the token's minute, because its webhook is sent (again)."""
        if token in self.tokens:
            self.tokens[token].until = time.monotonic() + self.ttl

    def room_of(self, token: str) -> str | None:
        """Return the room of a token, valid or used."""
        known = self.tokens.get(token)
        return known.room if known else None

    def good(self, token: str) -> bool:
        """Return whether a reply with this token would be accepted now."""
        known = self.tokens.get(token)
        now = time.monotonic()
        return (
            known is not None
            and not known.used
            and now < known.until
            and now < known.born + self.max_age
        )

    def spend(self, token: str) -> None:
        """Mark the token as used."""
        self.tokens[token].used = True


@dataclass
class Accepted:
    """A request that was accepted with a retry key."""

    at: float
    request_id: str
    request: Any
    sent: list[dict[str, str]]


@dataclass
class RetryKeys:
    """Retry keys of accepted requests, kept for 24 hours. ttl: seconds.

    https://developers.line.biz/en/docs/messaging-api/retrying-api-request/
    """

    ttl: float = 24 * 3600.0
    accepted: dict[str, Accepted] = field(default_factory=dict)

    def find(self, key: str) -> Accepted | None:
        """Return the request accepted with `key`. Returns None if it is unknown or expired."""
        known = self.accepted.get(key.lower())
        return known if known and time.monotonic() < known.at + self.ttl else None

    def keep(self, key: str, request_id: str, request: Any, sent: list[dict[str, str]]) -> None:
        """Record that `request` was accepted."""
        self.accepted[key.lower()] = Accepted(time.monotonic(), request_id, request, sent)


@dataclass
class Quota:
    """The monthly push quota. value: None means no limit (type "none")."""

    value: int | None
    used: int = 0

    def allows(self, recipients: int) -> bool:
        """Return whether a push to this many users fits into the month.

        Users count, not message objects:
        https://developers.line.biz/en/docs/messaging-api/pricing/
        """
        return self.value is None or self.used + recipients <= self.value


# Requests per second and endpoint; Messaging API reference, "Rate limits". The 100 an hour that
# make or delete rich menus are left out.
RATES = {"loading": 100.0, "multicast": 200.0, "webhook-test": 60 / 3600}
BURSTS = {"webhook-test": 60.0}  # the bucket's size, where it is not one second's requests
USUAL_RATE = 2000.0


@dataclass
class Rates:
    """A token bucket per endpoint, as LINE describes its rate limits."""

    limits: dict[str, float] = field(default_factory=dict)
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def limit(self, endpoint: str) -> float:
        """Return the requests per second that the endpoint accepts."""
        return self.limits.get(endpoint, RATES.get(endpoint, USUAL_RATE))

    def take(self, endpoint: str) -> bool:
        """Count one request. Returns False if it exceeds the limit."""
        now = time.monotonic()
        rate = self.limit(endpoint)
        size = max(rate, BURSTS.get(endpoint, 0.0)) if endpoint not in self.limits else rate
        level, at = self._buckets.get(endpoint, (size, now))
        level = min(size, level + (now - at) * rate)
        allowed = level >= 1
        self._buckets[endpoint] = (level - 1 if allowed else level, now)
        return allowed
