"""What a process works with: made once, on first use, after any fork."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.database import Database
from bot.delivery import Courier
from bot.lease import Headway, end_process
from bot.line import LineClient
from bot.settings import Settings
from bot.storage import Storage, open_storage

if TYPE_CHECKING:
    from inference.painter import Painter
    from inference.pipelines import PipelinePainter

log = structlog.get_logger(__name__)


class Runtime:
    """The collaborators of one process. The painter is the only one that loads torch."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.owner = f"{socket.gethostname()}:{os.getpid()}"
        self.stopping = threading.Event()
        self.headway = Headway(self)
        self.hung: Callable[[dict[str, object]], None] = partial(end_process, self)
        self._lock = threading.RLock()
        self._database: Database | None = None
        self._storage: Storage | None = None
        self._courier: Courier | None = None
        self._painter: Painter | PipelinePainter | None = None

    @property
    def database(self) -> Database:
        """The database."""
        with self._lock:
            if self._database is None:
                self._database = Database(self.settings.database_url)
            return self._database

    @property
    def storage(self) -> Storage:
        """Where pictures are kept."""
        with self._lock:
            if self._storage is None:
                self._storage = open_storage(self.settings)
            return self._storage

    @property
    def courier(self) -> Courier:
        """Who brings messages to LINE."""
        with self._lock:
            if self._courier is None:
                line = LineClient(self.settings)
                line.open()  # its import takes a second: not while somebody waits
                self._courier = Courier(self.settings, self.database, line, self.storage)
            return self._courier

    @property
    def painter(self) -> Painter | PipelinePainter:
        """Who paints; loading the model takes seconds to minutes."""
        with self._lock:
            if self._painter is None:
                from inference.options import LoadOptions
                from inference.painter import Painter

                self._painter = Painter.load(
                    self.settings.model,
                    device=self.settings.device,
                    token=self.settings.hf_token,
                    slots=self.settings.engine_slots,
                    options=LoadOptions(
                        tiny_vae=self.settings.tiny_vae,
                        lora=self.settings.lora,
                        compile=self.settings.engine_compile,
                        threads=self.settings.torch_threads,
                    ),
                    on_progress=lambda what: log.info("loading", what=what),
                )
                self._painter.blur_borderline = self.settings.blur_flagged
            return self._painter
