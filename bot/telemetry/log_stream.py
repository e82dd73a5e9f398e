"""The newest log lines of all processes, in a capped stream of the broker's Redis.

A process puts each line into a queue in memory, and a thread writes them to Redis. While Redis is
slow or away, lines are dropped and counted; they are on stdout all the same.
"""

from __future__ import annotations

import atexit
import json
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from bot.backoff import retry_delay
from bot.settings import Settings

if TYPE_CHECKING:
    from redis import Redis

STREAM_KEY = "efude:logs"
LINE_FIELD = "line"
MAX_LINE_CHARS = 16_000  # a traceback has some thousand
_MAX_PENDING = 2_000  # lines in memory while Redis is slow
_BATCH = 200
_PAGE = 500  # lines that are read in one call
_GATHER_SECONDS = 0.1  # seconds in which lines are gathered for one call
_LAST_SECONDS = 3.0  # for the last lines of a process that ends; a busy machine took more than one
_SCAN_PAGE = 1_000  # lines that one call scans for deletion
_MAX_SKEW = 60.0  # seconds by which two machines' clocks may differ
_BACKOFF = (1.0, 2.0, 5.0, 15.0)  # seconds after the first, second ... failure in a row


def connect(settings: Settings, read_timeout: float = 2.0) -> Redis:
    """Return a client for the broker's Redis, which connects with its first command.

    read_timeout: seconds to wait for an answer. Raises ValueError if the broker is not Redis.
    """
    pool = settings.broker.redis_pool(
        connect_timeout=2.0, timeout=read_timeout, decode_responses=True
    )
    from redis import Redis

    return Redis.from_pool(pool)


def for_process(settings: Settings) -> LogStream | None:
    """Return the stream that this process writes to; None if lines are not kept."""
    keeps_lines = settings.broker.is_redis and settings.log_stream_max_lines
    return LogStream(settings) if keeps_lines else None


class LogStream:
    """Accept lines from any thread without blocking or raising; safe across a fork."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.dropped = 0
        self._lost = 0  # dropped lines that the stream does not report yet
        self._reset()
        os.register_at_fork(after_in_child=self._reset)
        atexit.register(self.close)

    def _reset(self) -> None:
        self._lines: deque[str] = deque()
        self._news = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._client: Redis | None = None
        self._closing = False

    def put(self, line: str) -> None:
        """Queue one line, a JSON object."""
        if len(self._lines) >= _MAX_PENDING:
            self.dropped += 1
            self._lost += 1
            return
        self._lines.append(line if len(line) <= MAX_LINE_CHARS else _shortened(line))
        if not self._news.is_set():
            self._news.set()
            if self._thread is None:
                self._start()

    @property
    def pending(self) -> int:
        """Return the number of lines that are not in the stream yet."""
        return len(self._lines)

    def drain(self, max_wait: float = _LAST_SECONDS) -> None:
        """Wait until all queued lines are written, for at most `max_wait` seconds."""
        until = time.monotonic() + max_wait
        while self._lines and time.monotonic() < until:
            time.sleep(0.02)

    def close(self, max_wait: float = _LAST_SECONDS) -> None:
        """Write what is left, for at most `max_wait` seconds, and stop the thread."""
        thread = self._thread
        if thread is None:
            return
        self._closing = True
        self._news.set()
        thread.join(max_wait)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="log stream", daemon=True)
                self._thread = thread
                thread.start()

    def _run(self) -> None:
        failures = 0
        while not self._closing or self._lines:
            self._news.wait()
            if not self._closing:
                time.sleep(_GATHER_SECONDS)
            self._news.clear()
            while self._lines:
                try:
                    self._send()
                    failures = 0
                except Exception:
                    # Not logged: that line would end up here as well. The count reports it.
                    if self._closing:
                        return
                    self._client = None
                    failures += 1
                    time.sleep(retry_delay(_BACKOFF, failures))

    def _send(self) -> None:
        """Write the oldest lines in one call; they stay queued if that fails."""
        client = self._client = self._client or connect(self._settings)
        lines = [self._lines[index] for index in range(min(len(self._lines), _BATCH))]
        lost = self._lost
        pipe = client.pipeline(transaction=False)
        if lost:
            event = {"event": "log_stream.lines_dropped", "level": "warning", "lost": lost}
            pipe.xadd(STREAM_KEY, {LINE_FIELD: json.dumps({**event, "pid": os.getpid()})})
        for line in lines:
            pipe.xadd(
                STREAM_KEY,
                {LINE_FIELD: line},
                maxlen=self._settings.log_stream_max_lines,
                approximate=True,
            )
        pipe.execute()
        self._lost -= lost
        for _ in lines:
            self._lines.popleft()


def _shortened(line: str) -> str:
    """Cut the long texts of a line, so that it stays JSON."""
    kept = {
        name: value[:500] + " … " + value[-2000:]
        if isinstance(value, str) and len(value) > 3000
        else value
        for name, value in json.loads(line).items()
    }
    short = json.dumps(kept, ensure_ascii=False)
    if len(short) <= MAX_LINE_CHARS:
        return short
    names = ("timestamp", "level", "event", "process", "host", "pid", "number", "job")
    return json.dumps({name: str(kept[name])[:500] for name in names if name in kept})


class Entry(NamedTuple):
    """One line of the stream. id: Redis's, increasing with time; line: what a process logged."""

    id: str
    line: dict[str, Any]


