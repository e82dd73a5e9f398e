"""Checkpoints of SQLite's write-ahead log, by a thread of their own.

Otherwise a commit makes one every thousand pages, and waits for the disk two or three times: in
`web` that is a webhook without its 200. A passive checkpoint makes no writer wait.
https://www.sqlite.org/wal.html#ckpt
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.store.database import Database

INTERVAL_SECONDS = 2.0
# Should the thread be late: a commit makes a checkpoint after so many pages of 4 KB all the same.
PAGES_BEFORE_COMMITS_DO = 16_000


def checkpoint_apart(database: Database, interval: float = INTERVAL_SECONDS) -> None:
    """Have a thread make the checkpoints of this process, every `interval` seconds with a commit.

    Call before the database is used. The thread ends when the database is closed. Does nothing with
    PostgreSQL.
    """
    if database.sqlite and database.url.database:
        _Checkpoints(database, interval).start()


class _Checkpoints(threading.Thread):
    def __init__(self, database: Database, interval: float) -> None:
        super().__init__(name="checkpoints", daemon=True)
        path = Path(database.url.database or "").absolute()
        self._uri = f"{path.as_uri()}?mode=rw"  # a file that is gone is not made again
        self._interval = interval
        self._has_commit = threading.Event()
        self._is_closed = threading.Event()
        event.listen(database.engine, "connect", self._on_connect)
        event.listen(database.engine, "commit", self._on_commit)
        event.listen(database.engine, "engine_disposed", self._on_disposed)

    def run(self) -> None:
        """Wait for a commit, then for a while, and make a checkpoint of all that came."""
        while True:
            self._has_commit.wait()
            self._has_commit.clear()  # before the look at the end, which sets both
            if self._is_closed.wait(self._interval):
                return
            with suppress(sqlite3.Error):  # the next one does its work as well
                self._make()

    def _make(self) -> None:
        # Not one of the pool's: the pool may be closed at any moment.
        with closing(sqlite3.connect(self._uri, uri=True, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _on_connect(self, connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA wal_autocheckpoint={PAGES_BEFORE_COMMITS_DO}")

    def _on_commit(self, _connection: Any) -> None:
        self._has_commit.set()

    def _on_disposed(self, _engine: Any) -> None:
        self._is_closed.set()
        self._has_commit.set()
