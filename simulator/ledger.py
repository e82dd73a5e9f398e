"""What LINE keeps count of: reply tokens, retry keys, the monthly quota and request rates.

None of these locks: the state calls them under its own lock.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from simulator import ids


@dataclass
class ReplyToken:
    """A token's life: which room it answers, when its event was, until when it works."""

    room: str
    born: float
    until: float
    used: bool = False


@dataclass
class ReplyTokens:
    """Reply tokens work once, for one minute after a webhook arrived, and never more than twenty
    minutes after the event (Messaging API reference, "Reply token").

    ttl and max_age are seconds.
    """

    ttl: float = 60.0
    max_age: float = 20 * 60.0
    tokens: dict[str, ReplyToken] = field(default_factory=dict)

    def issue(self, room: str) -> str:
        """A new token for an event in `room`."""
        token = ids.token()
        self.adopt(token, room)
        return token

    def adopt(self, token: str, room: str) -> None:
        """Let a token of somebody else's making work like one of ours."""
        now = time.monotonic()
        self.tokens[token] = ReplyToken(room, now, now + self.ttl)

    def renew(self, token: str) -> None:
        """The webhook with this token is sent (again): its minute starts now."""
        if token in self.tokens:
            self.tokens[token].until = time.monotonic() + self.ttl

    def room_of(self, token: str) -> str | None:
        """The room that a token, good or spent, belongs to."""
        known = self.tokens.get(token)
        return known.room if known else None

    def good(self, token: str) -> bool:
        """Whether a reply with this token would be accepted now."""
        known = self.tokens.get(token)
        now = time.monotonic()
        return (
            known is not None
            and not known.used
            and now < known.until
            and now < known.born + self.max_age
        )

    def spend(self, token: str) -> None:
        """Use the token up."""
        self.tokens[token].used = True


@dataclass
class Accepted:
    """A request that was accepted under a retry key."""

    at: float
    request_id: str
    request: Any
    sent: list[dict[str, str]]


@dataclass
class RetryKeys:
    """Keys of accepted requests, remembered for 24 hours (Messaging API, "Retry failed API
    requests"). `ttl` is in seconds."""

    ttl: float = 24 * 3600.0
    accepted: dict[str, Accepted] = field(default_factory=dict)

    def find(self, key: str) -> Accepted | None:
        """The request that was accepted under `key`, while LINE remembers it."""
        known = self.accepted.get(key.lower())
        return known if known and time.monotonic() < known.at + self.ttl else None

    def keep(self, key: str, request_id: str, request: Any, sent: list[dict[str, str]]) -> None:
        """Remember that `request` was accepted."""
        self.accepted[key.lower()] = Accepted(time.monotonic(), request_id, request, sent)


@dataclass
class Quota:
    """The month's push messages: `value` None means no limit (type "none")."""

    value: int | None
    used: int = 0

    def allows(self, recipients: int) -> bool:
        """Whether a message to so many people fits into the month (Messaging API pricing: the
        number of people counts, not the number of message objects)."""
        return self.value is None or self.used + recipients <= self.value


# Requests per second and endpoint; Messaging API reference, "Rate limits". Per-hour limits of
# endpoints that a person uses by hand (rich menus, webhook test) are left out.
RATES = {"loading": 100.0, "multicast": 200.0}
USUAL_RATE = 2000.0


@dataclass
class Rates:
    """A token bucket per endpoint, as LINE describes its rate limits."""

    limits: dict[str, float] = field(default_factory=dict)
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def limit(self, endpoint: str) -> float:
        """Requests per second that the endpoint takes."""
        return self.limits.get(endpoint, RATES.get(endpoint, USUAL_RATE))

    def take(self, endpoint: str) -> bool:
        """Count one request; False when it is one too many."""
        now = time.monotonic()
        rate = self.limit(endpoint)
        level, at = self._buckets.get(endpoint, (rate, now))
        level = min(rate, level + (now - at) * rate)
        allowed = level >= 1
        self._buckets[endpoint] = (level - 1 if allowed else level, now)
        return allowed
