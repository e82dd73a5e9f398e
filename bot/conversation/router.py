"""Decide what to do for each event of LINE: ROUTES, from top to bottom.

Only the database is touched here: pictures to paint become a job, answers become rows of the
outbox, in the transaction that removes the event from the inbox. The task messages that are
returned are published after the commit; other tasks of the courier talk to LINE.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog
from sqlalchemy import Connection

from bot import jobs, messages
from bot.conversation import (
    album,
    clarify,
    defaults,
    edits,
    erasure,
    follow_ups,
    generate,
    groups,
    help,
    image_to_image,
    intents,
    job_status,
    keep,
    language,
    letters,
    operator_status,
    photo_words,
    picture_details,
    several,
    small_talk,
    stickers,
    style_taps,
    variations,
    year_cards,
)
from bot.conversation.context import EventContext, Replies
from bot.conversation.event_text import EventText
from bot.jobs import albums
from bot.line.events import WebhookEvent
from bot.queue.app import FETCH_PROFILES, TaskMessage
from bot.settings import Settings
from bot.store import chats, glance, people, photos
from bot.store.clock import now
from bot.store.glance import Glance

log = structlog.get_logger(__name__)

Handler = Callable[[EventContext], Replies | EventContext | None]
"""Answers, passes with None, or hands another context to the handlers below it."""


def _ignore_unsent(ctx: EventContext) -> Replies | None:
    """Ignore a message that was unsent before it arrived."""
    return [] if ctx.glance.was_unsent else None


def _answer_media(ctx: EventContext) -> Replies | None:
    """Say that a video or the like cannot be painted. All that passes has a text."""
    event = ctx.event
    if event.message_type == "text" and event.text is not None:
        return None
    return ctx.reply(messages.request_problem("media", ctx.language)) if ctx.is_private else []


def _refuse_too_long(ctx: EventContext) -> Replies | None:
    """Say that a text is too long before anything else reads it.

    What was for the bot before it was edited stays so, as in `edits.handle_edit`.
    """
    if not ctx.is_too_long:
        return None
    too_long = messages.request_problem("too_long", ctx.language)
    return ctx.reply(too_long) if edits.cancel_edited(ctx) or ctx.is_addressed else []


def _ignore_unaddressed(ctx: EventContext) -> Replies | None:
    """Ignore what people in a group say to each other."""
    return None if ctx.is_addressed else []


ROUTES: tuple[Handler, ...] = (
    help.handle_join,
    # Taps
    variations.handle_postback,
    follow_ups.handle_postback,
    defaults.handle_postback,
    style_taps.handle_postback,
    erasure.handle_postback,
    clarify.handle_postback,
    several.handle_postback,  # hands on the words of the tapped wish
    help.handle_postback,  # hands on the words of the tapped example
    keep.handle_postback,
    job_status.handle_postback,
    # Messages
    _ignore_unsent,
    groups.mention_from_prefix,  # hands on a mention
    _refuse_too_long,
    edits.handle_edit,
    operator_status.handle_text,
    image_to_image.handle_image,
    stickers.handle_sticker,  # hands on the words that are written on one
    _answer_media,
    # Typed commands
    clarify.handle_reply,
    letters.handle_quoted,
    small_talk.handle_loose_words,
    erasure.handle_reply,
    small_talk.handle_command,
    album.handle_command,
    erasure.handle_command,
    help.handle_command,
    variations.handle_command,
    job_status.handle_command,
    # Other words that are said to the bot
    _ignore_unaddressed,
    edits.ignore_superseded,
    small_talk.handle_own_sentence,
    groups.handle_text,
    language.handle_text,
    language.handle_other,
    keep.handle_text,
    defaults.handle_text,
    style_taps.handle_text,
    letters.handle_text,
    photo_words.handle_text,  # hands on the order that a question stands for
    picture_details.handle_text,
    year_cards.handle_text,
    several.handle_text,
    follow_ups.handle_text,
    intents.handle_text,  # what is no wish ends here
    image_to_image.handle_text,
    variations.handle_text,
    generate.handle_text,
)
_ANSWERED_EVENTS = frozenset({"message", "messageEdited", "postback", "follow", "join"})


def handle_event(
    db: Connection,
    event: WebhookEvent,
    settings: Settings,
    received_at: float | None = None,
    read_before: EventText | None = None,
    *,
    seen_before: Glance | None = None,
) -> Replies:
    """Store what the event asks for. Returns the task messages to publish after the commit.

    received_at: Unix time when its webhook came; None: just now. read_before: its text, if it was
    read before this transaction (event_text.read_ahead). seen_before: what there was in its chat,
    if that was looked at since the chat's earlier events were handled.
    An event that was stored before changes nothing. In standby mode nothing may be sent, but events
    that only erase are handled:
    https://developers.line.biz/en/reference/messaging-api/#common-properties.
    """
    received_at = now() if received_at is None else received_at
    if not chats.record_event(db, event.id, event.type, event.mode, received_at):
        log.info(
            "webhook_event.ignored", event_id=event.id, type=event.type, redelivery=event.redelivery
        )
        return []
    if event.chat_id is None or event.chat_kind is None:
        return []
    ctx = EventContext(
        db,
        event,
        settings,
        event.chat_id,
        event.chat_kind,
        received_at,
        seen_before or glance.take(db, event.chat_id, event.user_id, event.message_id),
        read_before=read_before,
    )
    if silent_handler := _SILENT_EVENTS.get(event.type):
        return silent_handler(ctx)
    if event.type not in _ANSWERED_EVENTS or event.mode != "active":
        return []
    is_new = ctx.is_private and _enqueue_profile(ctx)
    spoken = chats.touch_seen(db, ctx.chat_id, ctx.chat_kind, ctx.glance.chat)
    replies = route(replace(ctx, language=spoken))
    if not ctx.is_private and any(message.task == "draw" for message in replies):
        # In a group LINE is asked only about those who request pictures.
        _enqueue_profile(ctx)
    return replies + ([FETCH_PROFILES] if is_new and event.type == "follow" else [])


def _enqueue_profile(ctx: EventContext) -> bool:
    user_id = ctx.event.user_id
    if user_id is None:
        return False
    return people.enqueue_profile(ctx.db, ctx.chat_id, user_id, ctx.glance.asked_at)


def route(ctx: EventContext) -> Replies:
    """Let the first handler answer that does not pass."""
    for handler in ROUTES:
        outcome = handler(ctx)
        if isinstance(outcome, EventContext):
            ctx = outcome
        elif outcome is not None:
            return outcome
    return []


def _unsend(ctx: EventContext) -> Replies:
    """Erase what came of an unsent message, as LINE asks:
    https://developers.line.biz/en/reference/messaging-api/#unsend-event."""
    if not ctx.event.message_id:
        return []
    return _erase(ctx, jobs.unsend(ctx.db, ctx.event.message_id))


