"""Which process may write to SQLite next, where several want to.

SQLite lets a writer wait by trying again after ever longer pauses, so that whoever writes one short
transaction after another is nearly always the next one again: a courier at work kept webhooks
waiting for seconds. A hasty writer holds a shared lock on a file beside the database until its
transaction has begun; a patient one looks at that file first and waits, but not for long, since the
lock may be of a process that was stopped.
"""

from __future__ import annotations

import fcntl
import os
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import URL

PATIENCE_SECONDS = 0.05
_LOOK_SECONDS = 0.001


class Haste:
    """One process's say in it; its threads write one after another (Database.write)."""

    def __init__(self, url: URL, *, hasty: bool) -> None:
        """url: a database in memory knows no other processes, and needs no file."""
        in_memory = url.database in (None, "", ":memory:")
        # The database itself must not be opened: to close it would let go of SQLite's own locks
        # (https://www.sqlite.org/howtocorrupt.html, 2.2).
        self._path = None if in_memory else f"{url.database}-haste"
        self._hasty = hasty
        self._file: int | None = None

    @contextmanager
    def beginning(self) -> Iterator[None]:
        """Enclose the beginning of a transaction that writes."""
        if not self._hasty:
            self._wait()
            yield
            return
        held = self._lock(fcntl.LOCK_SH)
        try:
            yield
        finally:
            if held:
                self._lock(fcntl.LOCK_UN)

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._open() and not self._lock(fcntl.LOCK_EX) and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
        self._lock(fcntl.LOCK_UN)

    def _lock(self, operation: int) -> bool:
        if not self._open() or self._file is None:
            return False
        try:
            fcntl.flock(self._file, operation | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # this file system knows no such locks: nobody is waited for
            return operation != fcntl.LOCK_SH
        return True

    def _open(self) -> bool:
        """Open the file at the first transaction: the folder may be made after this object."""
        if self._file is None and self._path is not None:
            with suppress(OSError):
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                weakref.finalize(self, os.close, self._file)
        return self._file is not None
