"""The worker's part of a job: claim it, paint, store the pictures, mark it as drawn."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from enum import Enum
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import jobs
from bot.jobs import Job
from bot.prompt import StoredRequest
from bot.settings import Settings
from bot.storage import Storage, StorageError
from bot.store import flags
from bot.store.clock import now
from bot.store.database import Database
from bot.tasks.composing import Composed, compose_pictures, reopen
from bot.tasks.lease import HangDetails, Lease
from bot.tasks.paint import Painted, paint_pictures
from bot.tasks.patience import Patience, is_away
from bot.tasks.progress import ProgressMonitor
from bot.tasks.source_picture import PhotoPending, load_source
from bot.tasks.store_pictures import delete_pictures, store_pictures
from bot.telemetry import process_metrics, tracing
from bot.texts.graphemes import end_from
from inference.errors import PaintError, Stopped
from inference.request import DrawRequest, Picture

if TYPE_CHECKING:
    from inference import Painter

log = structlog.get_logger(__name__)


class DrawResult(Enum):
    """How a draw task ended."""

    NOTHING = "nothing"  # no job to paint, or it was cancelled or taken over meanwhile
    DRAWN = "drawn"
    FAILED = "failed"  # for good: the courier tells the chat
    RETRY = "again"  # back in the queue, to be published again
    STOPPED = "stopped"  # back in the queue; the broker is to have its message back


class JobPainter:
    """Claims, paints and stores jobs. One per worker; safe among threads.

    worker_id: host:pid, with which the leases' owners begin. stopping: set when the process is to
    end. on_hang: see bot.tasks.lease.Lease.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        storage: Storage,
        painter: Painter,
        monitor: ProgressMonitor,
        *,
        worker_id: str,
        stopping: threading.Event,
        on_hang: Callable[[HangDetails], object],
    ) -> None:
        self._settings, self._database, self._storage = settings, database, storage
        self._painter, self._monitor = painter, monitor
        self._worker_id, self._stopping, self._on_hang = worker_id, stopping, on_hang

    def draw_next_job(self) -> tuple[DrawResult, str | None]:
        """Paint the job whose turn it is; returns the result, and the job's id if there was one.

        Every way out leaves the job in a state that something goes on from.
        """
        with self._database.write() as db:
            if flags.get_flags(db).draining:
                log.info("job.left_queued", reason="the workers are drained")
                return DrawResult.NOTHING, None
            # A different owner for each claim: no thread may take its neighbour's job for its own.
            owner = f"{self._worker_id}/{token_hex(4)}"
            job = jobs.claim_next(db, owner, self._settings.lease_seconds)
        if job is None:
            return DrawResult.NOTHING, None
        fields = {"number": job.number, "job": job.id, "attempt": job.attempts}
        fields |= {"event_id": job.event_id, "chat_kind": job.chat_kind}
        structlog.contextvars.bind_contextvars(**fields)
        tracing.set_current(job.trace)
        waited = round(now() - job.created_at, 3)
        log.info("job.claimed", waited=waited)
        if job.attempts == 1:
            process_metrics.observe_wait(waited)
        with tracing.span("draw", "consumer", number=job.number, attempt=job.attempts):
            result = self._draw(job)
        process_metrics.observe_attempt(result.value)
        return result, job.id

    def _draw(self, job: Job) -> DrawResult:
        seconds = self._settings.lease_seconds
        with Lease(self._database, self._monitor, job, seconds, self._on_hang) as lease:
            try:
                return self._paint_and_store(job, lease)
            except Stopped:
                if lease.lost.is_set():
                    log.info("job.abandoned", reason="cancelled or taken over")
                    return DrawResult.NOTHING
                log.info("job.interrupted", step=lease.step)
                return self._requeue(job, DrawResult.STOPPED)
            except PhotoPending:
                log.info("job.awaits_photo")
                return self._requeue(job, DrawResult.RETRY)
            except Exception as error:
                return self._end_attempt(job, error)

    def _end_attempt(self, job: Job, error: Exception) -> DrawResult:
        """Give a job back whose storage or database is away; else count a failed attempt."""
        if is_away(error):
            log.warning("job.given_back", error=type(error).__name__)
            return self._requeue(job, DrawResult.RETRY)
        if isinstance(error, PaintError | StorageError):
            code, permanent = _error_code(error), error.permanent
            log.warning("job.attempt_failed", code=code, permanent=permanent, error=str(error))
            return self._fail(job, code, permanent=permanent)
        log.error("job.attempt_crashed", code="paint_failed", exc_info=error)
        return self._fail(job, "paint_failed", permanent=False)

    def _paint_and_store(self, job: Job, lease: Lease) -> DrawResult:
        if job.attempts > self._settings.max_attempts:
            raise PaintError("Tried too often.", permanent=True, code="too_many_attempts")
        if job.request is None:
            raise PaintError("The request is gone.", permanent=True, code="paint_failed")
        info = self._painter.info
        patience = Patience(
            lease.report_progress,
            partial(self._should_stop, lease),
            partial(self._note_away, job),
        )
        painted = self._make(job, job.request, lease, patience)
        composed = compose_pictures(painted.pictures, job.request, info.name)
        fallbacks = job.request.unmet(info) + painted.fallbacks + composed.fallbacks
        if fallbacks:
            log.info("job.fell_back", fallbacks=fallbacks)
        outcome = replace(
            self._with_outcome(job.request, composed.pictures),
            fallbacks=fallbacks,
            painted_with=info.numerics,
        )
        return self._store(job, composed, outcome, patience)

    def _store(
        self, job: Job, composed: Composed, outcome: StoredRequest, patience: Patience
    ) -> DrawResult:
        """Store painted pictures and mark their job as drawn, however long that takes."""
        painted_at, model = now(), self._painter.info.name
        pictures, plain = composed.pictures, composed.plain
        with tracing.span("store", pictures=len(pictures)):
            stored = store_pictures(self._storage, job, pictures, model, patience, plain=plain)

        def mark_drawn() -> tuple[bool, Job | None]:
            with self._database.write() as db:
                ours = jobs.mark_drawn(
                    db, job.id, job.lease_owner, stored, painted_at, request=outcome
                )
                return ours, None if ours else jobs.get(db, job.id)

        ours, current = patience.call(mark_drawn)
        if not ours:
            # Taken back while it was stored: nothing may stay behind. (If another worker has it
            # now, the keys are the same and the pictures are that worker's.)
            if current is None or current.state == jobs.CANCELLED:
                delete_pictures(self._storage, job, stored)
            return DrawResult.NOTHING
        seconds = round(painted_at - (job.drawing_at or painted_at), 3)
        log.info("job.drawn", pictures=len(stored), seconds=seconds)
        process_metrics.observe_painting(len(stored), seconds)
        return DrawResult.DRAWN

    def _make(self, job: Job, request: StoredRequest, lease: Lease, patience: Patience) -> Painted:
        """Paint, or take the picture that only gets other letters."""
        info = self._painter.info
        key = request.plain_key or request.start_key(info)
        source = None
        if key:
            source = patience.call(partial(load_source, self._database, self._storage, job, key))
        if request.plain_key and source is not None:
            return Painted([reopen(source, request.seed or 0, info.name)])
        in_group = job.chat_kind != "user"  # where nothing questionable is shown, not even blurred
        return paint_pictures(
            partial(self._paint, lease), request.draw_request(info, source), blurred=not in_group
        )

    def _paint(self, lease: Lease, request: DrawRequest) -> list[Picture]:
        def on_step(step: int, steps: int) -> None:
            lease.step, lease.steps = step, steps
            lease.report_progress()

        should_stop = partial(self._should_stop, lease)
        with tracing.span("paint", pictures=request.count):
            return self._painter.paint(request, on_step=on_step, should_stop=should_stop)

    def _note_away(self, job: Job, error: Exception) -> None:
        """Let the alarm know, as far as that is possible."""
        if isinstance(error, StorageError):
            with suppress(SQLAlchemyError), self._database.write() as db:
                jobs.note_error(db, job.id, job.lease_owner, _error_code(error))

    def _should_stop(self, lease: Lease) -> bool:
        return self._stopping.is_set() or lease.lost.is_set()

    def _with_outcome(self, request: StoredRequest, pictures: list[Picture]) -> StoredRequest:
        """Return the request with the words beyond the model's limit, and whether it is blurred."""
        kept, cut_text = self._painter.split_at_token_limit(request.prompt)
        cut_text = end_from(request.prompt, len(kept)) if cut_text else ""  # tokens part emojis
        blurred = any(picture.blurred for picture in pictures)
        return replace(request, cut_text=cut_text if cut_text.strip() else "", blurred=blurred)

    def _requeue(self, job: Job, result: DrawResult) -> DrawResult:
        with self._database.write() as db:
            jobs.requeue(db, job.id, job.lease_owner, counted=False)
        return result

    def _fail(self, job: Job, code: str, *, permanent: bool) -> DrawResult:
        process_metrics.observe_failure(code)
        with self._database.write() as db:
            if permanent or job.attempts >= self._settings.max_attempts:
                result = DrawResult.FAILED
                ours = jobs.fail(db, job.id, code, owner=job.lease_owner)
            else:
                result = DrawResult.RETRY
                ours = jobs.requeue(db, job.id, job.lease_owner, counted=True, code=code)
        return result if ours else DrawResult.NOTHING


def _error_code(error: PaintError | StorageError) -> str:
    """Return a key of "failed" in bot.texts; what is wrong with a picture is wrong with a photo."""
    if isinstance(error, StorageError):
        return "storage_failed"
    return error.code.replace("image_", "photo_", 1)
