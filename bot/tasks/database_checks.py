"""What the watchdog examines in the tables: alarms by name, each with a detail for operators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, func, or_, select

from bot.jobs import DELIVERED, DRAWING, DRAWN, FAILED, QUEUED, WAITING
from bot.monitoring import liveness, stats
from bot.settings import Settings
from bot.store import inbox, outbox, workers
from bot.store.clock import now
from bot.store.schema import deliveries, jobs
from bot.store.workers import Worker
from bot.texts.written import in_english

QUEUE_OLD_SECONDS, UNDELIVERED_SECONDS = 300.0, 120.0
INBOX_OLD_SECONDS = 60.0  # as long as a reply token lives
RECENT_SECONDS = 600.0  # what happened within it counts as now
TOKEN_REFUSED_SECONDS = 180.0
MIN_FAILURES, MIN_FAILURE_SHARE = 3, 0.2  # of what ended: more than either is too many
MAX_CLOCK_SKEW_SECONDS = 10.0  # leases and reply tokens are counted by the clocks

Alarms = Iterator[tuple[str, str]]


def database_alarms(db: Connection, settings: Settings) -> dict[str, str]:
    """Return what the tables show to be wrong, by the alarm's name."""
    processes = workers.all_workers(db)
    return dict(
        [
            *_process_alarms(processes),
            *_queue_alarms(db),
            *_failure_alarms(db),
            *_inbox_alarms(db),
            *_budget_alarms(processes, settings),
            *_liveness_alarms(db, processes, settings),
            *_token_alarms(db, processes),
            *_refused_message_alarms(db),
        ]
    )


def _process_alarms(processes: Sequence[Worker]) -> Alarms:
    # As the whole house starts, a worker has its model to load.
    started_at = workers.oldest_courier_start(processes) or 0.0
    starting = started_at > now() - workers.ALIVE_SECONDS
    painters = [each for each in processes if each.process == "worker"]
    # One that loads for minutes is no alarm: whoever waits too long for it is one, queue_old.
    if not starting and not any(each.running for each in painters):
        yield "no_worker", in_english("alarm_detail.no_worker.none")
    if skewed := [*_skewed(processes)]:
        yield "clock_skew", ", ".join(skewed)
    recent = [each for each in processes if each.seen_at > now() - RECENT_SECONDS]
    if hung := [each for each in recent if each.state == "hung"]:
        numbers = [(each.id, each.about["hung"]["number"]) for each in hung]
        lines = (
            in_english("alarm_detail.worker_hung.hung", id=id_, number=number)
            for id_, number in numbers
        )
        yield "worker_hung", ", ".join(lines)
    elif stalled := [each for each in processes if each.state == "still"]:
        stalls = [(each.id, f"{each.about['still']:.0f}") for each in stalled]
        lines = (
            in_english("alarm_detail.worker_hung.still", id=id_, seconds=long)
            for id_, long in stalls
        )
        yield "worker_hung", ", ".join(lines)
    # What was stopped while it loaded did not sign off either, and held nobody's picture.
    if silent := [each for each in recent if each.state == "silent" and not each.was_loading]:
        yield "worker_silent", ", ".join(f"{each.process} {each.id}" for each in silent)


def _skewed(processes: Sequence[Worker]) -> Iterator[str]:
    """Yield whose clocks are wrong, and by how much."""
    for process in processes:
        if process.skew and abs(process.skew[1]) > MAX_CLOCK_SKEW_SECONDS:
            reference, ahead = process.skew
            # A process whose clock is behind looks silent, by the time in its row.
            if process.alive or process.seen_at - ahead > now() - workers.ALIVE_SECONDS:
                key = "off_line" if reference == "LINE" else "off_database"
                yield in_english(
                    f"alarm_detail.clock_skew.{key}", id=process.id, seconds=f"{ahead:+.0f}"
                )


def _queue_alarms(db: Connection) -> Alarms:
    oldest = stats.oldest_age(db)
    if oldest["queued"] > QUEUE_OLD_SECONDS:
        count = stats.count_by_state(db)["queued"]
        minutes = f"{oldest['queued'] / 60:.0f}"
        yield "queue_old", in_english("alarm_detail.queue_old.waiting", n=count, minutes=minutes)
    late = jobs.c.drawn_at < now() - UNDELIVERED_SECONDS
    query = select(jobs.c.number).where(jobs.c.state == DRAWN, jobs.c.deliver_at.is_not(None), late)
    if numbers := list(db.execute(query.limit(5)).scalars()):
        yield "undelivered", ", ".join(numbers)


