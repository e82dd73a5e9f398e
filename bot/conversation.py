"""What the bot does for each event of LINE.

Only the database is touched here: a picture to paint becomes a job, a sentence to say becomes a
row of the outbox, both in the webhook's transaction. The wakes that are returned are published
after the commit; the courier does the talking.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import Connection

from bot import chats, jobs, messages, outbox
from bot.database import now
from bot.events import Incoming
from bot.jobs import Job
from bot.moderation import moderation
from bot.prompt import Command, Reading, command, cut, read, stored
from bot.queue import Wake
from bot.settings import Settings

log = structlog.get_logger(__name__)

Messages = list[dict[str, Any]]
AGAIN_WITHIN = 24 * 3600.0  # 「まだ？」 shows a picture again only if it is from the last day


def handle(db: Connection, event: Incoming, settings: Settings) -> list[Wake]:
    """Store what the event asks for; returns whom to wake after the commit.

    An event that was stored before changes nothing. In standby mode nothing at all may be said
    (Messaging API reference, "Common properties": mode); forgetting is silent, and is done.
    """
    if not chats.first_time(db, event.id, event.type, event.mode):
        log.info("duplicate", event_id=event.id, type=event.type, redelivery=event.redelivery)
        return []
    act = _ACTS.get(event.type)
    if act is None or event.chat_id is None or event.chat_kind is None:
        return []
    if event.mode != "active" and event.type not in _SILENT:
        return []
    return act(Turn(db, event, settings))


class Turn:
    """One event and what is needed to answer it."""

    def __init__(self, db: Connection, event: Incoming, settings: Settings) -> None:
        assert event.chat_id is not None
        assert event.chat_kind is not None
        self.db = db
        self.event = event
        self.settings = settings
        self.chat_id: str = event.chat_id
        self.kind: str = event.chat_kind
        # LINE counts a token's minute from when the webhook reached the bot.
        self.received_at = now()
        self.language = "ja"

    @property
    def private(self) -> bool:
        """Whether this is a 1:1 chat, where every word is meant for the bot."""
        return self.kind == "user"

    @property
    def terms_url(self) -> str:
        """The page with the model licence's restrictions, which is shown before anything else."""
        return f"{self.settings.public_url}/terms"

    def say(self, content: Messages, *, ticket_for: Job | None = None) -> list[Wake]:
        """Answer with this event's reply token; without one, with nothing.

        ticket_for: the job for which the answer has a 受け取る button, once it has arrived.
        """
        token = self.event.reply_token
        if not token or not content:
            return []
        delivery = outbox.add_reply(
            self.db,
            outbox.TICKET if ticket_for else outbox.ANSWER,
            token=token,
            token_at=self.received_at,
            job_id=ticket_for.id if ticket_for else None,
            messages=content,
        )
        return [Wake("send", delivery)]

    def show_again(self, job: Job) -> list[Wake]:
        """Send a delivered job's pictures once more, with this event's token."""
        token = self.event.reply_token
        if not token:
            return []
        if not jobs.pictures_of(self.db, job.id):
            return self.say(messages.nothing_waiting(self.language))
        delivery = outbox.add_reply(
            self.db, outbox.AGAIN, token=token, token_at=self.received_at, job_id=job.id
        )
        return [Wake("send", delivery)]

    def bring(self, job: Job) -> list[Wake]:
        """Somebody asks for this job: its outcome if there is one, else how far it is."""
        token = self.event.reply_token
        if job.state in jobs.UNFINISHED:
            return self._keep_waiting(job, token)
        if job.state == jobs.CANCELLED:
            return self.say(messages.cancelled(job.number, self.language))
        if job.finished_at is not None:
            return self.show_again(job) if job.state == jobs.DELIVERED else self._failed(job)
        if not token:
            return []
        jobs.add_token(self.db, job.id, token, self.received_at)
        jobs.wake(self.db, job.id)
        return [Wake("deliver", job.id)]

    def _keep_waiting(self, job: Job, token: str | None) -> list[Wake]:
        life = self.settings.reply_token_life
        if self.event.type == "postback" and token:
            # The tap's token carries the picture if it comes in time, else the next ticket.
            held = jobs.live_token(self.db, job.id, life)
            if held is None:
                jobs.add_token(self.db, job.id, token, self.received_at)
                jobs.wake(self.db, job.id)  # it may be painted at this very moment
                return [Wake("show_loading", job.id)] if self.private else []
        ahead = jobs.place(self.db, job)
        # A quick reply vanishes with the next message, which in a group is soon: a button stays.
        tell = messages.still_painting if self.private else messages.ticket
        content = tell(job.number, lang=self.language, position=ahead)
        return self.say(content, ticket_for=job)

    def _failed(self, job: Job) -> list[Wake]:
        code = job.error_code or "paint_failed"
        return self.say(messages.failed(job.number, code, lang=self.language, quote_token=None))


def _message(turn: Turn) -> list[Wake]:
    event = turn.event
    turn.language = chats.see(turn.db, turn.chat_id, turn.kind)
    if event.message_id and jobs.was_unsent(turn.db, event.message_id):
        return []
    if event.message_type != "text" or event.text is None:
        kind = event.message_type if event.message_type in {"sticker", "image"} else "media"
        return turn.say(messages.problem(kind, turn.language)) if turn.private else []
    reading = read(event.text, event.mentions, event.emojis)
    addressed = turn.private or reading.mentioned_self
    order = command(cut(event.text, event.mentions, event.emojis))
    if order is not None:
        return _command(turn, order, addressed=addressed)
    return _draw(turn, reading) if addressed else []


