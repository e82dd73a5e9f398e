"""How long something will take, in words that promise no more than was measured."""

from __future__ import annotations

from math import ceil

from bot.texts import say

MINUTE, HOUR = 60, 3600
# (rounded up to a multiple of, up to): nobody waits by the second
_STEPS = ((10, MINUTE), (MINUTE, 10 * MINUTE), (5 * MINUTE, HOUR), (HOUR, None))


def between(seconds: tuple[float, float], lang: str = "ja") -> str:
    """One sentence: how long from now, at the least and at the most."""
    low, high = (_rounded(it) for it in seconds)
    if low == high:
        return say("estimate.about", lang, time=_time(high, lang))
    return say("estimate.between", lang, low=_time(low, lang), high=_time(high, lang))


def rounded(seconds: float, lang: str = "ja") -> str:
    """A time in words, rounded up as people do."""
    return _time(_rounded(seconds), lang)


def _rounded(seconds: float) -> int:
    for unit, most in _STEPS:
        value = max(1, ceil(seconds / unit)) * unit
        if most is None or value <= most:
            break
    return value


def _time(seconds: int, lang: str) -> str:
    for unit, name in ((HOUR, "hours"), (MINUTE, "minutes")):
        if seconds >= unit:
            return say(f"estimate.{name}", lang, n=seconds // unit)
    return say("estimate.seconds", lang, n=seconds)
