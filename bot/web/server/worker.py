"""gunicorn's thread worker, behind a loop that receives whole requests and sends whole answers.

gthread of gunicorn 27.0.1 gives every accepted socket to a thread, which then waits for its bytes
without a deadline; and its loop itself waits up to two seconds for a peer to hang up. Here the loop
reads and writes without blocking, and a thread only ever sees a request that has arrived. Of
gthread these parts are used: `handle` and `handle_request`, which answer; `enqueue_req`, the thread
pool and the queue by which threads call the loop; the signals and `set_accept_enabled`.

One module, though a long one: it is one loop, and its methods share the state of a connection.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from bot.web.server import outgoing
from bot.web.server.connection import Connection, State, to_give_way
from bot.web.server.framing import Refused
from bot.web.server.grouping import Answered, Grouping, Heads
from bot.web.server.refusals import refusal

log = structlog.get_logger(__name__)

REQUEST_SECONDS = 10.0  # for the head and the body of a request
ANSWER_SECONDS = 120.0  # for a peer to take an answer, however steadily it does
LINGER_SECONDS = 2.0  # for a peer to hang up after the last answer
MAX_PER_PEER = 64  # connections of one address
MAX_HELD_BYTES = 64 * 1024 * 1024  # of requests and answers, of all connections together
REPORT_SECONDS = 60.0  # between two log lines about refused connections
_READ_BYTES = 64 * 1024
_ACCEPTED_AT_ONCE = 64
_SWEEP_SECONDS = 0.25
_KINDS = {400: "malformed", 413: "too large", 431: "too large"}


class WholeRequestWorker(ThreadWorker):  # type: ignore[misc]
    """A worker whose threads wait for no peer.

    limits_peers: whether one address may have MAX_PER_PEER connections only. Behind a reverse
    proxy all come from one, and the proxy has limits of its own. headers: of the answers that the
    worker gives itself, to requests that no thread gets to see. grouping: what answers some of the
    requests, if there is something.
    """

    limits_peers = True
    headers: Mapping[str, str] = {}
    grouping: Grouping | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connections: dict[int, Connection] = {}
        self._per_peer: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._reported_at = -REPORT_SECONDS
        self._swept_at = 0.0
        self._heads = Heads({})

    # --- the loop

    def run(self) -> None:
        """Serve until told to stop, then answer what has arrived."""
        self.poller.register(
            self.method_queue.fileno(), selectors.EVENT_READ, self.method_queue.run_callbacks
        )
        if self.grouping is not None:
            self._heads = Heads(self.headers)
            self.grouping.start(partial(self.method_queue.defer, self._finish_group))
        self.set_accept_enabled(True)
        while self.alive and self.is_parent_alive():
            self._turn(1.0)
        self.set_accept_enabled(False)
        now = time.monotonic()
        for connection in list(self.connections.values()):
            if connection.is_idle:
                connection.deadline = min(connection.deadline, now + STOP_KEEPALIVE_LINGER)
        end = now + self.cfg.graceful_timeout
        while self.connections and time.monotonic() < end:
            self._turn(0.1)
        self._report(last=True)
        for connection in list(self.connections.values()):
            self._close(connection)
        if self.grouping is not None:
            self.grouping.close()
        self.tpool.shutdown(wait=False)
        self.poller.close()
        # Its pipe stays open: a thread that is late still writes to it, and closed, its number may
        # be another file's by then, such as the database's.
        for listener in self.sockets:
            listener.close()

    def _turn(self, timeout: float) -> None:
        self.notify()
        # A deadline is at most so much late.
        self.wait_for_and_dispatch_events(timeout=min(timeout, 1.0))
        if self.grouping is not None:
            self.grouping.hand_over()
        if time.monotonic() - self._swept_at >= _SWEEP_SECONDS:
            self._sweep()
            self._report()

    def accept(self, listener: socket.socket) -> None:
        """Accept what waits, and read what has come with it."""
        for _ in range(_ACCEPTED_AT_ONCE):
            try:
                sock, client = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError:  # no descriptor is free
                self._give_way("no descriptor", list(self.connections.values()))
                return
            connection = Connection(self.cfg, sock, client, listener.getsockname())
            self._make_room(connection)
            self.connections[id(connection)] = connection
            self._per_peer[connection.peer] += 1
            self._expect(connection, State.READING, REQUEST_SECONDS)
            self._on_readable(connection, sock)

    def _make_room(self, newcomer: Connection) -> None:
        if self.limits_peers and self._per_peer[newcomer.peer] >= MAX_PER_PEER:
            same = [other for other in self.connections.values() if other.peer == newcomer.peer]
            self._give_way("connections of one address", same)
        if len(self.connections) >= self.cfg.worker_connections:
            self._give_way("connections", list(self.connections.values()))

    def _give_way(self, kind: str, among: list[Connection]) -> None:
        """Close one of these, if there is one that no thread works at."""
        if (connection := to_give_way(among)) is not None:
            self._refuse(connection, kind, 503, "There are too many connections. Try again.")
            self._close(connection)

    # --- reading

    def _on_readable(self, connection: Connection, _fileobj: Any) -> None:
        if connection.state is not State.READING:
            if connection.state is State.LINGERING:
                self._drain(connection)
            else:  # the next request, or the peer's end: later
                self._watch(connection, 0)
            return
        try:
            data = connection.socket.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close(connection)
            return
        if connection.is_idle:  # the first bytes of another request
            connection.since = time.monotonic()
            connection.deadline = connection.since + REQUEST_SECONDS
        self._feed(connection, data)

    def _feed(self, connection: Connection, data: bytes) -> None:
        """Take what has arrived; give the request to a thread once it is whole."""
        before = len(connection.buffer.data) + len(data)
        try:
            request = connection.buffer.feed(data)
        except Refused as error:
            self._refuse(connection, _KINDS[error.status], error.status, str(error))
            return
        if request is None:
            if connection.buffer.expects_continue():
                with suppress(OSError):
                    connection.outgoing.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._limit_memory()
            return
        connection.parser = request
        connection.working_bytes = before - len(connection.buffer.data)
        self._expect(connection, State.WORKING, 0.0)
        grouping = self.grouping
        is_taken = grouping is not None and grouping.take(request.request, request.body, connection)
        request.body = b""  # the request has its own
        if not is_taken:
            self.enqueue_req(connection)

    def _limit_memory(self) -> None:
        held = sum(other.held_bytes for other in self.connections.values())
        waiting = [other for other in self.connections.values() if other.state is not State.WORKING]
        if held > MAX_HELD_BYTES and waiting:
            largest = max(waiting, key=lambda other: other.held_bytes)
            self._refuse(largest, "memory", 503, "There are too many requests. Try again.")

    # --- writing

    def finish_request(self, connection: Connection, future: Future[Any]) -> None:
        """Send what the peer has not taken yet, after a thread has answered."""
        try:
            keeps_alive = bool(future.result())
        except BaseException:  # logged by handle()
            keeps_alive = False
        self._finish(connection, keeps_alive)

    def _finish_group(self, group: Sequence[Answered]) -> None:
        """Send the answers of a group."""
        for connection, status, text in group:
            if status == 0:
                self.enqueue_req(connection)
                continue
            request = connection.parser
            assert request is not None, "it is WORKING until its answer is sent"
            self.nr += 1
            if self.nr >= self.max_requests:
                self.alive = False
            may_keep = self.alive and self.cfg.keepalive
            keeps_alive = bool(may_keep and not request.request.should_close())
            with suppress(OSError):  # found out by the flush that follows
                connection.outgoing.sendall(
                    self._heads.answer(status, text, keeps_alive=keeps_alive)
                )
            self._finish(connection, keeps_alive)

    def _finish(self, connection: Connection, keeps_alive: bool) -> None:
        connection.parser, connection.working_bytes = None, 0
        connection.keeps_alive = keeps_alive
        connection.answers += 1
        connection.state = State.WRITING
        self._on_writable(connection, None)
        if connection.state is State.WRITING:
            self._expect(connection, State.WRITING, ANSWER_SECONDS)
            self._limit_memory()

    def _on_writable(self, connection: Connection, _fileobj: Any) -> None:
        if connection.state is not State.WRITING:
            return
        try:
            if not connection.outgoing.flush():
                return
        except OSError:
            self._close(connection)
            return
        if not connection.keeps_alive:
            self._hang_up(connection)
            return
        seconds = self.cfg.keepalive if self.alive else STOP_KEEPALIVE_LINGER
        self._expect(connection, State.READING, seconds)
        if connection.buffer.data:  # a request that came with the one before
            connection.deadline = time.monotonic() + REQUEST_SECONDS
            self._feed(connection, b"")

    def _refuse(self, connection: Connection, kind: str, status: int, sentence: str) -> None:
        """Answer with an error and a sentence, and close."""
        self._refused[kind] += 1
        if connection.state is State.READING and connection.outgoing.is_empty:
            with suppress(OSError):
                connection.outgoing.sendall(refusal(status, sentence, self.headers))
                self._hang_up(connection)
                return
        self._close(connection)

    def _hang_up(self, connection: Connection) -> None:
        """Close in two steps, so that the peer can read the answer: RFC 9112, section 9.6."""
        try:
            connection.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(connection)
            return
        self._expect(connection, State.LINGERING, LINGER_SECONDS)

    def _drain(self, connection: Connection) -> None:
        try:
            if connection.socket.recv(_READ_BYTES):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._close(connection)

    # --- what waits, and for how long

    def _expect(self, connection: Connection, state: State, seconds: float) -> None:
        """Change the state, and wait for what it waits for."""
        connection.state = state
        connection.since = time.monotonic()
        connection.deadline = connection.since + seconds
        # While a thread works, the socket stays watched: mostly nothing comes, and to look away
        # and back would be two system calls a request.
        if state is not State.WORKING:
            is_writing = state is State.WRITING
            self._watch(connection, selectors.EVENT_WRITE if is_writing else selectors.EVENT_READ)

    def _watch(self, connection: Connection, events: int) -> None:
        """Have the loop told of these events of a socket alone; 0: of none."""
        before, connection.watched = connection.watched, events
        if before == events:
            return
        if before:
            self.poller.unregister(connection.socket)
        if events:
            on_event: Callable[..., None] = self._on_readable
            if events == selectors.EVENT_WRITE:
                on_event = self._on_writable
            self.poller.register(connection.socket, events, partial(on_event, connection))

    def _sweep(self) -> None:
        """Close what is over its time."""
        self._swept_at = now = time.monotonic()
        for connection in list(self.connections.values()):
            if connection.state is State.WORKING:
                continue
            if connection.state is State.WRITING:
                stalled = now - max(connection.outgoing.progressed_at, connection.since)
                if stalled > outgoing.STALL_SECONDS or now > connection.deadline:
                    self._refused["slow readers"] += 1
                    self._close(connection)
            elif now > connection.deadline:
                if connection.state is State.READING and not connection.is_idle:
                    sentence = f"The request did not arrive within {REQUEST_SECONDS:g} seconds."
                    self._refuse(connection, "slow requests", 408, sentence)
                else:
                    self._close(connection)

    def _close(self, connection: Connection) -> None:
        if connection.state is State.CLOSED:
            return
        self._watch(connection, 0)
        connection.state = State.CLOSED
        connection.outgoing.close()
        connection.socket.close()
        del self.connections[id(connection)]
        self._per_peer[connection.peer] -= 1
        if not self._per_peer[connection.peer]:
            del self._per_peer[connection.peer]

    def _report(self, *, last: bool = False) -> None:
        """Log how many connections were refused, at most once a minute."""
        now = time.monotonic()
        if self._refused and (last or now - self._reported_at >= REPORT_SECONDS):
            log.warning(
                "connections.refused",
                count=self._refused.total(),
                kinds=dict(sorted(self._refused.items())),
                meaning="peers that are slow, too many, or send too much; webhooks are served",
            )
            self._refused.clear()
            self._reported_at = now
