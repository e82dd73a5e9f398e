"""One job's whole life: what happened when, who was at it, what it is worth knowing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from bot import jobs, outbox
from bot.jobs import Job, StoredPicture
from bot.outbox import Delivery


class Moment(NamedTuple):
    """Something that happened to a job. at: seconds since 1970. took: seconds since the moment
    before, of which it is the consequence."""

    at: float
    what: str
    took: float | None = None


class Stage(NamedTuple):
    """A stretch of a job's life. process: who was at it. end: None while it goes on, or where it
    never ended."""

    name: str
    process: str
    start: float
    end: float | None


@dataclass(frozen=True)
class Life:
    """All that the tables know of one job."""

    job: Job
    received: float | None
    pictures: list[StoredPicture]
    deliveries: list[Delivery]

    def codes(self) -> list[str]:
        """Its error codes: the job's own, then those of its messages."""
        codes = [self.job.error_code, *(it.error_code for it in self.deliveries)]
        return list(dict.fromkeys(code for code in codes if code))


def read(db: Connection, job: Job) -> Life:
    """What there is about this job."""
    received = jobs.received_at(db, job)
    return Life(job, received, jobs.pictures_of(db, job.id), outbox.of_job(db, job.id))


def timeline(life: Life) -> list[Moment]:
    """What happened to a job, in order.

    Of several attempts, the times of the last are known: each attempt overwrites those before.
    """
    job = life.job
    steps = (
        ("queued", job.created_at),
        (f"taken by a worker (attempt {job.attempts})", job.drawing_at),
        ("painted", job.painted_at),
        ("stored", job.drawn_at),
        ("finished" if job.state != "failed" else "failure told", job.finished_at),
    )
    found = [] if life.received is None else [Moment(life.received, "webhook stored")]
    before: float | None = None
    for what, at in steps:
        if at is not None:
            found.append(Moment(at, what, None if before is None else at - before))
            before = at
    if job.ticket_at is not None:
        found.append(Moment(job.ticket_at, "ticket in the chat", job.ticket_at - job.created_at))
    for each in life.deliveries:
        if each.sent_at is not None:
            what = f"{each.kind} sent by {each.way}"
            found.append(Moment(each.sent_at, what, each.sent_at - each.created_at))
    if job.erased_at is not None:
        found.append(Moment(job.erased_at, "erased"))
    return sorted(found, key=lambda it: it.at)


def stages(life: Life) -> list[Stage]:
    """The stretches of a job's life, one after the other, and its messages beside them."""
    job = life.job
    steps = (
        ("in the queue", "broker", job.created_at),
        ("painting", "worker", job.drawing_at),
        ("storing", "worker", job.painted_at),
        ("bringing", "courier", job.drawn_at),
    )
    begun = [(name, process, at) for name, process, at in steps if at is not None]
    ends = [at for _, _, at in begun[1:]] + [job.finished_at]
    found = [
        Stage(name, process, start, end)
        for (name, process, start), end in zip(begun, ends, strict=True)
    ]
    for each in life.deliveries:
        found.append(Stage(f"{each.kind} by {each.way}", "courier", each.created_at, each.sent_at))
    return sorted(found, key=lambda it: it.start)
