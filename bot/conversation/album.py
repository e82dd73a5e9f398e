"""The album in the chat: its link, a new link, none; and deleting one picture.

Nobody vouches for who looks at a web page, but LINE vouches for who writes. So the album's page
changes nothing: its delete button opens LINE with 「消して 4F7-K2M」 written out, and here it is
checked whose picture that is.
"""

from __future__ import annotations

from bot import jobs, messages
from bot.conversation.context import EventContext, Replies
from bot.conversation.picture_refs import PictureRef, find_last
from bot.jobs import Job, albums
from bot.queue.app import TaskMessage


def handle_command(ctx: EventContext) -> Replies | None:
    """Answer 「アルバム」 and the like, and delete pictures."""
    command = ctx.command
    match command.kind if command else None:
        case "album" | "album_new":
            return send_link(ctx) if ctx.is_addressed else []
        case "album_close":
            return _close(ctx) if ctx.is_addressed else []
        case "remove":
            return _remove_picture(ctx, ctx.quoted)
        case "remove_last":  # not among people, who may mean a photo of theirs
            last = ctx.quoted or find_last(ctx.db, ctx.chat_id, ctx.event.user_id)
            return _remove_picture(ctx, last) if ctx.is_addressed else []
    return None


def send_link(ctx: EventContext) -> Replies:
    """Answer with the link to the chat's album."""
    is_new = ctx.command is not None and ctx.command.kind == "album_new"
    secret = (albums.renew_secret if is_new else albums.open_album)(ctx.db, ctx.chat_id)
    url = f"{ctx.settings.public_url}/album/{secret}"
    in_group = not ctx.is_private
    return ctx.reply(messages.album_link(url, ctx.language, is_new=is_new, in_group=in_group))


def _close(ctx: EventContext) -> Replies:
    was_open = albums.close_album(ctx.db, ctx.chat_id)
    return ctx.reply_sentence("album.chat_closed" if was_open else "album.chat_none")


def _remove_picture(ctx: EventContext, picture: PictureRef | None) -> Replies:
    """Delete the pictures of one job: 「消して 4F7-K2M」 in any chat, or in reply to a picture.

    Everyone deletes what they asked for; in a 1:1 chat that is everything.
    """
    number = ctx.command.number if ctx.command else None
    quoted_job = picture.job if picture else None
    job = jobs.by_number_anywhere(ctx.db, number) if number else quoted_job
    if job is not None and job.erase_at is None and _may_delete(ctx, job):
        count = len(jobs.pictures_of(ctx.db, job.id))
        job_ids = jobs.drop_job(ctx.db, job.id)
        if count > 1:
            replies = ctx.reply_sentence("remove.done_several", number=job.number, count=count)
        else:
            replies = ctx.reply_sentence("remove.done", number=job.number)
        return [*replies, *(TaskMessage("erase", job_id) for job_id in job_ids)]
    if not ctx.is_addressed:
        return []
    if job is not None and job.chat_id == ctx.chat_id and job.erase_at is None:
        return ctx.reply_sentence("remove.not_yours", number=job.number)
    if number:
        return ctx.reply(messages.unknown_number(number, ctx.language))
    return ctx.reply_sentence("remove.which")


def _may_delete(ctx: EventContext, job: Job) -> bool:
    if ctx.is_private and job.chat_id == ctx.chat_id:
        return True
    return job.user_id is not None and job.user_id == ctx.event.user_id
