"""LINE's side of the webhooks: each up to three times, late, and again until it is taken."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from urllib3.exceptions import HTTPError

from benchmarks.chaos.plan import Deed
from simulator.client import BOT, SimulatorClient
from tests.scenarios.events import body, event, message_event, took_back

Json = dict[str, Any]
THREADS = 16
PAUSES = (1.0, 2.0, 4.0, 8.0)  # before an event is sent again; LINE does not tell its own
MENTION = "@絵筆"


@dataclass
class Sent:
    """An event that LINE sends. taken_at: when it was first answered by 200 (since 1970)."""

    content: Json
    taken_at: float | None = None
    tries: int = 0

    @property
    def id(self) -> str:
        return str(self.content["webhookEventId"])


@dataclass
class Wish:
    """A deed with its events. more: the unsend or the question after it."""

    deed: Deed
    room: str
    asked: Sent
    more: Sent | None


@dataclass(order=True)
class _Due:
    at: float
    order: int
    sent: Sent = field(compare=False)


@dataclass(frozen=True)
class Answer:
    """What /callback answered. at: seconds since 1970; status 0: nothing."""

    at: float
    seconds: float
    status: int


class Channel:
    """Sends webhooks by the simulator, which signs them; for the length of a `with`."""

    def __init__(self, url: str) -> None:
        self.answers: list[Answer] = []
        self._simulator = SimulatorClient(url)
        self._heap: list[_Due] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        self._pool = ThreadPoolExecutor(THREADS, "line")
        self._thread = threading.Thread(target=self._loop, name="channel")
        self._open = 0

    def __enter__(self) -> Channel:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()
        self._pool.shutdown(cancel_futures=True)
        self._simulator.close()

    def ask(self, deed: Deed, room: str, user: str) -> Wish:
        """Send a deed's webhooks, each copy after its delay."""
        sent = Sent(words(room, user, deed.text))
        extra = _follow_up(deed, sent, room, user)
        self._plan(sent, deed.delays)
        if extra:
            self._plan(extra, deed.more_delays)
        return Wish(deed, room, sent, extra)

    def send(self, content: Json) -> Sent:
        """Send one more event, at once."""
        sent = Sent(content)
        self._plan(sent, (0.0,))
        return sent

    def under_way(self) -> int:
        """Return how many webhooks are to be sent, or being sent."""
        with self._changed:
            return len(self._heap) + self._open

    def _plan(self, sent: Sent, delays: tuple[float, ...]) -> None:
        with self._changed:
            for delay in delays:
                due = _Due(time.monotonic() + delay, next(self._order), sent)
                heapq.heappush(self._heap, due)
            self._changed.notify_all()

    def _loop(self) -> None:
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                if self._heap and self._heap[0].at <= now:
                    self._open += 1
                    self._pool.submit(self._post, heapq.heappop(self._heap).sent)
                    continue
                self._changed.wait(self._heap[0].at - now if self._heap else None)

    def _post(self, sent: Sent) -> None:
        status, since = 0, time.monotonic()
        try:
            result = self._simulator.raw(body(sent.content))
            status = result.status
            self.answers.append(Answer(time.time(), result.ms / 1000, status))
        except (HTTPError, OSError):
            self.answers.append(Answer(time.time(), time.monotonic() - since, 0))
        finally:
            with self._changed:
                self._open -= 1
        if status == 200:
            sent.taken_at = sent.taken_at or time.time()
        elif sent.taken_at is None:
            pause = PAUSES[min(sent.tries, len(PAUSES) - 1)]
            sent.tries += 1
            sent.content = sent.content | {"deliveryContext": {"isRedelivery": True}}
            self._plan(sent, (pause,))


def _follow_up(deed: Deed, asked: Sent, room: str, user: str) -> Sent | None:
    if deed.what == "taken back":
        return Sent(_into(room, took_back(user, asked.content["message"]["id"])))
    return Sent(words(room, user, "まだ？")) if deed.what == "asked after" else None


def words(room: str, user: str, text: str) -> Json:
    """Return a text message to the bot: in a group it mentions the bot."""
    if room == user:
        return message_event(user, text)
    made = _into(room, message_event(user, f"{MENTION} {text}"))
    mentionee = {"index": 0, "length": len(MENTION), "type": "user", "userId": BOT, "isSelf": True}
    made["message"]["mention"] = {"mentionees": [mentionee]}
    return made


def tap(room: str, user: str, data: str) -> Json:
    """Return a tap on a button with this data."""
    return _into(room, event("postback", user, postback={"data": data}))


def _into(room: str, made: Json) -> Json:
    """Return the event as one of this room."""
    user = made["source"]["userId"]
    if room == user:
        return made
    return made | {"source": {"type": "group", "groupId": room, "userId": user}}
