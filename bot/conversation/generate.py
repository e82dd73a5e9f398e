"""Turn a request for pictures into a job, or say kindly why not: the one way to a job."""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot import jobs, messages
from bot.conversation.context import EventContext, Replies
from bot.conversation.defaults import with_defaults
from bot.conversation.subject_overrides import picture_beside
from bot.intent.kinds import CRY_KINDS
from bot.jobs import limits, wait_time
from bot.moderation import Judgement, Moderation, appeals, get_moderation, overrides
from bot.moderation.cries import UNHEARD, may_tell_of_harm, weigh_cry
from bot.prompt import Reading, StoredRequest
from bot.prompt.request.stored import Origin
from bot.prompt.request.zodiac import with_zodiac
from bot.queue.app import TaskMessage
from bot.store import pending_questions
from bot.store.pending_questions import Question

log = structlog.get_logger(__name__)


def handle_text(ctx: EventContext) -> Replies:
    """Take the text for a request."""
    return request_pictures(ctx, ctx.reading)


def request_pictures(
    ctx: EventContext,
    reading: Reading,
    *,
    parent_id: str | None = None,
    origin: Origin | None = None,
    source_key: str | None = None,
    from_photo: bool = False,
    photo_message_id: str | None = None,
    enlarge_key: str | None = None,
    plain_key: str | None = None,
    replaces: jobs.Job | None = None,
    alone: str = "",
) -> Replies:
    """Store a job, or answer why there is none: a ban, moderation, a pause or a limit.

    What derives from nothing gets the chat's style and shape where it names none. parent_id: the
    job or photo that it derives from. photo_message_id: of the photo that the words are about.
    origin, source_key, from_photo, enlarge_key, plain_key, alone: as in `StoredRequest`. replaces:
    the person's unfinished job that this one stands instead of, which is cancelled.
    """
    settings = ctx.settings
    if parent_id is None and source_key is None:
        reading = with_defaults(ctx, with_zodiac(reading, ctx.received_at))
    if ctx.glance.is_banned:
        _log_refusal(ctx, "banned")
        return ctx.reply(messages.request_problem("banned", ctx.language))
    if reading.problem is not None and ctx.flags.accepting:
        leaves_all = reading.problem == "only_controls" and reading.fidelity == "free"
        problem = "anything" if leaves_all else reading.problem  # 「おまかせ」
        return ctx.reply(messages.request_problem(problem, ctx.language, ctx.chat_kind))
    if settings.moderation:
        judgement = _judge(ctx, reading, from_photo=from_photo, is_change=parent_id is not None)
        if judgement.action == "refuse" and judgement.category:
            return _refuse(ctx, judgement.category)
        is_new = parent_id is None or photo_message_id is not None
        may_ask = is_new and ctx.event.type == "message" and not ctx.is_confirmed
        may_ask = may_ask and plain_key is None  # which letters alone are set on
        if judgement.action == "ask" and may_ask:
            return _ask_about_doubt(ctx, photo_message_id)
    if not ctx.flags.accepting:  # after moderation, which answers cries for help even in a pause
        _log_refusal(ctx, "paused")
        return ctx.reply(messages.request_problem("paused", ctx.language))
    freed = replaces.request.count if replaces and replaces.request else 0
    limit = _limit_of(ctx, reading.count, freed)
    if limit is not None and not limit.ahead:
        return _say_limit(ctx, limit)
    if replaces and jobs.cancel(ctx.db, replaces.id) and parent_id == replaces.id:
        parent_id = _shown_before(replaces)
    request = StoredRequest.from_reading(
        reading, steps=settings.num_inference_steps, guidance=settings.guidance_scale
    )
    is_new = parent_id is None and source_key is None and origin is None
    request = replace(
        request,
        beside=picture_beside(ctx, reading) if is_new else "",
        origin=origin,
        source_key=source_key,
        from_photo=from_photo,
        enlarge_key=enlarge_key,
        plain_key=plain_key,
        alone=alone,
    )
    return _add_job(ctx, request, parent_id, ahead=limit.ahead if limit else 0)


def _shown_before(replaced: jobs.Job) -> str:
    """Return the job that a picture is a change of, which stands instead of an unseen change."""
    is_change = replaced.request is not None and replaced.request.origin == "change"
    return replaced.parent_id if is_change and replaced.parent_id else replaced.id


def _limit_of(ctx: EventContext, count: int, freed: int = 0) -> limits.LimitReached | None:
    """Return the limit that so many pictures more would exceed, or None. freed: pictures of the
    unfinished job that they stand instead of."""
    user_id = ctx.event.user_id
    return limits.check_limits(
        ctx.db,
        limits.with_overrides(ctx.settings, ctx.glance.limits),
        chat_id=ctx.chat_id,
        chat_kind=ctx.chat_kind,
        user_id=user_id,
        count=count,
        extra=ctx.settings.max_extra_queued,
        is_first=user_id is not None and not ctx.glance.has_job,
        freed=freed,
    )


def _say_limit(ctx: EventContext, limit: limits.LimitReached) -> Replies:
    """Say which limit it is, and when there is room again."""
    log.info("limit.reached", limit=limit.kind, event_id=ctx.event.id, chat_kind=ctx.chat_kind)
    free_in_seconds = _seconds_until_free(ctx, limit.kind)
    return ctx.reply(
        messages.limit_reached(
            limit.kind, ctx.language, free_in_seconds=free_in_seconds, **limit.values
        )
    )


