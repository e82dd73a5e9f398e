"""The messages that bring a job's outcome: its pictures, or why there are none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from bot import jobs, messages
from bot.jobs import Job
from bot.jobs.refining import may_refine
from bot.messages.tickets import MAX_MESSAGES
from bot.settings import Settings
from bot.storage import Storage
from bot.store import people
from bot.tasks.style_samples import has_samples, style_messages


def outcome_messages(
    db: Connection, storage: Storage, settings: Settings, job: Job, *, resent: bool = False
) -> list[dict[str, Any]]:
    """Return LINE messages for a finished job; empty when its pictures were erased.

    In a 1:1 chat the wish is quoted only if something came between it and the pictures. A chat's
    first job brings the rules of the model's licence along, since the greeting may have been
    missed, and what the model can paint in. In a group, who asked is mentioned or named, unless the
    outcome is resent on request.
    """
    in_group = job.chat_kind != "user"
    terms_url = None
    if not resent and jobs.is_first_in_chat(db, job):
        terms_url = f"{settings.public_url}/terms"
    if job.state == jobs.FAILED:
        content = messages.job_failed(
            job.number,
            job.error_code or "paint_failed",
            lang=job.language,
            quote_token=job.quote_token,
            terms_url=terms_url,
        )
        return messages.address_to(content, None, job.user_id) if in_group else content
    pictures = jobs.pictures_of(db, job.id)
    if not pictures:
        return []
    content = messages.picture_messages(
        job.number,
        [(storage.url(each.key), storage.url(each.preview_key)) for each in pictures],
        lang=job.language,
        prompt=job.request.prompt if job.request else None,
        request=job.request,
        quote_token=job.quote_token,
        sizes=[(picture.width, picture.height) for picture in pictures],
        addressee=_name_of_asker(db, job) if in_group and not resent else None,
        is_addressed=in_group or resent or _needs_quote(db, job),
        resent=resent,
        can_refine=may_refine(db, job, pictures[0]),
        terms_url=terms_url,
    )
    if terms_url and len(content) < MAX_MESSAGES and has_samples(db, settings.model):
        content += style_messages(db, storage, settings.model, job.language)
    return messages.address_to(content, None, job.user_id) if in_group and not resent else content


def _needs_quote(db: Connection, job: Job) -> bool:
    return job.quote_token is not None and jobs.was_interrupted(db, job)


def _name_of_asker(db: Connection, job: Job) -> str | None:
    if job.chat_id is None or job.user_id is None:
        return None
    return people.display_names(db, job.chat_id).get(job.user_id)