def newest(
    client: Redis, limit: int, matches: Callable[[dict[str, Any]], bool] = lambda _: True
) -> list[Entry]:
    """Return the newest matching lines, oldest first, at most `limit`, however far back they are.

    Raises redis.RedisError if Redis is away.
    """
    matching: list[Entry] = []
    last = "+"
    while len(matching) < limit:
        entries: Any = client.xrevrange(STREAM_KEY, max=last, count=_PAGE)
        matching += [entry for entry in map(_entry, entries) if matches(entry.line)]
        if len(entries) < _PAGE:
            break
        last = f"({entries[-1][0]}"
    return matching[:limit][::-1]


def iter_all(client: Redis) -> Iterator[Entry]:
    """Yield all lines, oldest first. Raises redis.RedisError if Redis is away."""
    last = "-"
    while entries := _page(client, last):
        yield from map(_entry, entries)
        last = f"({entries[-1][0]}"


def _page(client: Redis, last: str) -> Any:
    return client.xrange(STREAM_KEY, min=last, count=_PAGE)


def last_id(client: Redis) -> str:
    """Return the id of the newest line, for `after`. Raises redis.RedisError if Redis is away."""
    entries: Any = client.xrevrange(STREAM_KEY, count=1)
    return str(entries[0][0]) if entries else "0-0"


def after(client: Redis, last: str, wait: float) -> list[Entry]:
    """Return the lines after an id; if there are none, wait for some for at most `wait` seconds.

    Raises redis.RedisError if Redis is away.
    """
    streams: Any = client.xread({STREAM_KEY: last}, count=_PAGE, block=max(1, round(wait * 1000)))
    return [_entry(raw) for _, entries in streams or [] for raw in entries]


def tail(client: Redis, lines: int, *, follow: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the newest `lines` lines, oldest first; with `follow`, then all new ones for ever.

    Raises redis.RedisError if Redis is away.
    """
    entries = newest(client, lines)
    yield from (entry.line for entry in entries)
    last = entries[-1].id if entries else last_id(client) if follow else ""
    while follow:
        for entry in after(client, last, 1.0):
            last = entry.id
            yield entry.line


def _entry(raw: tuple[str, dict[str, str]]) -> Entry:
    return Entry(raw[0], _parse(raw[1]))


def delete_matching(settings: Settings, needles: Collection[str], since: float) -> int:
    """Delete the stream's lines that contain one of the needles, and return how many.

    since: seconds since 1970; older lines are not searched. Does nothing without a stream or while
    Redis is away: the lines name nobody, and newer ones will push them out.
    """
    if not settings.log_stream_max_lines or not settings.broker.is_redis:
        return 0
    from redis import RedisError

    deleted = 0
    # The entries' ids are Redis's milliseconds since 1970; its clock may differ from this one.
    start = f"{max(0, int((since - _MAX_SKEW) * 1000))}-0"
    try:
        with connect(settings) as client:
            while entries := cast(Any, client.xrange(STREAM_KEY, min=start, count=_SCAN_PAGE)):
                ids = [
                    entry_id
                    for entry_id, fields in entries
                    if any(needle in fields.get(LINE_FIELD, "") for needle in needles)
                ]
                if ids:
                    deleted += int(cast(Any, client.xdel(STREAM_KEY, *ids)))
                start = f"({entries[-1][0]}"
    except (RedisError, OSError):
        return deleted
    return deleted


def _parse(fields: dict[str, str]) -> dict[str, Any]:
    try:
        line = json.loads(fields.get(LINE_FIELD, ""))
    except ValueError:
        line = None
    return line if isinstance(line, dict) else {"event": "log_stream.line_unreadable"}