def _leave(ctx: EventContext) -> Replies:
    """Erase what was said in a group that the bot was removed from."""
    chats.mark_unreachable(ctx.db, ctx.chat_id)
    groups.clear_prefix(ctx)
    albums.close_album(ctx.db, ctx.chat_id)
    people.delete_person(ctx.db, ctx.chat_id)
    return _erase(ctx, jobs.drop_chat(ctx.db, ctx.chat_id, erase=True))


def _unfollow(ctx: EventContext) -> Replies:
    """Stop what is not painted yet for who blocks the bot; pictures stay, in case of a return."""
    chats.mark_unreachable(ctx.db, ctx.chat_id)
    albums.close_album(ctx.db, ctx.chat_id)
    jobs.drop_chat(ctx.db, ctx.chat_id, erase=False)
    return []


def _erase(ctx: EventContext, job_ids: list[str]) -> Replies:
    erase_jobs = [TaskMessage("erase", job_id) for job_id in job_ids]
    return erase_jobs + [
        TaskMessage("erase_photo", photo_id) for photo_id in photos.due_erasures(ctx.db)
    ]


_SILENT_EVENTS: dict[str, Callable[[EventContext], Replies]] = {
    "unsend": _unsend,
    "leave": _leave,
    "memberLeft": groups.handle_member_left,
    "unfollow": _unfollow,
}
