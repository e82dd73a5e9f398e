"""One job's whole life: what happened when, who was at it, what it is worth knowing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from bot import jobs, outbox
from bot.jobs import Job, StoredPicture, attempts
from bot.jobs.attempts import Attempt
from bot.outbox import Delivery


class Moment(NamedTuple):
    """Something that happened to a job. at: seconds since 1970. took: seconds since the moment
    before, of which it is the consequence."""

    at: float
    what: str
    took: float | None = None


class Stage(NamedTuple):
    """A stretch of a job's life. process: who was at it. end: None while it goes on, or where it
    never ended. outcome: how it ended, if not well."""

    name: str
    process: str
    start: float
    end: float | None
    outcome: str | None = None


@dataclass(frozen=True)
class Life:
    """All that the tables know of one job."""

    job: Job
    received: float | None
    attempts: list[Attempt]
    pictures: list[StoredPicture]
    deliveries: list[Delivery]

    def codes(self) -> list[str]:
        """What went wrong (bot.commands.causes): with the job, its attempts, its messages."""
        codes = [self.job.error_code]
        for it in self.attempts:
            codes += [it.error_code, it.outcome if it.outcome in attempts.WORKER_GONE else None]
        codes += [it.error_code for it in self.deliveries]
        return list(dict.fromkeys(code for code in codes if code))

    @property
    def vain(self) -> list[Attempt]:
        """The attempts that are over and gave no picture."""
        return [it for it in self.attempts if it.outcome not in {None, attempts.PAINTED}]

    @property
    def drawing_at(self) -> float | None:
        """When the attempt began that gave the pictures, or goes on."""
        in_vain = {it.began_at for it in self.vain}
        return None if self.job.drawing_at in in_vain else self.job.drawing_at

    @property
    def worker(self) -> str:
        """Who made that one."""
        return f"worker {self.attempts[-1].worker}" if self.attempts else "a worker"


def read(db: Connection, job: Job) -> Life:
    """What there is about this job."""
    return Life(
        job,
        jobs.received_at(db, job),
        attempts.of_job(db, job.id),
        jobs.pictures_of(db, job.id),
        outbox.of_job(db, job.id),
    )


def ended(attempt: Attempt) -> str:
    """How an attempt ended, in words."""
    said = attempt.outcome or "goes on"
    if attempt.error_code:
        said += f" ({attempt.error_code})"
    if attempt.outcome not in {None, attempts.PAINTED} and attempt.steps:
        said += f" at step {attempt.step or 0} of {attempt.steps}"
    return said


def timeline(life: Life) -> list[Moment]:
    """What happened to a job, in order."""
    return sorted(_moments(life), key=lambda it: it.at)


def _moments(life: Life) -> Iterator[Moment]:
    job = life.job
    if life.received is not None:
        yield Moment(life.received, "webhook stored")
    before = job.created_at
    yield Moment(before, "queued")
    for it in life.vain:
        taken = f"taken by worker {it.worker} (attempt {it.number})"
        yield Moment(it.began_at, taken, it.began_at - before)
        before = it.ended_at or it.began_at
        yield Moment(before, f"attempt {it.number}: {ended(it)}", before - it.began_at)
    steps = (
        (f"taken by {life.worker} (attempt {job.attempts})", life.drawing_at),
        ("painted", job.painted_at),
        ("stored", job.drawn_at),
        ("finished" if job.state != jobs.FAILED else "failure told", job.finished_at),
    )
    for what, at in steps:
        if at is not None:
            yield Moment(at, what, at - before)
            before = at
    if job.ticket_at is not None:
        yield Moment(job.ticket_at, "ticket in the chat", job.ticket_at - job.created_at)
    for each in life.deliveries:
        if each.sent_at is not None:
            what = f"{each.kind} sent by {each.way}"
            yield Moment(each.sent_at, what, each.sent_at - each.created_at)
    if job.erased_at is not None:
        yield Moment(job.erased_at, "erased")


def stages(life: Life) -> list[Stage]:
    """The stretches of a job's life, one after the other, and its messages beside them."""
    job = life.job
    since, found = job.created_at, []
    for it in life.vain:
        found.append(Stage("in the queue", "broker", since, it.began_at))
        how = f"attempt {it.number}: {ended(it)}"
        found.append(Stage("painting", f"worker {it.worker}", it.began_at, it.ended_at, how))
        since = it.ended_at or it.began_at
    told = since if job.state == jobs.FAILED and life.vain else None
    waits = life.drawing_at is not None or job.state == jobs.QUEUED or not life.vain
    steps = (
        ("in the queue", "broker", since if waits else None),
        ("painting", life.worker, life.drawing_at),
        ("storing", life.worker, job.painted_at),
        ("bringing", "courier", job.drawn_at or told),
    )
    begun = [(name, process, at) for name, process, at in steps if at is not None]
    ends = [at for _, _, at in begun[1:]] + [job.finished_at]  # one too many where nothing followed
    found += [
        Stage(name, process, start, end)
        for (name, process, start), end in zip(begun, ends, strict=False)
    ]
    for each in life.deliveries:
        found.append(Stage(f"{each.kind} by {each.way}", "courier", each.created_at, each.sent_at))
    return sorted(found, key=lambda it: it.start)
