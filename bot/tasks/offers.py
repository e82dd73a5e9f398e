"""Offers what is kept for a chat with the next free reply that goes there: one line, 「受け取る」.

So a reply that was lost, without anybody knowing whether it was, is resolved by those who can see
the chat. It costs nothing, and a picture comes twice only to somebody who asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from bot import jobs, messages
from bot.jobs.kept_outcomes import kept_outcomes
from bot.store import outbox
from bot.store.outbox import Delivery

MAX_OFFERS = 3  # in one reply; the others come with the next


class Outgoing(NamedTuple):
    """What a delivery sends to LINE.

    shown: how many of the messages are about the delivery's own job. offered: ids of the jobs that
    a last line offers.
    """

    messages: list[dict[str, Any]]
    shown: int = 0
    offered: Sequence[str] = ()


def add_offer(
    db: Connection, delivery: Delivery, chat_id: str | None, content: list[dict[str, Any]]
) -> Outgoing:
    """Add to a reply the line that offers what is kept for its chat, if anything is."""
    alone = Outgoing(content, len(content))
    if delivery.way != outbox.REPLY or not chat_id or not content:
        return alone
    kept = kept_outcomes(db, chat_id, MAX_OFFERS, without=delivery.job_id)
    if not kept:
        return alone
    numbers = [job.number for job in kept]
    extended = messages.with_offer(content, numbers, kept[0].language)
    if len(extended) == len(content):
        return alone
    return Outgoing(extended, len(content), [job.id for job in kept])


def record_offers(db: Connection, offered: Sequence[str]) -> None:
    """Note that jobs were offered: a tap can be expected, as with a ticket."""
    for job_id in offered:
        jobs.record_ticket(db, job_id)