def _judge(ctx: EventContext, reading: Reading, *, from_photo: bool, is_change: bool) -> Judgement:
    """Judge a request; a change with what it changes, which only the prompt has."""
    typed = ctx.text if ctx.event.type == "message" else ""
    judge = moderation_of(ctx)
    if from_photo:
        judgement = judge.judge_photo(reading.prompt, reading.negative, words=typed)
    elif is_change:
        judgement = judge.judge_change(reading.prompt, reading.negative, typed)
    else:
        judgement = judge.judge(reading.prompt, reading.negative, words=typed)
    if reading.letters is not None and judgement.action != "refuse":
        on_letters = judge.judge(reading.letters.text, "", words="")
        judgement = on_letters if on_letters.action == "refuse" else judgement
    if not typed or judgement.category == "minors":
        return judgement
    if from_photo and judgement.category == "sexual" and not may_tell_of_harm(typed):
        return judgement
    share = ctx.intent.probability(*CRY_KINDS)
    cry = weigh_cry(typed, share)
    if cry == "cry":
        return Judgement("refuse", "self_harm")
    if cry == "ask" and judgement.action == "paint":
        return Judgement("ask", "self_harm")
    if cry is None and judgement == Judgement("ask", "self_harm") and share < UNHEARD:
        return Judgement("paint")  # a doubt that neither of the others shares
    return judgement


def _refuse(ctx: EventContext, category: str) -> Replies:
    """Say why it is not painted. 「違います」 may follow, for which the masked wish is kept."""
    # Counted by its category; the text itself must be in no log and no table.
    _log_refusal(ctx, category)
    may_appeal = ctx.event.type == "message" and category in appeals.APPEALED_CATEGORIES
    if may_appeal:
        wish = appeals.mask(ctx.text)
        question = Question("refused", wish, ctx.event.message_id, target=category)
        pending_questions.ask(ctx.db, ctx.chat_id, ctx.event.user_id, question)
    refused = messages.moderation_refused(category, ctx.language, may_appeal=may_appeal)
    return ctx.reply(refused)


def is_harmless(ctx: EventContext) -> bool:
    """Return whether a text may be painted without a question, as far as moderation says."""
    if not ctx.settings.moderation:
        return True
    return _judge(ctx, ctx.reading, from_photo=False, is_change=False).action == "paint"


def moderation_of(ctx: EventContext) -> Moderation:
    """Return the moderation with the lists that are in force."""
    changes = overrides.load_cached(ctx.db, ctx.flags.words_at)
    return get_moderation(ctx.settings.moderation_lists_path, changes)


def _ask_about_doubt(ctx: EventContext, photo_message_id: str | None) -> Replies:
    """Ask whether words that may do harm are a wish. It costs nothing."""
    question = Question("wish", ctx.text, ctx.event.message_id)
    if photo_message_id is not None:
        question = replace(question, about="photo", target=photo_message_id)
    pending_questions.ask(ctx.db, ctx.chat_id, ctx.event.user_id, question)
    log.info("request.doubted", event_id=ctx.event.id, chat_kind=ctx.chat_kind)
    return ctx.reply(messages.wish_question(ctx.text, ctx.language))


def _add_job(
    ctx: EventContext, request: StoredRequest, parent_id: str | None, *, ahead: int
) -> Replies:
    """Store a job. ahead: of one beyond the queue's limit, how many it waits for."""
    event = ctx.event
    job_id, number = jobs.add(
        ctx.db,
        event_id=event.id,
        chat_id=ctx.chat_id,
        chat_kind=ctx.chat_kind,
        user_id=event.user_id,
        message_id=event.message_id,
        quote_token=event.quote_token,
        language=ctx.language,
        request=request,
        # Beyond the limit the token tells the place, and brings the button for the picture.
        reply_token=None if ahead else event.reply_token,
        token_at=ctx.received_at,
        parent_id=parent_id,
    )
    fields = {"event_id": event.id, "chat_kind": ctx.chat_kind, "ahead": ahead}
    log.info("job.queued", number=number, job=job_id, **fields)
    if ahead and (job := jobs.get(ctx.db, job_id)):
        wait = wait_time.estimate_wait(ctx.db, job)
        ticket = messages.lined_up_ticket(
            number,
            ahead,
            lang=ctx.language,
            position=wait.position,
            wait_seconds=wait.seconds,
        )
        return [TaskMessage("draw", job_id), *ctx.reply(ticket, ticket_for=job)]
    loading = [TaskMessage("show_loading", job_id)] if ctx.is_private else []
    return [TaskMessage("draw", job_id), *loading]


def _seconds_until_free(ctx: EventContext, limit_kind: str) -> tuple[float, float] | None:
    """Estimate when a full queue has a place again, at least and at most. Returns None if the
    limit is another one, or nothing is known."""
    if limit_kind not in {"waiting", "group"}:
        return None
    user_id = ctx.event.user_id if limit_kind == "waiting" else None
    first = jobs.oldest_unfinished(ctx.db, ctx.chat_id, user_id)
    return wait_time.estimate_wait(ctx.db, first).seconds if first else None


def _log_refusal(ctx: EventContext, category: str) -> None:
    log.info("request.refused", category=category, event_id=ctx.event.id, chat_kind=ctx.chat_kind)
