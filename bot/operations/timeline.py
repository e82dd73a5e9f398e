"""The history of one job: what happened when, and which process did it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from bot import jobs
from bot.jobs import Job, StoredPicture, attempts
from bot.jobs.attempts import Attempt
from bot.operations.numerics import OtherNumerics, other_numerics
from bot.store import outbox
from bot.store.outbox import Delivery
from bot.texts import gettext, has_text


class Event(NamedTuple):
    """Something that happened to a job.

    at: seconds since 1970. seconds: since the event that it follows from.
    """

    at: float
    text: str
    seconds: float | None = None


class Stage(NamedTuple):
    """A stage of a job: which process worked on it, and from when to when (seconds since 1970).

    end: None while it goes on, or if it never ended. outcome: how it ended, if not well. kind:
    queue, paint, store, bring or message, in any language.
    """

    name: str
    process: str
    start: float
    end: float | None
    outcome: str | None = None
    kind: str = "message"


@dataclass(frozen=True)
class JobHistory:
    """All that the tables hold about one job."""

    job: Job
    received_at: float | None
    attempts: list[Attempt]
    pictures: list[StoredPicture]
    deliveries: list[Delivery]
    other_numerics: tuple[OtherNumerics, ...] = ()

    def error_codes(self) -> list[str]:
        """Return the codes (bot.operations.error_codes) of the job, its attempts and messages."""
        codes = [self.job.error_code]
        for attempt in self.attempts:
            worker_gone = attempt.outcome in attempts.WORKER_GONE
            codes += [attempt.error_code, attempt.outcome if worker_gone else None]
        codes += [delivery.error_code for delivery in self.deliveries]
        return list(dict.fromkeys(code for code in codes if code))

    @property
    def failed_attempts(self) -> list[Attempt]:
        """The attempts that are over and gave no picture."""
        not_failed = {None, attempts.PAINTED}
        return [attempt for attempt in self.attempts if attempt.outcome not in not_failed]

    @property
    def painting_started_at(self) -> float | None:
        """When the attempt began that gave the pictures, or that goes on."""
        failed = {attempt.began_at for attempt in self.failed_attempts}
        return None if self.job.drawing_at in failed else self.job.drawing_at

    def worker_name(self, lang: str = "en") -> str:
        """Return the name of the worker of the last attempt."""
        if not self.attempts:
            return gettext("timeline.a_worker", lang)
        return gettext("timeline.worker", lang, id=self.attempts[-1].worker)


def read_history(db: Connection, job: Job) -> JobHistory:
    """Read a job's history."""
    return JobHistory(
        job,
        jobs.received_at(db, job),
        attempts.of_job(db, job.id),
        jobs.pictures_of(db, job.id),
        outbox.of_job(db, job.id),
        other_numerics(db, job),
    )


def label(table: str, name: str, lang: str) -> str:
    """Return the text of a name that the database keeps; the name itself if there is none."""
    key = f"{table}.{name.replace(' ', '_')}"
    return gettext(key, lang) if has_text(key) else name


def describe_outcome(attempt: Attempt, lang: str = "en") -> str:
    """Write how an attempt ended."""
    text = label("outcome", attempt.outcome or "goes on", lang)
    if attempt.error_code:
        text = gettext("timeline.with_code", lang, outcome=text, code=attempt.error_code)
    if attempt.outcome not in {None, attempts.PAINTED} and attempt.steps:
        progress = {"step": attempt.step or 0, "steps": attempt.steps}
        text = gettext("timeline.at_step", lang, outcome=text, **progress)
    return text


def list_events(history: JobHistory, lang: str = "en") -> list[Event]:
    """Return what happened to a job, in order, in a language of the texts."""
    return sorted(_events(history, lang), key=lambda event: event.at)


