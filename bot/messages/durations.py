"""How long something takes or has taken, in words."""

from __future__ import annotations

from math import ceil

from bot.texts import gettext

_MINUTE, _HOUR, _DAY = 60, 3600, 24 * 3600
_UNITS = ((_DAY, "days"), (_HOUR, "hours"), (_MINUTE, "minutes"), (1, "seconds"))
# (multiple that an estimate is rounded up to, up to how many seconds): nobody waits by the second.
_ROUNDING = ((10, _MINUTE), (_MINUTE, 10 * _MINUTE), (5 * _MINUTE, _HOUR), (_HOUR, None))


def range_text(seconds: tuple[float, float], lang: str) -> str:
    """Say in one sentence how long it will take: at least and at most so many seconds."""
    low, high = (_round_up(value) for value in seconds)
    if low == high:
        return gettext("estimate.about", lang, time=_estimate(high, lang))
    low_text, high_text = _estimate(low, lang), _estimate(high, lang)
    return gettext("estimate.between", lang, low=low_text, high=high_text)


def duration_text(seconds: float, lang: str) -> str:
    """Say a time to wait, rounded up as people do: 「10分」."""
    return _estimate(_round_up(seconds), lang)


def elapsed_text(seconds: float, lang: str) -> str:
    """Say a time that has passed, rounded down to its largest unit: 「12秒」, "3 h"."""
    return _span(int(seconds), lang, _UNITS)


def _round_up(seconds: float) -> int:
    for multiple, limit in _ROUNDING:
        rounded = max(1, ceil(seconds / multiple)) * multiple
        if limit is None or rounded <= limit:
            break
    return rounded


def _estimate(seconds: int, lang: str) -> str:
    return _span(seconds, lang, _UNITS[1:])  # no estimate is a matter of days


def _span(seconds: int, lang: str, units: tuple[tuple[int, str], ...]) -> str:
    for size, name in units:
        if seconds >= size:
            return gettext(f"span.{name}", lang, n=seconds // size)
    return gettext("span.seconds", lang, n=max(0, seconds))