def _draw(turn: Turn, reading: Reading) -> list[Wake]:
    """A prompt: store a job, or say kindly why not."""
    event, settings = turn.event, turn.settings
    if reading.problem is not None:
        return turn.say(messages.problem(reading.problem, turn.language))
    if settings.moderation:
        category = moderation(settings.moderation_lists).refusal(reading.prompt, reading.negative)
        if category is not None:
            # Counted by its kind; what was asked for stands in no log and no table.
            log.info("refused", category=category, event_id=event.id, chat_kind=turn.kind)
            return turn.say(messages.refused(category, turn.language))
    limit = settings.max_queued_per_person
    if jobs.unfinished(turn.db, turn.chat_id, event.user_id) >= limit:
        return turn.say(messages.busy(turn.language, limit))
    job_id, number = jobs.add(
        turn.db,
        event_id=event.id,
        chat_id=turn.chat_id,
        chat_kind=turn.kind,
        user_id=event.user_id,
        message_id=event.message_id,
        quote_token=event.quote_token,
        language=turn.language,
        request=stored(reading, steps=settings.steps, guidance=settings.guidance),
        reply_token=event.reply_token,
        token_at=turn.received_at,
    )
    log.info("queued", number=number, job=job_id, event_id=event.id, chat_kind=turn.kind)
    wakes = [Wake("draw", job_id)]
    if turn.private:
        wakes.append(Wake("show_loading", job_id))
    return wakes


def _command(turn: Turn, order: Command, *, addressed: bool) -> list[Wake]:
    """Typed words. In a group, asking after one's own picture needs no mention; the rest does."""
    if order.kind == "help":
        content = messages.help(turn.language, turn.kind, terms_url=turn.terms_url)
        return turn.say(content) if addressed else []
    if order.number:
        job = jobs.by_number(turn.db, order.number, turn.chat_id)
        missing = messages.unknown_number(order.number, turn.language)
    else:
        job = _meant(turn, order.kind, addressed=addressed)
        missing = messages.nothing_waiting(turn.language)
    if job is None:
        return turn.say(missing) if addressed else []
    if order.kind == "cancel":
        return _cancel(turn, job) if addressed else []
    return turn.bring(job)


def _meant(turn: Turn, kind: str, *, addressed: bool) -> Job | None:
    """The job that a person means without a number.

    To cancel: what is not painted yet. To ask or receive: what is ready first, then what is under
    way, then what was delivered last.
    """
    person = turn.event.user_id
    ready, under_way = (jobs.DRAWN, jobs.WAITING, jobs.FAILED), jobs.UNFINISHED
    job = None
    for states in (under_way, ready) if kind == "cancel" else (ready, under_way):
        job = job or jobs.latest(turn.db, turn.chat_id, person, states)
    if job is None and addressed:
        since = now() - AGAIN_WITHIN
        job = jobs.latest(turn.db, turn.chat_id, person, (jobs.DELIVERED,), since)
    return job


def _cancel(turn: Turn, job: Job) -> list[Wake]:
    """Cancel one's own job while it is not painted yet."""
    mine = turn.private or job.user_id == turn.event.user_id
    if mine and jobs.cancel(turn.db, job.id):
        return turn.say(messages.cancelled(job.number, turn.language))
    if job.state in {jobs.DRAWN, jobs.WAITING}:
        return turn.say(messages.too_late(job.number, turn.language))
    return turn.say(messages.nothing_waiting(turn.language))


def _postback(turn: Turn) -> list[Wake]:
    turn.language = chats.see(turn.db, turn.chat_id, turn.kind)
    action, _, number = (turn.event.postback_data or "").partition(":")
    job = jobs.by_number(turn.db, number, turn.chat_id) if action == "pick" else None
    return turn.bring(job) if job else turn.say(messages.nothing_waiting(turn.language))


def _welcome(turn: Turn) -> list[Wake]:
    turn.language = chats.see(turn.db, turn.chat_id, turn.kind)
    return turn.say(messages.welcome(turn.language, turn.kind, terms_url=turn.terms_url))


def _unsend(turn: Turn) -> list[Wake]:
    """送信取消: LINE asks that the message can neither be seen nor used any more."""
    if not turn.event.message_id:
        return []
    dropped = jobs.unsend(turn.db, turn.event.message_id)
    return [Wake("erase", it) for it in dropped]


def _leave(turn: Turn) -> list[Wake]:
    """The bot was removed from a group: it has no business with what was said there."""
    chats.lose(turn.db, turn.chat_id)
    dropped = jobs.drop_chat(turn.db, turn.chat_id, erase=True)
    return [Wake("erase", it) for it in dropped]


def _unfollow(turn: Turn) -> list[Wake]:
    """Blocked: what is not painted yet stops; pictures stay, in case the person comes back."""
    chats.lose(turn.db, turn.chat_id)
    jobs.drop_chat(turn.db, turn.chat_id, erase=False)
    return []


_ACTS: dict[str, Callable[[Turn], list[Wake]]] = {
    "message": _message,
    "postback": _postback,
    "follow": _welcome,
    "join": _welcome,
    "unsend": _unsend,
    "leave": _leave,
    "unfollow": _unfollow,
}
_SILENT = {"unsend", "leave", "unfollow"}
