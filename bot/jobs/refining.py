"""Whether a finished picture can be painted larger and finer: 「きれいに仕上げる」."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.composition.formats import is_composed
from bot.jobs.model import Job, StoredPicture
from bot.prompt.request.stored import is_enlargeable
from bot.store import workers


def may_refine(db: Connection, job: Job, picture: StoredPicture) -> bool:
    """Return whether it is worth offering: the model can, and the picture is not refined yet.

    What a picture for a purpose was composed of is smaller than the picture itself.
    """
    if job.request is None or job.request.origin == "fine":
        return False
    size = (picture.width, picture.height)
    fits = is_composed(job.request) or is_enlargeable(size)
    return fits and workers.can_enlarge(db) is not False
