"""Compare what painted a job with what paints elsewhere: a seed alone does not make a picture."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection

from bot import jobs
from bot.jobs import Job
from bot.prompt import StoredRequest
from bot.store import workers
from bot.texts.sentence import Sentence
from inference.models.choices import fingerprint


class OtherNumerics(NamedTuple):
    """Who paints, or painted, with other numbers than a job was painted with."""

    who: Sentence
    words: str


def other_numerics(db: Connection, job: Job) -> tuple[OtherNumerics, ...]:
    """Return those of the picture that a job was made from and of living workers that differ.

    Those of an older version, who say nothing, are left out.
    """
    ours = job.request.painted_with if job.request else ""
    if not ours:
        return ()
    parent = jobs.get(db, job.parent_id) if job.parent_id else None
    others = []
    if parent is not None and parent.request:
        others.append(
            OtherNumerics(
                Sentence("numerics.picture_before", number=parent.number),
                parent.request.painted_with,
            )
        )
    others += [
        OtherNumerics(
            Sentence("timeline.worker", id=worker.id), str(worker.about.get("numerics") or "")
        )
        for worker in workers.all_workers(db)
        if worker.process == "worker" and worker.alive
    ]
    return tuple(other for other in others if other.words not in ("", ours))


def lines(
    request: StoredRequest | None, others: Iterable[OtherNumerics]
) -> list[tuple[str, Sentence]]:
    """Tell what painted a job ("painted"), and who would paint it otherwise ("differs")."""
    if request is None or not request.painted_with:
        return []
    words = request.painted_with
    return [
        (
            "painted",
            Sentence("numerics.painted", fingerprint=fingerprint(words), words=words),
        ),
        *(
            (
                "differs",
                Sentence(
                    "numerics.differs",
                    who=other.who,
                    fingerprint=fingerprint(other.words),
                    words=other.words,
                ),
            )
            for other in others
        ),
    ]


def as_json(words: str) -> dict[str, str] | None:
    """Return fingerprint and words for programs. Returns None without words."""
    return {"fingerprint": fingerprint(words), "words": words} if words else None
