"""「データを消して」: say what would be erased, ask, and erase only after a clear yes."""

from __future__ import annotations

import structlog

from bot import messages
from bot.conversation.context import EventContext, Replies
from bot.jobs.erase_person import count_stored, erase_everything
from bot.prompt.commands.spoken import says_no
from bot.queue.app import TaskMessage
from bot.store import pending_edits, photos

log = structlog.get_logger(__name__)

CONFIRM_SECONDS = pending_edits.ANSWER_SECONDS
MAX_JOBS_AT_ONCE = 200  # jobs whose files go at once; the sweep deletes the others


def handle_command(ctx: EventContext) -> Replies | None:
    """Ask 「データを消して」 back, or erase after 「はい、消して」."""
    match ctx.command.kind if ctx.command else None:
        case "erase":
            return _ask(ctx) if ctx.is_addressed else []
        case "erase_yes":
            return _answer(ctx, yes=True, is_addressed=ctx.is_addressed)
    return None


def handle_postback(ctx: EventContext) -> Replies | None:
    """Answer a tap on one of the question's buttons."""
    if ctx.postback is None or ctx.postback[0] != "erase":
        return None
    return _answer(ctx, yes=ctx.postback[1] == "yes", is_addressed=True)


def handle_reply(ctx: EventContext) -> Replies | None:
    """Answer other commands while the question is open; passes if it is not, or they are no answer.

    A mere 「はい」 is told what to write, because what is erased is gone for good.
    """
    command, user_id = ctx.command, _user_id(ctx)
    if (
        command is None
        or user_id is None
        or not pending_edits.is_asked_to_erase(ctx.db, ctx.chat_id, user_id)
    ):
        return None
    if command.kind == "cancel" or (command.kind == "nod" and says_no(ctx.text)):
        return _answer(ctx, yes=False, is_addressed=True)
    return ctx.reply_sentence("erase.alt") if command.kind == "nod" else None


def _ask(ctx: EventContext) -> Replies:
    user_id = _user_id(ctx)
    if user_id is None:
        return ctx.reply_sentence("erase.unknown")
    pending_edits.start(ctx.db, ctx.chat_id, user_id, pending_edits.ERASE_EVERYTHING, None)
    counts = count_stored(ctx.db, user_id)._asdict()
    minutes = round(CONFIRM_SECONDS / 60)
    return ctx.reply(messages.erase_question(ctx.language, minutes=minutes, **counts))


def _answer(ctx: EventContext, *, yes: bool, is_addressed: bool) -> Replies:
    """Erase everything, or not. Only the person who was asked can answer."""
    user_id = _user_id(ctx)
    if user_id is None or not pending_edits.is_asked_to_erase(ctx.db, ctx.chat_id, user_id):
        return ctx.reply_sentence("erase.late") if is_addressed else []
    if not yes:
        pending_edits.clear(ctx.db, ctx.chat_id, user_id)
        return ctx.reply_sentence("erase.kept")
    counts = count_stored(ctx.db, user_id)
    job_ids = erase_everything(ctx.db, user_id, ctx.received_at)
    log.info("person.erased", jobs=len(job_ids), photos=counts.photos, chat_kind=ctx.chat_kind)
    replies = ctx.reply_sentence("erase.done", **counts._asdict())
    replies += [TaskMessage("erase", job_id) for job_id in job_ids[:MAX_JOBS_AT_ONCE]]
    return replies + [
        TaskMessage("erase_photo", photo_id) for photo_id in photos.due_erasures(ctx.db)
    ]


def _user_id(ctx: EventContext) -> str | None:
    return ctx.event.user_id or (ctx.chat_id if ctx.is_private else None)
