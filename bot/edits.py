"""A message that was edited, which LINE allows in groups: what it asked for is painted anew.

With the same seed where there is one: that of the picture once it is painted. What is not painted
yet is given up; what is painted stays. The event brings a reply token of its own, so that the new
picture costs what any picture costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot import from_photos, going_on, jobs, messages, photos
from bot.events import Mention
from bot.prompt import Reading, clean, command, cut, read, stored
from bot.prompt.spoken import without_small_talk
from bot.queue import Wake
from bot.turn import Turn
from bot.wishes import draw

WAY = "edit"  # how a request says that its seed is that of the picture before
_WISHES = (
    *("prompt", "negative_prompt", "count", "width", "height"),
    *("styles", "effort", "fidelity", "strength"),
)


def edited(turn: Turn) -> list[Wake] | None:
    """Paint what an edited message says now; None: it asked for nothing before, and is to be
    taken for a new one."""
    event = turn.event
    if event.text is None or not event.message_id:
        return []
    job = jobs.by_message(turn.db, event.message_id, turn.chat_id)
    if job is None or job.request is None:
        return None
    order = command(cut(event.text, event.mentions, event.emojis))
    if order is not None and (order.kind != "cancel" or order.number):
        return None
    reading = read(event.text, event.mentions, event.emojis)
    alive = job.state not in {jobs.CANCELLED, jobs.FAILED}
    if order is None and alive and _same(job.request, reading):
        return []  # a mention, a mark or a smile more or less
    was_under_way = jobs.cancel(turn.db, job.id)
    if order is not None:
        content = messages.cancelled(job.number, turn.language)
        return turn.say(content) if was_under_way else []
    # What was for the bot stays so, also when the mention was lost.
    turn.event = replace(event, mentions=(*event.mentions, Mention(0, 0, is_self=True)))
    way = job.request.get("way")
    text = without_small_talk(clean(cut(event.text, event.mentions, event.emojis)))
    photo = photos.get(turn.db, job.parent_id) if job.parent_id else None
    if photo is not None and job.request.get("photo"):
        return from_photos.paint(turn, photo, text)
    if way == "change":
        picture = jobs.get(turn.db, job.parent_id) if job.parent_id else None
        on = going_on.Picture(picture) if picture else None
        wakes = going_on.said(turn, text, reading, on)
        return draw(turn, reading) if wakes is None else wakes
    if way not in {None, WAY}:
        return None  # 「もう一度」 and the like: words that name no picture of their own
    if reading.seed is None:
        painted = jobs.pictures_of(turn.db, job.id)
        seed = painted[0].seed if painted else job.request.get("seed")
        if seed is not None:
            return draw(turn, replace(reading, seed=seed), more={"way": WAY})
    return draw(turn, reading)


def _same(kept: Mapping[str, Any], reading: Reading) -> bool:
    """Whether a job's request is what this reading asks for."""
    if kept.get("way") not in {None, WAY} or kept.get("photo"):
        return False
    seed = None if kept.get("way") else kept.get("seed")  # that somebody said
    new = stored(reading)
    return reading.seed == seed and all(
        (kept.get(it) or None) == (new.get(it) or None) for it in _WISHES
    )
