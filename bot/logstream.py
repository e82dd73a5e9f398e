"""The newest log lines of all processes, in a capped stream of the broker's Redis.

A process hands each line to a queue in its memory and goes on; a thread of its own carries them
away. When Redis is slow or away, lines are dropped and counted, and nothing else happens: they
stand on stdout all the same.
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

from bot.settings import Settings

if TYPE_CHECKING:
    from redis import Redis

KEY = "efude:logs"
FIELD = "line"
LONGEST = 16_000  # characters of one line; a page of trace has some thousand
_WAITING = 2_000  # lines in memory while Redis is slow
_AT_ONCE = 200
_PAGE = 500  # lines that are read in one call
_GATHER = 0.1  # seconds in which lines come together for one call
_LOOKED_AT = 1_000  # lines of one answer of Redis's
_SKEW = 60.0  # seconds that two machines' clocks may differ
_PAUSES = (1.0, 2.0, 5.0, 15.0)  # seconds after the first, second ... failure in a row


def connect(settings: Settings, patience: float = 2.0) -> Redis:
    """A client for the broker's Redis; it connects with its first command.

    patience: seconds for one answer. Raises ValueError where the broker is no Redis.
    """
    if not settings.broker_url.startswith(("redis://", "rediss://")):
        raise ValueError("The broker is not Redis or Valkey, and keeps no log lines.")
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client: Redis = Redis.from_url(
        settings.broker_url,
        socket_connect_timeout=2.0,
        socket_timeout=patience,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )
    return client


def for_process(settings: Settings) -> LogStream | None:
    """What this process writes to; None where lines are not kept."""
    redis = settings.broker_url.startswith(("redis://", "rediss://"))
    return LogStream(settings) if redis and settings.log_stream else None


class LogStream:
    """Takes lines from any thread, at once, and never raises; safe across a fork."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.dropped = 0
        self._lost = 0  # of the dropped, those that no line in the stream tells of yet
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
        """Hand over one line, a JSON object."""
        if len(self._lines) >= _WAITING:
            self.dropped += 1
            self._lost += 1
            return
        self._lines.append(line if len(line) <= LONGEST else _shortened(line))
        if not self._news.is_set():
            self._news.set()
            if self._thread is None:
                self._start()

    @property
    def waiting(self) -> int:
        """Lines that are not in the stream yet."""
        return len(self._lines)

    def carry(self, patience: float = 1.0) -> None:
        """Wait until what was handed over is carried away, for at most `patience` seconds."""
        until = time.monotonic() + patience
        while self._lines and time.monotonic() < until:
            time.sleep(0.02)

    def close(self, patience: float = 1.0) -> None:
        """Carry away what is left, for at most `patience` seconds."""
        thread = self._thread
        if thread is None:
            return
        self._closing = True
        self._news.set()
        thread.join(patience)

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
                time.sleep(_GATHER)
            self._news.clear()
            while self._lines:
                try:
                    self._send()
                    failures = 0
                except Exception:
                    # Not logged: that line would come here as well. The count tells.
                    if self._closing:
                        return
                    self._client = None
                    failures += 1
                    time.sleep(_PAUSES[min(failures, len(_PAUSES)) - 1])

    def _send(self) -> None:
        """Carry the oldest lines away in one call; they stay when that fails."""
        client = self._client = self._client or connect(self._settings)
        lines = [self._lines[place] for place in range(min(len(self._lines), _AT_ONCE))]
        lost = self._lost
        pipe = client.pipeline(transaction=False)
        if lost:
            event = {"event": "log lines dropped", "level": "warning", "lost": lost}
            pipe.xadd(KEY, {FIELD: json.dumps({**event, "pid": os.getpid()})})
        for line in lines:
            pipe.xadd(KEY, {FIELD: line}, maxlen=self._settings.log_stream, approximate=True)
        pipe.execute()
        self._lost -= lost
        for _ in lines:
            self._lines.popleft()


