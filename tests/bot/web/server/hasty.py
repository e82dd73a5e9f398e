"""The settings of gunicorn with shorter times, and an application to try them with."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

from bot.gunicorn_conf import *  # noqa: F403
from bot.web.server import outgoing, worker
from bot.web.server.connection import Connection
from bot.web.server.grouping import Answered

worker.REQUEST_SECONDS = 1.0
worker.LINGER_SECONDS = 1.0
outgoing.STALL_SECONDS = 1.0
worker.MAX_PER_PEER = 6
keepalive = 3
threads = 2
max_requests = 0


files: list[Any] = []  # that a stopped worker opens; they take the numbers of what it has closed


def worker_exit(_server: Any, _worker: Any) -> None:
    """Open files after the worker's loop has ended, while a thread of it may still run."""
    folder = Path(os.environ["HOME"])
    files.extend((folder / f"opened-{os.getpid()}-{n}").open("wb") for n in range(16))


class Echo:
    """Answers /group with the body, a turn of the loop at a time; leaves /thread to a thread."""

    def __init__(self) -> None:
        self._taken: list[Answered] = []
        self._groups: queue.SimpleQueue[list[Answered] | None] = queue.SimpleQueue()

    def start(self, on_answered: Callable[[list[Answered]], None]) -> None:
        def run() -> None:
            while (group := self._groups.get()) is not None:
                on_answered(group)

        threading.Thread(target=run, daemon=True).start()

    def take(self, request: Any, body: bytes, connection: Connection) -> bool:
        if request.uri not in {"/group", "/thread"}:
            return False
        status = 200 if request.uri == "/group" else 0
        self._taken.append(Answered(connection, status, f"group:{body.decode()}"))
        return True

    def hand_over(self) -> None:
        if self._taken:
            self._groups.put(self._taken)
            self._taken = []

    def close(self) -> None:
        self._groups.put(None)


class App:
    """Answer with the body; /slow takes a second, /late three, /large is larger than any socket's
    memory."""

    extensions: ClassVar[dict[str, Any]] = {
        "security_headers": {"X-Test": "yes"},
        "grouping": Echo(),
    }

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        if environ["PATH_INFO"] == "/slow":
            time.sleep(1.0)
        if environ["PATH_INFO"] == "/late":
            time.sleep(3.0)
        if environ["PATH_INFO"] == "/large":
            body = b"x" * 20_000_000
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]


app = App()
