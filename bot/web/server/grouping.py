"""What answers requests in groups, on one thread of its own, instead of one on a thread each.

A thread a request costs two changes of thread and a share of the interpreter's lock for each; so
requests that do little but wait for the same transaction are answered by one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from email.utils import formatdate
from typing import Any, NamedTuple, Protocol

from bot.web.server.connection import Connection

_REASONS = {200: "OK", 500: "Internal Server Error"}


class Answered(NamedTuple):
    """A request that was taken, with its answer; status 0: a thread of the pool is to answer."""

    connection: Connection
    status: int
    text: str = ""


class Grouping(Protocol):
    """Takes requests of HTTP/1.1 that have arrived; called from the worker's loop alone."""

    def start(self, on_answered: Callable[[Sequence[Answered]], None]) -> None:
        """Start the thread; it calls `on_answered` for each group."""

    def take(self, request: Any, body: bytes, connection: Connection) -> bool:
        """Take a request, or return False: a thread of the pool is to answer. Never raises.

        request: gunicorn's, whose body stays unread.
        """

    def hand_over(self) -> None:
        """Give the thread what was taken since the last call."""

    def close(self) -> None:
        """Stop the thread once it has answered what it was given."""


class Heads:
    """The heads of small answers of HTTP/1.1, made once a second."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._rest = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._second = 0
        self._heads: dict[tuple[int, int, bool], bytes] = {}

    def answer(self, status: int, text: str, *, keeps_alive: bool) -> bytes:
        """Return an answer. text: of ASCII."""
        if (second := int(time.time())) != self._second:
            self._second = second
            self._heads.clear()
        key = (status, len(text), keeps_alive)
        head = self._heads.get(key)
        if head is None:
            head = self._heads[key] = self._head(*key)
        return head + text.encode("ascii")

    def _head(self, status: int, length: int, keeps_alive: bool) -> bytes:
        return (
            f"HTTP/1.1 {status} {_REASONS[status]}\r\n"
            f"Server: gunicorn\r\n"
            f"Date: {formatdate(self._second, usegmt=True)}\r\n"
            f"Connection: {'keep-alive' if keeps_alive else 'close'}\r\n"
            f"Content-Type: text/html; charset=utf-8\r\n"
            f"Content-Length: {length}\r\n"
            f"{self._rest}\r\n"
        ).encode("ascii")
