"""What a chat sees while its job is unfinished: the ticket, and LINE's loading animation."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection

from bot import jobs, messages
from bot.jobs import Job, wait_time
from bot.jobs.loading_animation import waiting_chat
from bot.line import LineClient, LineError
from bot.settings import Settings
from bot.store import outbox
from bot.store.database import Database
from bot.tasks.sending import OutboxSender

log = structlog.get_logger(__name__)


class TicketOffice:
    """Tells a chat that its job is on its way. One per courier; safe among threads."""

    def __init__(
        self, settings: Settings, database: Database, line: LineClient, sender: OutboxSender
    ) -> None:
        self._settings = settings
        self._database = database
        self._line = line
        self._sender = sender

    def offer_ticket(self, job_id: str) -> None:
        """Spend the job's dying reply token on a 受け取る button, unless it is finished by now."""
        settings = self._settings
        max_age, min_age = settings.reply_token_ttl_seconds, settings.ticket_after_seconds
        with self._database.write() as db:
            job = jobs.get(db, job_id)
            if job is None or job.state not in jobs.UNFINISHED:
                return
            token = jobs.live_token(db, job_id, max_age, min_age=min_age)
            if not token or not jobs.spend_token(db, token[0]):
                return
            delivery_id = outbox.add_reply(
                db,
                outbox.TICKET,
                token=token[0],
                token_at=token[1],
                job_id=job_id,
                messages=_ticket(db, job),
            )
        self._sender.send(delivery_id)

    def show_loading(self, job_id: str) -> None:
        """Show LINE's loading animation in a 1:1 chat while its job is unfinished.

        https://developers.line.biz/en/reference/messaging-api/#display-a-loading-indicator
        """
        chat_id = waiting_chat(self._database, job_id)
        if chat_id is None:
            return
        try:
            self._line.show_loading(chat_id)
        except LineError as error:
            # Nobody waits for an animation.
            log.info("loading_animation.failed", code=error.code, line_request_id=error.request_id)


def _ticket(db: Connection, job: Job) -> list[dict[str, object]]:
    wait = wait_time.estimate_wait(db, job)
    in_group = job.chat_kind != "user"
    compose = messages.group_ticket if in_group else messages.ticket
    content = compose(
        job.number, lang=job.language, position=wait.position, wait_seconds=wait.seconds
    )
    return messages.address_to(content, job.quote_token, job.user_id) if in_group else content
