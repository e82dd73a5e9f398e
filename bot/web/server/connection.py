"""One accepted connection, and which of several must give way."""

from __future__ import annotations

import enum
import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

from bot.web.server.framing import PreparedRequest, RequestBuffer
from bot.web.server.outgoing import Outgoing


class State(enum.Enum):
    """What a connection waits for."""

    READING = enum.auto()  # the rest of a request, or the next one
    WORKING = enum.auto()  # a thread that answers
    WRITING = enum.auto()  # the peer, to take the answer
    LINGERING = enum.auto()  # the peer, to hang up after the last answer
    CLOSED = enum.auto()


class Connection:
    """One connection; also what gunicorn's ThreadWorker.handle() is given."""

    initialized = True
    data_ready = True
    is_http2 = False

    def __init__(self, config: Any, sock: socket.socket, client: Any, server: Any) -> None:
        self.socket, self.client, self.server = sock, client, server
        sock.setblocking(False)
        self.peer = peer_of(client)
        self.buffer = RequestBuffer(config, client)
        self.outgoing = Outgoing(sock)
        self.sock = self.outgoing  # where gunicorn writes
        self.parser: PreparedRequest | None = None
        self.state = State.READING
        self.watched = 0  # the events of the socket that the loop is told of
        self.since = 0.0  # when the state began, by time.monotonic()
        self.deadline = 0.0
        self.working_bytes = 0  # of the request that a thread works at
        self.answers = 0  # given so far
        self.keeps_alive = False

    def init(self) -> None:
        """Do nothing: the request has been read."""

    @property
    def held_bytes(self) -> int:
        """Return the bytes in memory for this connection."""
        return len(self.buffer.data) + self.working_bytes + self.outgoing.kept_bytes

    @property
    def is_idle(self) -> bool:
        """Return whether it was answered, and has sent nothing since."""
        return self.state is State.READING and self.answers > 0 and not self.buffer.data


def peer_of(client: Any) -> str:
    """Return what connections are counted by: the IPv4 address, or the IPv6 /64 network."""
    try:
        address = ipaddress.ip_address(client[0].partition("%")[0])
    except (ValueError, IndexError, AttributeError):
        return "unknown"
    if address.version == 6 and (mapped := address.ipv4_mapped) is not None:
        address = mapped
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


def to_give_way(connections: Iterable[Connection]) -> Connection | None:
    """Return the connection to close in favour of a new one; None if threads work at all of them.

    Those that hang up anyway come first, then those that have waited longest for a request or for
    a reader; kept-alive ones, which may be LINE's, come last.
    """
    waiting = [
        connection
        for connection in connections
        if connection.state not in (State.WORKING, State.CLOSED)
    ]
    if not waiting:
        return None
    return min(
        waiting,
        key=lambda connection: (
            connection.state is not State.LINGERING,
            connection.is_idle,
            connection.since,
        ),
    )
