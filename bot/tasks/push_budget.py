"""What a push costs, and whether the month's quota still has room for it.

LINE counts a push once for each member of its chat.
https://developers.line.biz/en/docs/messaging-api/pricing/
"""

from __future__ import annotations

import time
from dataclasses import replace

import structlog

from bot.line import ChatKind, LineClient, Quota

log = structlog.get_logger(__name__)

QUOTA_CACHE_SECONDS = 60.0


class PushBudget:
    """The month's quota as LINE reports it, cached. One per process; safe among threads.

    reserve: messages of the quota that outcomes must leave.
    """

    def __init__(self, line: LineClient, reserve: int) -> None:
        self._line, self._reserve = line, reserve
        self._cached: tuple[float, Quota] | None = None  # (monotonic seconds, quota)

    def affordable_price(self, chat_id: str, kind: ChatKind) -> int | None:
        """Return what one push to a chat costs, in messages; None if the quota forbids it.

        Raises LineError.
        """
        price = self._line.member_count(chat_id, kind)
        quota = self._quota()
        left = None if quota.limit is None else quota.limit - quota.used
        if left is not None and left - self._reserve < price:
            log.warning("push.budget_exhausted", price=price, left=left)
            return None
        return price

    def count(self, price: int) -> None:
        """Count a push that is about to be sent, until LINE's own figure is read again."""
        if self._cached is not None:
            read_at, quota = self._cached
            self._cached = read_at, replace(quota, used=quota.used + price)

    def _quota(self) -> Quota:
        if self._cached is None or self._cached[0] < time.monotonic() - QUOTA_CACHE_SECONDS:
            self._cached = (time.monotonic(), self._line.quota())
        return self._cached[1]
