"""The worker's part of a job: claim, paint, store, mark as drawn."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum
from functools import partial
from secrets import token_hex

import structlog

from bot import counting, jobs, photos, switches, tracing
from bot.database import now
from bot.jobs import Job, StoredPicture
from bot.lease import Lease
from bot.prompt import request_of, source_of
from bot.runtime import Runtime
from bot.storage import StorageError, new_key
from inference.request import (
    DrawRequest,
    InvalidRequest,
    OutOfMemory,
    PaintError,
    Picture,
    Stopped,
    Unsafe,
)

log = structlog.get_logger(__name__)

STORE_TRIES = 3


class Result(Enum):
    """How a draw task ended."""

    NOTHING = "nothing"  # not ours to do: another worker has it, or it was cancelled
    DRAWN = "drawn"
    FAILED = "failed"  # for good: the courier tells the chat
    AGAIN = "again"  # back in the queue, to be published anew
    STOPPED = "stopped"  # back in the queue, the message is to be handed back to the broker


def draw(runtime: Runtime) -> tuple[Result, str | None]:
    """Paint the job whose turn it is; how that ended, and the id of the job, if there was one.

    Every way out leaves it in a state that something goes on from. Which job a message of the
    broker named does not matter: there is a message for each, and turns are between people.
    """
    settings = runtime.settings
    with runtime.database.write() as db:
        if switches.state(db).draining:
            log.info("left in the queue", reason="the workers are drained")
            return Result.NOTHING, None
        # One of its own for each claim: no thread may take its neighbour's job for its own.
        owner = f"{runtime.owner}/{token_hex(4)}"
        job = jobs.claim_next(db, owner, settings.lease_seconds)
    if job is None:
        return Result.NOTHING, None
    about = {"number": job.number, "job": job.id, "attempt": job.attempts}
    about |= {"event_id": job.event_id, "chat_kind": job.chat_kind}  # the message named another
    structlog.contextvars.bind_contextvars(**about)
    tracing.follow(job.trace)
    log.info("drawing", waited=round(now() - job.created_at, 3))
    with tracing.span("draw", "consumer", number=job.number, attempt=job.attempts):
        result = _draw(runtime, job)
    counting.attempted(result.value)
    return result, job.id


def _draw(runtime: Runtime, job: Job) -> Result:
    with Lease(runtime, job) as lease:
        try:
            return _paint(runtime, job, lease)
        except Stopped:
            if lease.lost.is_set():
                log.info("stopped", reason="cancelled or taken over")
                return Result.NOTHING
            with runtime.database.write() as db:
                jobs.give_back(db, job.id, job.lease_owner, counted=False)
            log.info("stopped", reason="shutdown", step=lease.step)
            return Result.STOPPED
        except _PhotoAwaited:
            with runtime.database.write() as db:
                jobs.give_back(db, job.id, job.lease_owner, counted=False)
            log.info("waits for its photo")
            return Result.AGAIN
        except (PaintError, StorageError) as error:
            code = error.code if isinstance(error, PaintError) else "storage_failed"
            log.warning("not painted", code=code, permanent=error.permanent, error=str(error))
            return _failed(runtime, job, code, permanent=error.permanent)
        except Exception:
            log.exception("not painted", code="paint_failed")
            return _failed(runtime, job, "paint_failed", permanent=False)


def _failed(runtime: Runtime, job: Job, code: str, *, permanent: bool) -> Result:
    counting.failed(code)
    with runtime.database.write() as db:
        if permanent or job.attempts >= runtime.settings.max_attempts:
            result = Result.FAILED
            ours = jobs.fail(db, job.id, code, owner=job.lease_owner)
        else:
            result = Result.AGAIN
            ours = jobs.give_back(db, job.id, job.lease_owner, counted=True, code=code)
    return result if ours else Result.NOTHING


def _paint(runtime: Runtime, job: Job, lease: Lease) -> Result:
    if job.attempts > runtime.settings.max_attempts:
        raise PaintError("Tried too often.", permanent=True, code="too_many_attempts")
    if job.request is None:
        raise PaintError("The request is gone.", permanent=True, code="paint_failed")
    info = runtime.painter.info
    key = source_of(job.request, info)
    source = _picture(runtime, job, key) if key else None
    request = request_of({**job.request, "image": source}, info)

    def on_step(step: int, steps: int) -> None:
        lease.step, lease.steps = step, steps
        lease.sign()

    def should_stop() -> bool:
        return runtime.stopping.is_set() or lease.lost.is_set()

    def paint(request: DrawRequest) -> list[Picture]:
        with tracing.span("paint", pictures=request.count):
            return runtime.painter.paint(request, on_step=on_step, should_stop=should_stop)

    private = job.chat_kind == "user"  # among others nothing questionable is shown, not even a blur
    try:
        try:
            painted = _shown(paint, request, blurred=private)
        except InvalidRequest:
            if request.image is None:
                raise
            # A family that paints from words only: from the same words, then.
            log.info("painted from words", reason="the model takes no picture")
            request = replace(request, image=None, strength=None)
            painted = _shown(paint, request, blurred=private)
    except (OutOfMemory, MemoryError) as error:
        smaller = request.smaller()
        log.warning("out of memory", smaller=smaller is not None)
        if smaller is None:
            raise PaintError(str(error), permanent=True, code="out_of_memory") from error
        try:
            painted = _shown(paint, smaller, blurred=private)
        except (OutOfMemory, MemoryError) as second:
            raise PaintError(str(second), permanent=True, code="out_of_memory") from second
    painted_at = now()
    with tracing.span("store", pictures=len(painted)):
        stored = _store(runtime, job, painted, lease)
    _, cut = runtime.painter.kept_and_cut(job.request["prompt"])
    learnt = {**job.request, "cut": cut} if cut.strip() else None
    if any(it.blurred for it in painted):
        learnt = {**(learnt or job.request), "blurred": True}
    with runtime.database.write() as db:
        ours = jobs.drawn(db, job.id, job.lease_owner, stored, painted_at, kept=learnt)
        current = None if ours else jobs.get(db, job.id)
    if not ours:
        # Taken back while it was stored: nothing may stay behind. (If another worker has it now,
        # the keys are the same and the pictures are that worker's.)
        if current is None or current.state == jobs.CANCELLED:
            for it in stored:
                runtime.storage.delete(it.key)
                runtime.storage.delete(it.preview_key)
        return Result.NOTHING
    seconds = round(painted_at - (job.drawing_at or painted_at), 3)
    log.info("drawn", pictures=len(stored), seconds=seconds)
    counting.painted(len(stored), seconds)
    return Result.DRAWN


class _PhotoAwaited(Exception):
    """The photo to start from is still on its way: not an attempt at all."""


def _picture(runtime: Runtime, job: Job, key: str) -> bytes:
    """The picture or photo that another goes on from."""
    try:
        return runtime.storage.get(key)
    except StorageError as error:
        if error.reason != "missing":
            raise
        with runtime.database.read() as db:
            photo = photos.of_key(db, job.chat_id or "", key)
        if photo is not None and photo.state == photos.WAITING:
            # Rarely: a job whose parent is the photo is not taken before (bot.jobs.turns).
            raise _PhotoAwaited from None
        if photo is not None and photo.error_code:
            message = "The photo to start from could not be had."
            raise PaintError(message, permanent=True, code=photo.error_code) from error
        message = "The picture to start from has been erased."
        raise PaintError(message, permanent=True, code="source_gone") from error


def _shown(
    paint: Callable[[DrawRequest], list[Picture]], request: DrawRequest, *, blurred: bool
) -> list[Picture]:
    """The pictures that may be shown.

    A prompt that passed is not to blame when every picture of it is flagged: it is painted once
    more with another seed, unless the person asked for the seed. blurred: what was flagged by a
    hair, and blurred by the painter, is better than nothing. Raises Unsafe.
    """
    for last in (request.seed is not None, True):
        try:
            painted = paint(request)
            if kept := [it for it in painted if not it.flagged]:
                return kept
            if last and blurred and (kept := [it for it in painted if it.blurred]):
                log.info("blurred", pictures=len(kept))
                return kept
            raise Unsafe("Every picture was flagged.")
        except Unsafe:
            if last:
                raise
            log.info("painted again", reason="every picture was flagged")
    raise AssertionError("unreachable")


def _store(runtime: Runtime, job: Job, painted: list[Picture], lease: Lease) -> list[StoredPicture]:
    stored = []
    for position, picture in enumerate(painted):
        ext = "png" if picture.content_type == "image/png" else "jpg"
        it = StoredPicture(
            position=position,
            key=new_key(job.secret, position, "original", ext),
            preview_key=new_key(job.secret, position, "preview", "jpg"),
            content_type=picture.content_type,
            size=len(picture.data),
            width=picture.width,
            height=picture.height,
            seed=picture.seed,
        )
        about: Mapping[str, str] = {
            "ai-generated": "true",
            "model": runtime.painter.info.name,
            "seed": str(picture.seed),
            "number": job.number,
        }
        put = runtime.storage.put
        _retry(partial(put, it.key, picture.data, it.content_type, about), lease)
        _retry(partial(put, it.preview_key, picture.preview, "image/jpeg", about), lease)
        stored.append(it)
    return stored


def _retry(call: Callable[[], object], lease: Lease) -> None:
    for attempt in range(1, STORE_TRIES + 1):
        lease.sign()
        try:
            call()
            return
        except StorageError as error:
            if error.permanent or attempt == STORE_TRIES:
                raise
            log.warning("not stored yet", attempt=attempt, error=str(error))
            threading.Event().wait(0.5 * 2**attempt)