def _events(history: JobHistory, lang: str) -> Iterator[Event]:
    job, say = history.job, partial(gettext, lang=lang)
    if history.received_at is not None:
        yield Event(history.received_at, say("timeline.webhook"))
    previous = job.created_at
    yield Event(previous, say("timeline.queued"))
    for attempt in history.failed_attempts:
        worker = say("timeline.worker", id=attempt.worker)
        text = say("timeline.taken", worker=worker, n=attempt.number)
        yield Event(attempt.began_at, text, attempt.began_at - previous)
        previous = attempt.ended_at or attempt.began_at
        yield Event(previous, _outcome(attempt, lang), previous - attempt.began_at)
    taken = say("timeline.taken", worker=history.worker_name(lang), n=job.attempts)
    steps = (
        (taken, history.painting_started_at),
        (say("timeline.painted"), job.painted_at),
        (say("timeline.stored"), job.drawn_at),
        (
            say("timeline.finished" if job.state != jobs.FAILED else "timeline.failure_told"),
            job.finished_at,
        ),
    )
    for text, at in steps:
        if at is not None:
            yield Event(at, text, at - previous)
            previous = at
    if job.ticket_at is not None:
        yield Event(job.ticket_at, say("timeline.ticket"), job.ticket_at - job.created_at)
    for delivery in history.deliveries:
        if delivery.sent_at is not None:
            text = say("timeline.sent", **_message(delivery, lang))
            yield Event(delivery.sent_at, text, delivery.sent_at - delivery.created_at)
    if job.erased_at is not None:
        yield Event(job.erased_at, say("timeline.erased"))


def _outcome(attempt: Attempt, lang: str) -> str:
    outcome = describe_outcome(attempt, lang)
    return gettext("timeline.attempt", lang, n=attempt.number, outcome=outcome)


def _message(delivery: Delivery, lang: str) -> dict[str, str]:
    kind, way = delivery.kind, delivery.way
    return {"kind": label("delivery_kind", kind, lang), "way": label("delivery_way", way, lang)}


def describe_message(delivery: Delivery, lang: str = "en") -> str:
    """Write what a message is, and how it is sent: result by push."""
    return gettext("timeline.stage_message", lang, **_message(delivery, lang))


def list_stages(history: JobHistory, lang: str = "en") -> list[Stage]:
    """Return a job's stages and its messages, by when they began, in a language of the texts."""
    stages = [*_failed_stages(history, lang), *_last_stages(history, lang)]
    courier = gettext("timeline.courier", lang)
    for delivery in history.deliveries:
        name = describe_message(delivery, lang)
        stages.append(Stage(name, courier, delivery.created_at, delivery.sent_at))
    return sorted(stages, key=lambda stage: stage.start)


def _stage(kind: str, process: str, start: float, end: float | None, lang: str) -> Stage:
    return Stage(gettext(f"timeline.stage_{kind}", lang), process, start, end, kind=kind)


def _failed_stages(history: JobHistory, lang: str) -> Iterator[Stage]:
    """Yield two stages for each failed attempt: waiting for it, and painting."""
    queued_at, broker = history.job.created_at, gettext("timeline.broker", lang)
    for attempt in history.failed_attempts:
        yield _stage("queue", broker, queued_at, attempt.began_at, lang)
        worker = gettext("timeline.worker", lang, id=attempt.worker)
        painting = _stage("paint", worker, attempt.began_at, attempt.ended_at, lang)
        yield painting._replace(outcome=_outcome(attempt, lang))
        queued_at = attempt.ended_at or attempt.began_at


def _last_stages(history: JobHistory, lang: str) -> Iterator[Stage]:
    """Yield the stages after the last failed attempt; each ends where the next begins."""
    job, failed = history.job, history.failed_attempts
    queued_at = (failed[-1].ended_at or failed[-1].began_at) if failed else job.created_at
    queued_again = history.painting_started_at is not None or job.state == jobs.QUEUED
    failure_at = queued_at if job.state == jobs.FAILED and failed else None
    broker, courier = gettext("timeline.broker", lang), gettext("timeline.courier", lang)
    worker = history.worker_name(lang)
    steps = (
        ("queue", broker, queued_at if queued_again or not failed else None),
        ("paint", worker, history.painting_started_at),
        ("store", worker, job.painted_at),
        ("bring", courier, job.drawn_at or failure_at),
    )
    begun = [(kind, process, at) for kind, process, at in steps if at is not None]
    ends = [*(at for _, _, at in begun[1:]), job.finished_at]
    for (kind, process, start), end in zip(begun, ends, strict=False):
        yield _stage(kind, process, start, end, lang)
