"""What must never stand in a log: what people wrote, who they are, and what opens something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.store.schema import chats, jobs, photos
from tests.scenarios.house import House

# Values of these keys of a webhook's event are somebody's, or open something.
_KEYS = frozenset(
    {"text", "userId", "groupId", "replyToken", "quoteToken", "markAsReadToken", "displayText"}
)
_SHORT = 4  # shorter texts may occur in a log by chance


def leaks(house: House, words: set[str], read: Mapping[str, int] | None = None) -> list[str]:
    """Lines of any process's log in which one of the words stands; `read`: lines to pass over."""
    skip = read or {}
    return [
        line
        for name in house.processes
        for line in house.log_lines(name)[skip.get(name, 0) :]
        if any(word in line for word in words)
    ]


def personal_words(house: House) -> set[str]:
    """Every such word of the story that has just been told in this house."""
    words = {house.secret, house.token}
    words.update(room["id"] for room in house.simulator.rooms())
    for webhook in house.simulator.webhooks():
        words.update(_values(webhook["events"]))
    words.update(row["secret"] for row in house.rows(jobs))
    words.update(row["album"] for row in house.rows(chats) if row["album"])
    words.update(row["key"] for row in house.rows(photos))
    # A 受付番号 is what a log may, and should, call a job by; people type it too.
    numbers = {row["number"] for row in house.rows(jobs)}
    return {word for word in words - numbers if len(word) >= _SHORT}


def _values(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _values(each)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key in _KEYS and isinstance(value, str):
                yield value
            else:
                yield from _values(value)
