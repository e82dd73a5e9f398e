"""The sweep: finds in the database what nobody is at, and wakes somebody up for it.

A broker that lost its memory, a worker that was killed, a courier that died in mid-call, a webhook
whose message never reached the broker: all of them end here, at the latest.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bot import chats, heard, jobs, limits, logstream, outbox, people, photos, waiting, waking
from bot.database import now
from bot.queue import Wake
from bot.runtime import Runtime
from bot.storage import new_key
from inference.request import MAX_COUNT

log = structlog.get_logger(__name__)

DELIVER_AGAIN_AFTER = 20.0
FETCH_AGAIN_AFTER = 20.0
FORGET_TOKENS_AFTER = 24 * 3600.0
DAY = 24 * 3600.0


def sweep(runtime: Runtime) -> list[Wake]:
    """Put right what is lost or overdue; returns whom to wake."""
    settings = runtime.settings
    with runtime.database.write() as db:
        again, given_up = jobs.rescue(db, settings.max_attempts)
        late = waking.late(db)
        results = jobs.to_bring(db, DELIVER_AGAIN_AFTER)
        replies = outbox.due(db, DELIVER_AGAIN_AFTER)
        erase = jobs.to_erase(db)
        unknown = people.due(db)
        unfetched, taken_back = photos.due(db, FETCH_AGAIN_AFTER), photos.to_erase(db)
        heard.swept(db)
    found: dict[str, Sequence[object]] = {
        "rescued": again,
        "given_up": given_up,
        "late": late,
        "erase": erase,
    }
    if any(found.values()):
        log.info("swept", **{name: len(ids) for name, ids in found.items()})
    wakes = list(dict.fromkeys([*(Wake("draw", it) for it in again), *late]))
    wakes += [Wake("deliver", it) for it in results]
    wakes += [Wake("send", it) for it in replies]
    wakes += [Wake("erase", it) for it in erase]
    wakes += [people.KNOW] if unknown else []
    wakes += [Wake("fetch_photo", it) for it in unfetched]
    wakes += [Wake("erase_photo", it) for it in taken_back]
    return wakes


def tickets(runtime: Runtime) -> list[Wake]:
    """Whom to wake for jobs whose reply token, or loading animation, is about to die."""
    settings = runtime.settings
    with runtime.database.read() as db:
        found = jobs.needing_ticket(db, settings.ticket_after, settings.reply_token_life)
        fading = waiting.fading(db)
    again: list[str] = []
    if fading:
        with runtime.database.write() as db:
            again = waiting.claim(db, fading)
    wakes = [Wake("offer_ticket", it) for it in found]
    return wakes + [Wake("show_loading", it) for it in again]


def erase(runtime: Runtime, job_id: str) -> None:
    """Delete a job's pictures from storage, then its words and people from the database."""
    with runtime.database.read() as db:
        job = jobs.get(db, job_id)
        stored = jobs.pictures_of(db, job_id)
    if job is None or job.erase_at is None or job.erased_at is not None:
        return
    # Not only what is listed: a worker may have been killed between storing and listing.
    for position in range(MAX_COUNT):
        runtime.storage.delete(new_key(job.secret, position, "preview", "jpg"))
        for ext in ("png", "jpg"):
            runtime.storage.delete(new_key(job.secret, position, "original", ext))
    # Today's are counted on for the day's limit, which nobody gets back by erasing.
    today = job.created_at >= limits.day_began()
    mark = limits.mark(job.user_id) if job.user_id and today else None
    with runtime.database.write() as db:
        outbox.drop_job(db, job_id)
        jobs.erased(db, job_id, mark)
    lines = logstream.drop(runtime.settings, (job.id, job.number, job.event_id), job.created_at)
    log.info("erased", number=job.number, job=job.id, pictures=len(stored), lines=lines)


def forget(runtime: Runtime) -> None:
    """What the retention time is over for goes; the sweep then erases the pictures."""
    expired = now() - runtime.settings.retention_days * DAY
    with runtime.database.write() as db:
        jobs.expire(db, expired)
        chats.forget(db, expired)
        people.forget(db, expired)
        photos.expire(db, expired, now() - DAY)
        jobs.forget_traces(db, now() - FORGET_TOKENS_AFTER, now() - 30 * DAY)
        jobs.forget_marks(db, limits.day_began())
        outbox.forget(db, now() - FORGET_TOKENS_AFTER)
