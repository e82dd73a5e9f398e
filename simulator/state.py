"""State of a running simulator, in memory, behind one lock."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from simulator import ids, people
from simulator.chat import Message
from simulator.config import Config
from simulator.errors import ControlError
from simulator.faults import Faults
from simulator.people import Person, Room
from simulator.quotas import Quota, Rates, ReplyTokens, RetryKeys
from simulator.settings import Settings

Json = dict[str, Any]
JOURNAL_LENGTH = 5000


class State:
    """The simulated LINE.

    Hold `changed` (a condition on the one lock) to read or write; `touch` and `record` notify it.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.changed = threading.Condition(threading.RLock())
        self.settings = Settings()
        self.faults = Faults()
        self.webhook_url = config.webhook
        self.quota = Quota(config.quota)
        self.seq = 0
        self._settle()

    def _settle(self) -> None:
        self.people, self.rooms = people.inhabitants()
        self.messages: dict[str, Message] = {}
        self.tokens = ReplyTokens()
        self.retries = RetryKeys()
        self.rates = Rates()
        self.quotes: dict[str, tuple[str, str]] = {}  # quote token -> (room, message)
        self.read_tokens: dict[str, str] = {}  # markAsReadToken -> room
        self.rich_menus: dict[str, Json] = {}
        self.rich_menu_images: dict[str, tuple[str, bytes]] = {}
        self.rich_menu_aliases: dict[str, str] = {}
        self.default_rich_menu: str | None = None
        self.own_rich_menus: dict[str, str] = {}  # by user id
        self.stateless_tokens: dict[str, float] = {}  # token -> until when, monotonic seconds
        self.events: dict[str, Json] = {}  # webhookEventId -> event
        self.requests: deque[Json] = deque(maxlen=JOURNAL_LENGTH)
        self.deliveries: deque[Json] = deque(maxlen=JOURNAL_LENGTH)
        self.epoch = object()  # of a redelivery: what was planned before a reset is void
        self.apply_settings()

    def reset(self, *, settings: bool = False) -> None:
        """Clear messages, tokens, keys, logs, faults and the used quota; everybody is a friend
        again.

        settings: also reset the settings, the quota and the webhook URL.
        """
        with self.changed:
            if settings:
                self.settings = Settings()
                self.quota = Quota(self.config.quota)
                self.webhook_url = self.config.webhook
            self.quota.used = 0
            self._settle()
            self.faults.clear()
            for room in self.rooms.values():
                self.touch(room)

    def apply_settings(self) -> None:
        """Pass changed settings on to tokens, keys and rates."""
        self.tokens.ttl = self.settings.replyTokenTtl
        self.tokens.max_age = self.settings.replyTokenMaxAge
        self.retries.ttl = self.settings.retryKeyTtl
        self.rates.limits = self.settings.rateLimits

    # Looking things up

    def accepts_token(self, token: str) -> bool:
        """Return whether this is the channel's access token, or a stateless one that lives."""
        if token == self.config.token:
            return True
        with self.changed:
            return time.monotonic() < self.stateless_tokens.get(token, 0.0)

    def room(self, room_id: str) -> Room:
        """Return a room by id. Raises ControlError (404)."""
        if room_id not in self.rooms:
            raise ControlError(f"there is no room {room_id}", 404)
        return self.rooms[room_id]

    def person(self, user_id: str) -> Person:
        """Return a user by id; never the bot. Raises ControlError (404)."""
        if user_id not in self.people or user_id == people.BOT:
            raise ControlError(f"there is no person {user_id}", 404)
        return self.people[user_id]

    def talk_of(self, user_id: str) -> Room:
        """Return the one-to-one chat of a user, created on first use."""
        if user_id not in self.rooms:
            person = self.person(user_id)
            self.rooms[user_id] = Room(user_id, "user", person.name, [user_id])
        return self.rooms[user_id]

    def visible_rooms(self) -> list[Room]:
        """Return the rooms that have been opened, in order of creation."""
        return list(self.rooms.values())

    # News

    def touch(self, room: Room, *messages: Message) -> None:
        """Number a change in `room` (in these messages) and notify those who wait."""
        self.seq += 1
        room.seq = self.seq
        for message in messages:
            message.seq = self.seq
        self.changed.notify_all()

    def record(self, journal: deque[Json], entry: Json) -> Json:
        """Append an entry, with a `seq` of its own, to one of the two logs."""
        with self.changed:
            self.seq += 1
            entry["seq"] = self.seq
            journal.append(entry)
            self.changed.notify_all()
        return entry

    def amend(self, entry: Json, **values: Any) -> None:
        """Complete an entry of a log."""
        with self.changed:
            self.seq += 1
            entry.update(values, seq=self.seq)
            self.changed.notify_all()

    def wait(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Wait until `ready()`, releasing the lock meanwhile. Returns False on timeout."""
        with self.changed:
            return self.changed.wait_for(ready, timeout=max(0.0, seconds))

    # Chats

    def post(self, room: Room, message: Message) -> None:
        """Append a bubble to a room.

        Any new message removes the quick reply of the one before:
        https://developers.line.biz/en/docs/messaging-api/using-quick-reply/
        """
        changed = [message]
        if room.messages and room.messages[-1].quick_reply:
            room.messages[-1].quick_reply = None
            changed.append(room.messages[-1])
        room.messages.append(message)
        self.messages[message.id] = message
        if message.sender_kind == "bot":
            room.typing_until = 0.0
        self.touch(room, *changed)

    def note(self, room: Room, text: str) -> None:
        """Append a system line to a chat: a user joined or left."""
        self.post(
            room,
            Message(
                id=ids.message_id(),
                sender="system",
                sender_name="",
                sender_kind="user",
                at=ids.now_ms(),
                type="event",
                text=text,
            ),
        )

    def quotable(self, room: Room, message: Message) -> str:
        """Create a quote token for a message; it never expires and is valid in its room."""
        token = ids.quote_token()
        self.quotes[token] = (room.id, message.id)
        return token

    def start_typing(self, room: Room, seconds: float) -> None:
        """Show the loading animation for some seconds, and notify the page when it ends."""
        room.typing_until = time.monotonic() + seconds
        self.touch(room)
        timer = threading.Timer(seconds + 0.01, self._typing_ended, [room])
        timer.daemon = True
        timer.start()

    def _typing_ended(self, room: Room) -> None:
        with self.changed:
            if room.typing_until and not self.typing(room):
                room.typing_until = 0.0
                self.touch(room)

    def typing(self, room: Room) -> bool:
        """Return whether the loading animation is shown."""
        return time.monotonic() < room.typing_until
