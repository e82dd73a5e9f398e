"""「まだ？」, 「受け取る」, 「キャンセル」, a 受付番号 and the button 受け取る: about one job."""

from __future__ import annotations

from bot import jobs, messages
from bot.conversation.context import EventContext, Replies
from bot.jobs import Job, wait_time
from bot.queue.app import TaskMessage
from bot.store import outbox
from bot.store.clock import now

RESEND_WITHIN_SECONDS = 24 * 3600.0  # for which 「まだ？」 shows a delivered picture again
_KINDS = frozenset({"status", "pick", "number", "cancel"})


def handle_command(ctx: EventContext) -> Replies | None:
    """Answer a typed command. In a group, asking for one's own picture needs no mention."""
    command = ctx.command
    if command is None or command.kind not in _KINDS:
        return None
    if command.number:
        job = jobs.by_number(ctx.db, command.number, ctx.chat_id)
        not_found = messages.unknown_number(command.number, ctx.language)
    else:
        job = _meant_job(ctx, command.kind)
        not_found = messages.nothing_waiting(ctx.language)
    if job is None:
        return ctx.reply(not_found) if ctx.is_addressed else []
    if command.kind == "cancel":
        return _cancel(ctx, job) if ctx.is_addressed else []
    return reply_about_job(ctx, job)


def handle_postback(ctx: EventContext) -> Replies | None:
    """Answer a tap on 受け取る, or on a button that is unknown by now."""
    if ctx.postback is None:
        return None
    action, number = ctx.postback
    job = jobs.by_number(ctx.db, number, ctx.chat_id) if action == "pick" else None
    if job is None:
        return ctx.reply(messages.nothing_waiting(ctx.language))
    return reply_about_job(ctx, job)


def reply_about_job(ctx: EventContext, job: Job) -> Replies:
    """Send a job's outcome if there is one, else say how far it is."""
    token = ctx.event.reply_token
    if job.state in jobs.UNFINISHED:
        return _keep_waiting(ctx, job, token)
    if job.state == jobs.CANCELLED:
        last = jobs.by_message(ctx.db, job.message_id or "", ctx.chat_id)
        if last is not None and last.created_at > job.created_at:
            return reply_about_job(ctx, last)  # its message was edited, and is painted anew
        return ctx.reply(messages.job_cancelled(job.number, ctx.language))
    if job.finished_at is not None:
        if job.state == jobs.DELIVERED:
            return _resend_pictures(ctx, job, token)
        error_code = job.error_code or "paint_failed"
        return ctx.reply(messages.job_failed(job.number, error_code, lang=ctx.language))
    if not token:
        return []
    jobs.add_token(ctx.db, job.id, token, ctx.received_at)
    jobs.reactivate_delivery(ctx.db, job.id)
    return [TaskMessage("deliver", job.id)]


def _keep_waiting(ctx: EventContext, job: Job, token: str | None) -> Replies:
    if ctx.event.type == "postback" and token:
        # The tap's token carries the picture if it comes in time, else the next ticket.
        live_token = jobs.live_token(ctx.db, job.id, ctx.settings.reply_token_ttl_seconds)
        if live_token is None:
            jobs.add_token(ctx.db, job.id, token, ctx.received_at)
            jobs.reactivate_delivery(ctx.db, job.id)  # it may be painted at this very moment
            return [TaskMessage("show_loading", job.id)] if ctx.is_private else []
    wait = wait_time.estimate_wait(ctx.db, job)
    # A quick reply vanishes with the next message, which in a group is soon: a button stays.
    make = messages.still_painting if ctx.is_private else messages.group_ticket
    content = make(job.number, lang=ctx.language, position=wait.position, wait_seconds=wait.seconds)
    return ctx.reply(content, ticket_for=job)


def _resend_pictures(ctx: EventContext, job: Job, token: str | None) -> Replies:
    if not token:
        return []
    if not jobs.pictures_of(ctx.db, job.id):
        return ctx.reply(messages.nothing_waiting(ctx.language))
    delivery_id = outbox.add_reply(
        ctx.db, outbox.RESEND, token=token, token_at=ctx.received_at, job_id=job.id
    )
    return [TaskMessage("send", delivery_id)]


def _meant_job(ctx: EventContext, kind: str) -> Job | None:
    """Find the job that a person means without a number.

    To cancel: what is not painted yet. To ask or receive: what is ready first, then what is under
    way, then what was delivered last.
    """
    user_id = ctx.event.user_id
    ready, under_way = (jobs.DRAWN, jobs.WAITING, jobs.FAILED), jobs.UNFINISHED
    if not user_id and not ctx.is_private and not ctx.is_addressed:
        return None  # nobody can tell whose job they mean
    job = None
    anonymous = not ctx.is_private and kind == "cancel"
    for states in (under_way, ready) if kind == "cancel" else (ready, under_way):
        job = job or jobs.latest(ctx.db, ctx.chat_id, user_id, states, anonymous=anonymous)
    if job is None and ctx.is_addressed:
        since = now() - RESEND_WITHIN_SECONDS
        job = jobs.latest(ctx.db, ctx.chat_id, user_id, (jobs.DELIVERED,), since)
    return job


def _cancel(ctx: EventContext, job: Job) -> Replies:
    """Cancel one's own job while it is not painted yet."""
    is_own = ctx.is_private or job.user_id == ctx.event.user_id
    if is_own and jobs.cancel(ctx.db, job.id):
        return ctx.reply(messages.job_cancelled(job.number, ctx.language))
    if job.state in {jobs.DRAWN, jobs.WAITING}:
        return ctx.reply(messages.too_late_to_cancel(job.number, ctx.language))
    return ctx.reply(messages.nothing_waiting(ctx.language))
