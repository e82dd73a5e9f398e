"""The answer of one connection: sent as far as the peer takes it, the rest kept for the loop.

It stands in a socket's place where gunicorn writes, so that no thread waits for a slow reader.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import time
from collections import deque
from typing import BinaryIO

MAX_KEPT_BYTES = (
    4 * 1024 * 1024
)  # of one answer; pictures are sent from their files, and kept there
STALL_SECONDS = 10.0  # without a byte taken, after which a reader is given up
_SENDFILE_BYTES = 1024 * 1024


class _FilePart:
    """A part of an open file; `descriptor` is this part's own."""

    def __init__(self, file: BinaryIO, offset: int, count: int) -> None:
        self.descriptor = os.dup(file.fileno())
        self.offset, self.count = offset, count


class Outgoing:
    """Bytes and parts of files on their way to one socket, which does not block.

    A thread writes while it answers; afterwards only the loop does.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._parts: deque[memoryview | _FilePart] = deque()
        self.kept_bytes = 0  # in memory
        self.progressed_at = time.monotonic()
        self.is_broken = False

    @property
    def is_empty(self) -> bool:
        """Return whether the kernel has all of it."""
        return not self._parts

    def sendall(self, data: bytes) -> None:
        """Send what the peer takes now and keep the rest; waits only beyond MAX_KEPT_BYTES.

        Raises OSError if the peer is gone, or takes nothing for STALL_SECONDS.
        """
        if data:
            self._parts.append(memoryview(data))
            self.kept_bytes += len(data)
        self.flush()
        while self.kept_bytes > MAX_KEPT_BYTES:
            poll = select.poll()
            poll.register(self._socket, select.POLLOUT)
            if not poll.poll(STALL_SECONDS * 1000):
                self._fail()
            self.flush()

    def send(self, data: bytes) -> int:
        """Do the same, and return the length."""
        self.sendall(data)
        return len(data)

    def sendfile(self, file: BinaryIO, offset: int = 0, count: int = 0) -> int:
        """Send a part of a file, or keep it open until the peer has taken it."""
        self._parts.append(_FilePart(file, offset, count))
        self.flush()
        return count

    def flush(self) -> bool:
        """Send what the peer takes now; return whether that was all. Raises OSError."""
        if self.is_broken:
            self._fail()
        try:
            while self._parts:
                if not self._send_some(self._parts[0]):
                    self.close()  # a file that became shorter: the answer cannot be completed
                    self._fail()
                self.progressed_at = time.monotonic()
        except BlockingIOError:
            return False
        except OSError:
            self.close()
            raise
        return True

    def _send_some(self, part: memoryview | _FilePart) -> int:
        if isinstance(part, _FilePart):
            most = min(part.count, _SENDFILE_BYTES)
            sent = os.sendfile(self._socket.fileno(), part.descriptor, part.offset, most)
            part.offset, part.count = part.offset + sent, part.count - sent
            if part.count == 0:
                os.close(part.descriptor)
                self._parts.popleft()
            return sent
        sent = self._socket.send(part)
        self.kept_bytes -= sent
        if sent == len(part):
            self._parts.popleft()
        else:
            self._parts[0] = part[sent:]
        return sent

    def close(self) -> None:
        """Drop what was not sent; every further write fails."""
        self.is_broken = True
        for part in self._parts:
            if isinstance(part, _FilePart):
                os.close(part.descriptor)
        self._parts.clear()
        self.kept_bytes = 0

    def shutdown(self, _how: int) -> None:
        """End an answer that cannot be completed, as gunicorn does by closing the socket."""
        self.close()
        self._fail()

    def setblocking(self, _blocking: bool) -> None:
        """Do nothing: the socket never blocks."""

    def gettimeout(self) -> float:
        """Return 0: the socket never blocks."""
        return 0.0

    @staticmethod
    def _fail() -> None:
        raise BrokenPipeError(errno.EPIPE, "the peer does not take the answer")
