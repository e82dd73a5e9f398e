"""Make the next picture from an earlier one, once it is known what is wanted of it.

What comes of it is a job like any other, with that one as parent.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot import jobs, messages
from bot.conversation.context import EventContext, Replies
from bot.conversation.generate import request_pictures
from bot.conversation.job_status import reply_about_job
from bot.conversation.picture_refs import (
    PictureRef,
    find_last,
    is_gone,
    painted_key,
    pick_stored,
)
from bot.jobs.refining import may_refine
from bot.prompt import Reading, StoredRequest
from bot.prompt.changes.apply import apply_change
from bot.prompt.changes.steps import Change
from bot.prompt.request.stored import Origin
from bot.store import pending_edits
from inference.request import MAX_COUNT

MAX_STEPS_BACK = 30  # of changes, each of a picture before
_BESIDE_IT = re.compile(
    "(?:の|やつ|もの|バージョン|版|パターン|(?i:ver))も|も(?:見|み)たい|も(?:描|か)いて|もう(?:一|1)枚|両方|別に"
)
SIMILAR_STRENGTH = 0.5  # of the steps are painted anew: the composition stays, the rest varies


def paint_previous(ctx: EventContext, *, to_first: bool = False) -> Replies:
    """Paint the picture of before the last change once more, with the same words and seed.

    to_first: that of before all changes.
    """
    last = find_last(ctx.db, ctx.chat_id, ctx.event.user_id)
    previous = _parent_of(ctx, last.job) if last else None
    steps_back = MAX_STEPS_BACK if to_first else 0
    while steps_back and previous and (before := _parent_of(ctx, previous)):
        previous, steps_back = before, steps_back - 1
    # What was cancelled for the change, before anybody saw it, may still be wanted.
    if previous is None or previous.request is None or previous.erase_at is not None:
        return ctx.reply_sentence("going_on.no_change" if last else "going_on.nothing")
    reading = with_seed_of(ctx, PictureRef(previous), previous.request.reading())
    changed = last.job.request if last else None
    if changed and changed.count == 1 and changed.seed is not None and reading.count > 1:
        reading = replace(reading, seed=changed.seed, count=1)  # one of several was changed
    unseen = last.job if last and _is_corrected(ctx, last.job) else None
    return _derive(ctx, previous.request, reading, previous.parent_id, "change", replaces=unseen)


def _parent_of(ctx: EventContext, job: jobs.Job) -> jobs.Job | None:
    return jobs.get(ctx.db, job.parent_id) if job.parent_id else None


def apply_action(ctx: EventContext, action: Origin, ref: PictureRef, said: Reading) -> Replies:
    """Do what a button says with a picture. said: the words that mean it; how many count."""
    job = ref.job
    if is_gone(job):
        return ctx.reply(messages.picture_gone(ctx.language))
    if job.state in jobs.UNFINISHED:
        return reply_about_job(ctx, job)
    stored = jobs.pictures_of(ctx.db, job.id)
    if not stored or job.request is None:
        return ctx.reply(messages.picture_gone(ctx.language))
    if action == "change":
        return _ask_change(ctx, ref)
    picture = pick_stored(ref, stored)
    reading = job.request.reading()
    keeps_shape = said.width is None or (said.width, said.height) == (reading.width, reading.height)
    if said.width is not None:
        reading = replace(reading, width=said.width, height=said.height)
    match action:
        case "similar":
            reading = replace(reading, seed=None, count=said.count, capped=said.capped)
            if not keeps_shape:  # of a picture cut to another shape, half of the thing is gone
                return _derive(ctx, job.request, reading, job.id, action)
            reading = replace(reading, strength=SIMILAR_STRENGTH)
            return request_pictures(
                ctx, reading, parent_id=job.id, origin=action, source_key=painted_key(job, picture)
            )
        case "fine":
            reading = replace(reading, seed=picture.seed, count=1, effort="careful")
            return _derive(
                ctx, job.request, reading, job.id, action, enlarge_key=painted_key(job, picture)
            )
        case "four":
            reading = replace(reading, count=MAX_COUNT)
        case "again" if said.count > 1:
            reading = replace(reading, count=said.count, capped=said.capped)
    return _derive(ctx, job.request, replace(reading, seed=None), job.id, action)


def _ask_change(ctx: EventContext, ref: PictureRef) -> Replies:
    """Ask what to change; the next words of this person are about the picture."""
    job = ref.job
    pending_edits.start(ctx.db, ctx.chat_id, ctx.event.user_id, job.id, ref.position)
    quote_token = ctx.event.quote_token or job.quote_token
    several = len(jobs.pictures_of(ctx.db, job.id)) > 1
    question = messages.ask_change(
        job.number,
        ctx.language,
        ctx.chat_kind,
        quote_token=quote_token,
        position=ref.position if several else None,
    )
    return ctx.reply(question, about_job=job)


def offer_picked(ctx: EventContext, ref: PictureRef) -> Replies:
    """Offer what can be done with the chosen picture, which words mean from now on."""
    stored = [] if is_gone(ref.job) else jobs.pictures_of(ctx.db, ref.job.id)
    picture = next((each for each in stored if each.position == ref.position), None)
    if picture is None:
        return ctx.reply(messages.picture_gone(ctx.language))
    job = ref.job
    pending_edits.start(
        ctx.db, ctx.chat_id, ctx.event.user_id, job.id, picture.position, asked=False
    )
    chosen = messages.chosen_picture(
        job.number,
        picture.position,
        ctx.language,
        can_refine=may_refine(ctx.db, job, picture),
    )
    return ctx.reply(chosen, about_job=job)


def paint_change(ctx: EventContext, ref: PictureRef, wanted: Change, *, alone: str = "") -> Replies:
    """Paint the picture's prompt, changed, from the same seed.

    One that is not painted yet is cancelled: nobody wants it as it was first said. alone: as in
    `StoredRequest`.
    """
    job = ref.job
    if is_gone(job) or job.request is None:
        return ctx.reply(messages.picture_gone(ctx.language))
    if _is_only_count(wanted):  # 「あと2枚」: others like it
        changed = replace(
            job.request.reading(),
            count=wanted.controls.count,
            capped=wanted.controls.capped,
            seed=None,
        )
        return _derive(ctx, job.request, changed, job.id, "again")
    before = with_seed_of(ctx, ref, job.request.reading())
    reading = apply_change(wanted, before)
    if reading == before and not wanted.controls.seed:
        return ctx.reply_sentence("going_on.same")
    replaces = job if _is_corrected(ctx, job) else None
    return _derive(ctx, job.request, reading, job.id, "change", replaces=replaces, alone=alone)


def _is_corrected(ctx: EventContext, job: jobs.Job) -> bool:
    """Return whether a change corrects the person's own unfinished picture, instead of asking for
    another one beside it: 「夜のも見たい」."""
    is_own = job.user_id is not None and job.user_id == ctx.event.user_id
    is_open = job.state in jobs.UNFINISHED and job.chat_id == ctx.chat_id
    return is_own and is_open and not _BESIDE_IT.search(ctx.text_without_small_talk)


def _is_only_count(wanted: Change) -> bool:
    controls = wanted.controls
    is_count = controls == Reading("", count=controls.count, problem="only_controls")
    return is_count and not wanted.steps and not wanted.additions


def _derive(
    ctx: EventContext,
    request: StoredRequest,
    reading: Reading,
    parent_id: str | None,
    origin: Origin,
    *,
    enlarge_key: str | None = None,
    replaces: jobs.Job | None = None,
    alone: str = "",
) -> Replies:
    """Request pictures that start from the same picture or photo as this request did."""
    return request_pictures(
        ctx,
        reading,
        parent_id=parent_id,
        origin=origin,
        source_key=request.source_key,
        from_photo=request.from_photo,
        enlarge_key=enlarge_key,
        replaces=replaces,
        alone=alone,
    )


def with_seed_of(ctx: EventContext, ref: PictureRef, reading: Reading) -> Reading:
    """Return the reading with the seed of the picture that is meant, once that is painted."""
    stored = jobs.pictures_of(ctx.db, ref.job.id)
    if not stored:
        return reading
    if ref.position is None:
        return replace(reading, seed=stored[0].seed)
    picture = pick_stored(ref, stored)
    return replace(reading, seed=picture.seed, count=1)
