"""The sweep: finds in the database what nobody works at, and returns messages that wake somebody.

A broker that lost its memory, a worker that was killed, a courier that died during a call, a
webhook whose message never reached the broker: all of them end here, at the latest.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import Connection

from bot import jobs
from bot.jobs import limits, loading_animation
from bot.jobs.picture_secrets import possible_keys
from bot.monitoring import liveness
from bot.queue import republish
from bot.queue.app import FETCH_PROFILES, READ_INBOX, TaskMessage
from bot.settings import Settings
from bot.storage import Storage
from bot.store import appeals, chats, inbox, outbox, pending_questions, people, photos
from bot.store.clock import now
from bot.store.database import Database
from bot.tasks.fetch_photo import REFETCH_AFTER_SECONDS
from bot.telemetry import log_stream
from inference.request import MAX_COUNT

log = structlog.get_logger(__name__)

REDELIVER_AFTER_SECONDS = 20.0
MAX_TRANSACTION_SECONDS = 10.0  # for which the database may keep a sweep waiting
DAY = 24 * 3600.0
PARKED_DAYS = 7  # for which an operator may look after an event


def sweep(database: Database, max_attempts: int, interval: float = 10.0) -> list[TaskMessage]:
    """Requeue or give up what is lost; returns the messages for what is overdue.

    interval: seconds between two sweeps. After a longer gap the database may have been away, so
    that workers could not renew their leases: they are given until the next sweep.
    """
    with database.write() as db:
        none: tuple[list[str], list[str]] = ([], [])
        overslept = _overslept(db, interval)
        requeued, given_up = none if overslept else jobs.recover_expired(db, max_attempts)
        unpublished = republish.overdue(db)
        undelivered = jobs.due_deliveries(db, REDELIVER_AFTER_SECONDS)
        unsent = outbox.due(db, REDELIVER_AFTER_SECONDS)
        to_erase = jobs.due_erasures(db)
        profiles = people.has_pending(db)
        unfetched = photos.due_fetches(db, REFETCH_AFTER_SECONDS)
        photos_to_erase = photos.due_erasures(db)
        unread = inbox.has_due(db)
        pending_questions.delete_stale(db)
        liveness.record_tick(db)
    counts: dict[str, Sequence[object]] = {
        "requeued": requeued,
        "given_up": given_up,
        "unpublished": unpublished,
        "to_erase": to_erase,
    }
    if any(counts.values()):
        log.info("sweep.recovered", **{name: len(rows) for name, rows in counts.items()})
    # A job may be both requeued and unpublished.
    messages = list(dict.fromkeys([*_messages("draw", requeued), *unpublished]))
    messages += [READ_INBOX] if unread else []
    messages += _messages("deliver", undelivered)
    messages += _messages("send", unsent)
    messages += _messages("erase", to_erase)
    messages += [FETCH_PROFILES] if profiles else []
    messages += _messages("fetch_photo", unfetched)
    messages += _messages("erase_photo", photos_to_erase)
    return messages


def _overslept(db: Connection, interval: float) -> bool:
    last_tick = liveness.last_seen(db).tick_at
    return last_tick is not None and now() - last_tick > 3 * interval + MAX_TRANSACTION_SECONDS


def sweep_tickets(database: Database, settings: Settings) -> list[TaskMessage]:
    """Return messages for jobs whose reply token, or loading animation, is about to expire."""
    with database.read() as db:
        expiring = jobs.jobs_needing_ticket(
            db, settings.ticket_after_seconds, settings.reply_token_ttl_seconds
        )
        fading = loading_animation.expiring_animations(db)
    claimed: list[str] = []
    if fading:
        with database.write() as db:
            claimed = loading_animation.claim_animations(db, fading)
    return _messages("offer_ticket", expiring) + _messages("show_loading", claimed)


def erase_job(database: Database, storage: Storage, settings: Settings, job_id: str) -> None:
    """Delete a job's pictures from storage, then its words and people from the database.

    Does nothing unless the job is marked for erasure. Raises StorageError.
    """
    with database.read() as db:
        job = jobs.get(db, job_id)
        stored = jobs.pictures_of(db, job_id)
    if job is None or job.erase_at is None or job.erased_at is not None:
        return
    for key in possible_keys(job, stored, MAX_COUNT):
        storage.delete(key)
    # Today's jobs still count for the day's limit, which nobody gets back by erasing.
    today = job.created_at >= limits.day_start()
    day_mark = limits.day_mark(job.user_id) if job.user_id and today else None
    with database.write() as db:
        outbox.delete_for_job(db, job_id)
        jobs.mark_erased(db, job_id, day_mark)
    lines = log_stream.delete_matching(settings, (job.id, job.number, job.event_id), job.created_at)
    log.info("job.erased", number=job.number, job=job.id, pictures=len(stored), lines=lines)


def delete_expired(database: Database, retention_days: float) -> None:
    """Delete or mark what is older than the retention time; the sweep then erases pictures."""
    expired = now() - retention_days * DAY
    with database.write() as db:
        jobs.mark_expired(db, expired)
        chats.delete_silent(db, expired)
        people.delete_stale(db, expired)
        appeals.delete_before(db, expired)
        photos.mark_expired(db, expired, now() - DAY)
        jobs.delete_stale_records(db, now() - DAY, now() - 30 * DAY)
        jobs.delete_day_marks(db, limits.day_start())
        outbox.redact_before(db, now() - DAY)
        inbox.delete_parked_before(db, now() - PARKED_DAYS * DAY)


def _messages(task: str, ids: Sequence[str]) -> list[TaskMessage]:
    return [TaskMessage(task, row_id) for row_id in ids]
