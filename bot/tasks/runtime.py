"""What a process works with: each collaborator is made once, on first use, after any fork."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

import structlog

from bot.line import LineClient
from bot.queue import republish
from bot.queue.app import SHOW_LOADING, TaskMessage, make_celery
from bot.queue.publisher import Publisher
from bot.settings import Settings
from bot.storage import Storage, open_storage
from bot.store.database import Database
from bot.tasks.animations import Animations
from bot.tasks.delivery import Courier
from bot.tasks.draw import JobPainter
from bot.tasks.fetch_photo import PhotoFetcher
from bot.tasks.lease import HangDetails, exit_hung_process
from bot.tasks.progress import ProgressMonitor
from bot.tasks.push_budget import PushBudget
from bot.tasks.read_inbox import InboxReader
from bot.tasks.sending import OutboxSender
from bot.tasks.tickets import TicketOffice

if TYPE_CHECKING:
    from inference import Painter

log = structlog.get_logger(__name__)


class Runtime:
    """The collaborators of one process. Only `painter` and what needs it load torch.

    Each collaborator is given what it uses; the runtime itself is handed to none.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.worker_id = f"{socket.gethostname()}:{os.getpid()}"
        self.stopping = threading.Event()
        self.loading_stage = "starting"  # what is done to load the painter, for operators

    @cached_property
    def database(self) -> Database:
        """The database."""
        return Database(self.settings.database_url)

    @cached_property
    def storage(self) -> Storage:
        """Where pictures are kept."""
        return open_storage(self.settings)

    @cached_property
    def line(self) -> LineClient:
        """The client of the Messaging API, ready for its first call."""
        line = LineClient(self.settings)
        line.preload_sdk()  # its import takes a second: not while somebody waits
        return line

    @cached_property
    def publisher(self) -> Publisher:
        """Publishes what events of the inbox ask for."""
        lost = partial(republish.mark_unpublished, self.database)
        return Publisher(make_celery(self.settings), lost)

    @cached_property
    def inbox_reader(self) -> InboxReader:
        """Handles the events of the inbox."""
        return InboxReader(self.settings, self.database, self._wake, self.stopping)

    def _wake(self, messages: list[TaskMessage]) -> None:
        """Publish what an event asks for, but for its loading animation, which begins here."""
        self.publisher.put([message for message in messages if message.task != SHOW_LOADING])
        for message in messages:
            if message.task == SHOW_LOADING:
                self.animations.put(message.id)

    @cached_property
    def animations(self) -> Animations:
        """Shows that what was read is being worked on."""
        return Animations(self.ticket_office.show_loading)

    @cached_property
    def sender(self) -> OutboxSender:
        """Sends what is in the outbox."""
        return OutboxSender(self.settings, self.database, self.line, self.storage)

    @cached_property
    def courier(self) -> Courier:
        """Brings outcomes to chats."""
        budget = PushBudget(self.line, self.settings.push_reserve)
        return Courier(self.settings, self.database, self.storage, self.sender, budget)

    @cached_property
    def ticket_office(self) -> TicketOffice:
        """Tells chats that their jobs are on their way."""
        return TicketOffice(self.settings, self.database, self.line, self.sender)

    @cached_property
    def photo_fetcher(self) -> PhotoFetcher:
        """Fetches and erases photos."""
        return PhotoFetcher(self.settings, self.database, self.storage, self.line, self.sender)

    @cached_property
    def painter(self) -> Painter:
        """The model; loading it takes seconds to minutes."""
        from inference import LoadOptions, load_painter

        painter = load_painter(
            self.settings.model,
            device=self.settings.device,
            token=self.settings.hf_token,
            slots=self.settings.engine_slots,
            options=LoadOptions(
                tiny_vae=self.settings.tiny_vae_model,
                lora=self.settings.lora,
                compile=self.settings.engine_compile,
                threads=self.settings.torch_threads,
            ),
            on_progress=self._tell_loading,
        )
        painter.blur_borderline = self.settings.blur_flagged
        return painter

    def _tell_loading(self, stage: str) -> None:
        self.loading_stage = stage
        log.info("painter.loading", stage=stage)

    @cached_property
    def progress(self) -> ProgressMonitor:
        """Notices jobs that make no progress."""
        compiled = self.settings.engine_compile == "torch"
        return ProgressMonitor(
            self.painter.status, self.settings.step_timeout_seconds, compiled=compiled
        )

    @cached_property
    def on_hang(self) -> Callable[[HangDetails], object]:
        """What a hang is answered with: the end of the process."""
        return partial(exit_hung_process, self.database, self.worker_id)

    @cached_property
    def job_painter(self) -> JobPainter:
        """Claims, paints and stores jobs."""
        return JobPainter(
            self.settings,
            self.database,
            self.storage,
            self.painter,
            self.progress,
            worker_id=self.worker_id,
            stopping=self.stopping,
            on_hang=self.on_hang,
        )
