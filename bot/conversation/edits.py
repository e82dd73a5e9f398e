"""A message that was edited, which LINE allows in groups: what it asked for is painted anew.

With the same seed where there is one: that of the picture once it is painted. What is not painted
yet is cancelled; what is painted stays. The event brings a reply token of its own, so that the new
picture costs what any picture costs.
"""

from __future__ import annotations

from dataclasses import replace

from bot import jobs, messages
from bot.conversation.context import EventContext, Replies
from bot.conversation.defaults import with_defaults
from bot.conversation.generate import request_pictures
from bot.conversation.image_to_image import paint_from_photo
from bot.conversation.picture_refs import PictureRef
from bot.conversation.variations import change_by_words
from bot.jobs import Job
from bot.prompt import Reading, StoredRequest
from bot.prompt.changes.photo_phrases import parse_quoted_photo_change
from bot.store import photos


def handle_edit(ctx: EventContext) -> Replies | EventContext | None:
    """Paint what an edited message asks for now.

    Passes if it asked for nothing before: it is then taken for a new message. Hands on a context
    that mentions the bot if it did, but with words that name no picture, such as 「もう一度」.
    """
    event = ctx.event
    if event.type != "messageEdited":
        return None
    if event.text is None or not event.message_id:
        return []
    job = jobs.by_message(ctx.db, event.message_id, ctx.chat_id)
    if job is None or job.request is None:
        return None
    command = ctx.command
    if command is not None and (command.kind != "cancel" or command.number):
        return None
    is_alive = job.state not in {jobs.CANCELLED, jobs.FAILED}
    if (
        command is None
        and is_alive
        and _asks_the_same(job.request, with_defaults(ctx, ctx.reading))
    ):
        return []  # a mention, a mark or a smile more or less
    was_under_way = jobs.cancel(ctx.db, job.id)
    if command is not None:
        confirmation = messages.job_cancelled(job.number, ctx.language)
        return ctx.reply(confirmation) if was_under_way else []
    # What was for the bot stays so, even if the edit lost the mention.
    return _paint_anew(ctx.with_mention(), job, job.request)


def cancel_edited(ctx: EventContext) -> bool:
    """Cancel what a message asked for before it was edited. Returns whether it asked for anything.

    Unlike `handle_edit` this reads nothing of the text.
    """
    event = ctx.event
    if event.type != "messageEdited" or not event.message_id:
        return False
    job = jobs.by_message(ctx.db, event.message_id, ctx.chat_id)
    if job is None or job.request is None:
        return False
    jobs.cancel(ctx.db, job.id)
    return True


def ignore_superseded(ctx: EventContext) -> Replies | None:
    """Ignore a message in a group whose edit was processed before the message itself."""
    event = ctx.event
    if ctx.is_private or event.type != "message" or not event.message_id:
        return None
    return [] if jobs.by_message(ctx.db, event.message_id, ctx.chat_id) else None


def _paint_anew(ctx: EventContext, job: Job, request: StoredRequest) -> Replies | EventContext:
    """Derive the new request in the way the old one was derived."""
    if request.from_photo and job.parent_id and (photo := photos.get(ctx.db, job.parent_id)):
        return paint_from_photo(ctx, photo, parse_quoted_photo_change(ctx.text_without_small_talk))
    if request.origin == "change":
        parent = jobs.get(ctx.db, job.parent_id) if job.parent_id else None
        picture = PictureRef(parent) if parent else None
        replies = change_by_words(ctx, ctx.text_without_small_talk, picture)
        return request_pictures(ctx, ctx.reading) if replies is None else replies
    if request.origin not in {None, "edit"}:
        return ctx
    if ctx.reading.seed is None:
        stored = jobs.pictures_of(ctx.db, job.id)
        seed = stored[0].seed if stored else request.seed
        if seed is not None:
            return request_pictures(ctx, replace(ctx.reading, seed=seed), origin="edit")
    return request_pictures(ctx, ctx.reading)


def _asks_the_same(request: StoredRequest, reading: Reading) -> bool:
    """Return whether a job's request is what this reading asks for."""
    if request.origin not in {None, "edit"} or request.from_photo:
        return False
    if request.origin == "edit":  # its seed is that of the picture before: nobody asked for it
        request = replace(request, seed=None)
    old, new = request.reading(), StoredRequest.from_reading(reading).reading()
    return old == new
