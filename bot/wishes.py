"""A wish becomes a job, or a kind word why not: the one door to painting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from bot import bans, jobs, limits, messages, switches, waiting
from bot.moderation import moderation
from bot.prompt import Reading, stored
from bot.queue import Wake
from bot.turn import Turn

log = structlog.get_logger(__name__)


def draw(
    turn: Turn,
    reading: Reading,
    *,
    parent_id: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> list[Wake]:
    """Store a job, or say kindly why not.

    parent_id: the job or photo that it goes on from. more: what the request keeps besides the
    reading: the way it goes on, the picture it starts from (bot.prompt.wish).
    """
    event, settings = turn.event, turn.settings
    if bans.is_banned(turn.db, event.user_id, turn.chat_id):
        log.info("refused", category="banned", event_id=event.id, chat_kind=turn.kind)
        return turn.say(messages.problem("banned", turn.language))
    switched = switches.state(turn.db)
    if reading.problem is not None and switched.accepting:
        return turn.say(messages.problem(reading.problem, turn.language, turn.kind))
    if settings.moderation:
        changes = switches.amendment(turn.db, switched.words_at)
        judge = moderation(settings.moderation_lists, changes)
        category = judge.refusal(reading.prompt, reading.negative)
        if category is not None:
            # Counted by its kind; what was asked for stands in no log and no table.
            log.info("refused", category=category, event_id=event.id, chat_kind=turn.kind)
            return turn.say(messages.refused(category, turn.language))
    if not switched.accepting:  # after the lists: who asks for help finds it all the same
        log.info("refused", category="paused", event_id=event.id, chat_kind=turn.kind)
        return turn.say(messages.problem("paused", turn.language))
    limit = limits.reached(
        turn.db,
        limits.limits_of(turn.db, settings, turn.chat_id),
        chat_id=turn.chat_id,
        chat_kind=turn.kind,
        user_id=event.user_id,
        count=reading.count,
    )
    if limit is not None:
        log.info("limit reached", limit=limit.kind, event_id=event.id, chat_kind=turn.kind)
        free = _until_free(turn, limit.kind)
        return turn.say(messages.busy(limit.kind, turn.language, free=free, **limit.values))
    request = stored(reading, steps=settings.steps, guidance=settings.guidance)
    job_id, number = jobs.add(
        turn.db,
        event_id=event.id,
        chat_id=turn.chat_id,
        chat_kind=turn.kind,
        user_id=event.user_id,
        message_id=event.message_id,
        quote_token=event.quote_token,
        language=turn.language,
        request={**request, **(more or {})},
        reply_token=event.reply_token,
        token_at=turn.received_at,
        parent_id=parent_id,
    )
    log.info("queued", number=number, job=job_id, event_id=event.id, chat_kind=turn.kind)
    wakes = [Wake("draw", job_id)]
    if turn.private:
        wakes.append(Wake("show_loading", job_id))
    return wakes


def _until_free(turn: Turn, kind: str) -> tuple[float, float] | None:
    """From and to when a full queue of a person or group has a place again; None: not known."""
    if kind not in {"waiting", "group"}:
        return None
    person = turn.event.user_id if kind == "waiting" else None
    first = jobs.first_under_way(turn.db, turn.chat_id, person)
    return waiting.how_long(turn.db, first).seconds if first else None