def _failure_alarms(db: Connection) -> Alarms:
    recent = stats.recent_jobs(db, now() - RECENT_SECONDS)
    ended = sum(job.state in {DRAWN, WAITING, DELIVERED, FAILED} for job in recent)
    codes = Counter(job.error_code or "unknown" for job in recent if job.state == FAILED)
    failed = codes.total()
    if failed >= MIN_FAILURES and failed > MIN_FAILURE_SHARE * ended:
        causes = ", ".join(f"{count} {code}" for code, count in codes.most_common(3))
        share = in_english("alarm_detail.failures.share", failed=failed, ended=ended, causes=causes)
        yield "failures", share
    waiting = (jobs.c.state.in_((QUEUED, DRAWING)), jobs.c.error_code == "storage_failed")
    count = db.execute(select(func.count()).where(*waiting)).scalar_one()
    if count or codes["storage_failed"]:
        failed_count = codes["storage_failed"]
        yield "storage", in_english("alarm_detail.storage.waiting", n=count, failed=failed_count)
    parked = select(jobs.c.number).where(
        jobs.c.state == FAILED,
        jobs.c.error_code == "too_many_attempts",
        jobs.c.created_at > now() - stats.HOUR_SECONDS,
    )
    if numbers := list(db.execute(parked.limit(5)).scalars()):
        yield "parked", ", ".join(numbers)


def _inbox_alarms(db: Connection) -> Alarms:
    backlog = inbox.backlog(db)
    if backlog.oldest_age > INBOX_OLD_SECONDS:
        seconds = f"{backlog.oldest_age:.0f}"
        yield (
            "inbox_old",
            in_english("alarm_detail.inbox_old.waiting", n=backlog.waiting, seconds=seconds),
        )
    if backlog.parked:
        names = ", ".join(str(event.seq) for event in inbox.list_parked(db, 5))
        yield "inbox_parked", f"{backlog.parked}: {names}"


def _budget_alarms(processes: Sequence[Worker], settings: Settings) -> Alarms:
    budget = stats.push_budget(processes)
    if budget is None or budget.quota.remaining is None or not settings.push_enabled:
        return
    left = budget.quota.remaining
    if left <= settings.push_reserve:
        yield (
            "push_budget",
            in_english("alarm_detail.push_budget.left", left=left, reserve=settings.push_reserve),
        )


def _liveness_alarms(db: Connection, processes: Sequence[Worker], settings: Settings) -> Alarms:
    last_seen = liveness.last_seen(db)
    since = workers.oldest_courier_start(processes)
    silent = liveness.seconds_since_tick(last_seen, since, settings.sweep_interval_seconds)
    if silent is not None:
        yield "no_clock", in_english("alarm_detail.no_clock.silent", minutes=f"{silent / 60:.0f}")
    if liveness.webhook_signature_failing(last_seen):
        yield (
            "webhooks_refused",
            in_english("alarm_detail.webhooks_refused.count", n=last_seen.rejected_count),
        )


def _token_alarms(db: Connection, processes: Sequence[Worker]) -> Alarms:
    """Whether LINE refuses the channel access token: to a message, or to a courier that asked."""
    code = "unauthorized"
    waiting = deliveries.c.state == outbox.READY
    recent = deliveries.c.created_at > now() - TOKEN_REFUSED_SECONDS
    given_up = (deliveries.c.state == outbox.REFUSED) & recent
    query = select(func.count()).where(deliveries.c.error_code == code, or_(waiting, given_up))
    count = db.execute(query).scalar_one()
    reported = any(each.about.get("quota_code") == code for each in processes if each.alive)
    if count or reported:
        detail = in_english("alarm_detail.token_refused.messages", n=count)
        yield "token_refused", detail if count else in_english("alarm_detail.token_refused.asked")


def _refused_message_alarms(db: Connection) -> Alarms:
    """Whether LINE finds fault with messages: the same again would be refused again."""
    recent = deliveries.c.created_at > now() - RECENT_SECONDS
    refused = (deliveries.c.state == outbox.REFUSED) & (deliveries.c.error_code == "bad_request")
    query = select(jobs.c.number).join(deliveries, deliveries.c.job_id == jobs.c.id)
    if numbers := list(db.execute(query.where(recent, refused).distinct().limit(5)).scalars()):
        yield "messages_refused", ", ".join(numbers)
