"""The month's push messages: what LINE allows, and what the settings leave for pictures."""

from __future__ import annotations

from typing import Any

from bot.line import Quota
from bot.settings import Settings


def summarize_budget(quota: Quota, settings: Settings) -> dict[str, Any]:
    """Return the budget in messages; None means no limit. A push to a group costs one a member."""
    if not settings.push_enabled:
        pictures_may_push: int | None = 0
    elif quota.remaining is None:
        pictures_may_push = None
    else:
        pictures_may_push = max(0, quota.remaining - settings.push_reserve)
    return {
        "limit": quota.limit,
        "used": quota.used,
        "left": quota.remaining,
        "reserve": settings.push_reserve,
        "push": settings.push_enabled,
        "pictures_may_push": pictures_may_push,
    }