def _shortened(line: str) -> str:
    """A line with its long texts cut, so that it stays JSON."""
    found = json.loads(line)
    kept = {
        name: it[:500] + " … " + it[-2000:] if isinstance(it, str) and len(it) > 3000 else it
        for name, it in found.items()
    }
    short = json.dumps(kept, ensure_ascii=False)
    if len(short) <= LONGEST:
        return short
    names = ("timestamp", "level", "event", "process", "host", "pid", "number", "job")
    return json.dumps({name: str(kept[name])[:500] for name in names if name in kept})


class Entry(NamedTuple):
    """One line of the stream. id: Redis's, which grows with time; line: what a process logged."""

    id: str
    line: dict[str, Any]


def newest(
    client: Redis, limit: int, wanted: Callable[[dict[str, Any]], bool] = lambda _: True
) -> list[Entry]:
    """The newest lines that are wanted, at most `limit`, in their order; however far back.

    Raises redis.RedisError when Redis is away.
    """
    found: list[Entry] = []
    last = "+"
    while len(found) < limit:
        entries: Any = client.xrevrange(KEY, max=last, count=_PAGE)
        found += [it for it in map(_entry, entries) if wanted(it.line)]
        if len(entries) < _PAGE:
            break
        last = f"({entries[-1][0]}"
    return found[:limit][::-1]


def everything(client: Redis) -> Iterator[Entry]:
    """All lines, the oldest first. Raises redis.RedisError when Redis is away."""
    last = "-"
    while entries := _page(client, last):
        yield from map(_entry, entries)
        last = f"({entries[-1][0]}"


def _page(client: Redis, last: str) -> Any:
    return client.xrange(KEY, min=last, count=_PAGE)


def position(client: Redis) -> str:
    """The id of the newest line, for `after`. Raises redis.RedisError when Redis is away."""
    found: Any = client.xrevrange(KEY, count=1)
    return str(found[0][0]) if found else "0-0"


def after(client: Redis, last: str, wait: float) -> list[Entry]:
    """What came after the line with that id; if nothing did, what comes within `wait` seconds.

    Raises redis.RedisError when Redis is away.
    """
    news: Any = client.xread({KEY: last}, count=_PAGE, block=max(1, round(wait * 1000)))
    return [_entry(it) for _, entries in news or [] for it in entries]


def tail(client: Redis, lines: int, *, follow: bool = False) -> Iterator[dict[str, Any]]:
    """The newest `lines` of the stream in their order, then, with `follow`, what comes, for ever.

    Raises redis.RedisError when Redis is away.
    """
    found = newest(client, lines)
    yield from (it.line for it in found)
    last = found[-1].id if found else position(client) if follow else ""
    while follow:
        for it in after(client, last, 1.0):
            last = it.id
            yield it.line


def _entry(found: tuple[str, dict[str, str]]) -> Entry:
    return Entry(found[0], _read(found[1]))


def drop(settings: Settings, marks: Collection[str], since: float) -> int:
    """Delete the lines in which one of these stands, as far as they are in the stream; how many.

    since: seconds since 1970 before which there are none. Where there is no stream, or Redis is
    away, nothing is done: the lines name nobody, and newer ones will push them out.
    """
    if not settings.log_stream or not settings.broker_url.startswith(("redis://", "rediss://")):
        return 0
    from redis import RedisError

    dropped = 0
    # The entries' ids are Redis's milliseconds since 1970; its clock may differ from this one.
    start = f"{max(0, int((since - _SKEW) * 1000))}-0"
    try:
        with connect(settings) as client:
            while entries := cast(Any, client.xrange(KEY, min=start, count=_LOOKED_AT)):
                told = (
                    entry
                    for entry, fields in entries
                    if any(it in fields.get(FIELD, "") for it in marks)
                )
                if found := list(told):
                    dropped += int(cast(Any, client.xdel(KEY, *found)))
                start = f"({entries[-1][0]}"
    except (RedisError, OSError):
        return dropped
    return dropped


def _read(fields: dict[str, str]) -> dict[str, Any]:
    try:
        found = json.loads(fields.get(FIELD, ""))
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"event": "unreadable line"}
