"""Turn: one event of LINE, and what is needed to answer it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from bot import jobs, messages, naming, outbox, waiting
from bot.database import now
from bot.events import Incoming
from bot.jobs import Job
from bot.queue import Wake
from bot.settings import Settings

Messages = list[dict[str, Any]]


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

    def say(
        self, content: Messages, *, ticket_for: Job | None = None, about: Job | None = None
    ) -> list[Wake]:
        """Answer with this event's reply token; without one, with nothing.

        ticket_for: the job for which the answer has a 受け取る button, once it has arrived. about:
        the job that is meant by who quotes the answer.
        """
        token = self.event.reply_token
        if not token or not content:
            return []
        if not self.private:
            content = naming.named(content, self.event.quote_token, self.event.user_id)
        delivery = outbox.add_reply(
            self.db,
            outbox.TICKET if ticket_for else outbox.ANSWER,
            token=token,
            token_at=self.received_at,
            job_id=job.id if (job := ticket_for or about) else None,
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
            last = jobs.by_message(self.db, job.message_id or "", self.chat_id)
            if last is not None and last.created_at > job.created_at:
                return self.bring(last)  # its message was edited, and is painted anew
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
        wait = waiting.how_long(self.db, job)
        # A quick reply vanishes with the next message, which in a group is soon: a button stays.
        tell = messages.still_painting if self.private else messages.ticket_in_group
        content = tell(job.number, lang=self.language, position=wait.place, seconds=wait.seconds)
        return self.say(content, ticket_for=job)

    def _failed(self, job: Job) -> list[Wake]:
        code = job.error_code or "paint_failed"
        return self.say(messages.failed(job.number, code, lang=self.language, quote_token=None))
