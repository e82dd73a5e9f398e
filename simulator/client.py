"""A client for the simulator's control side: play the people, order faults, wait for answers.

Needs urllib3 only. Every method raises SimulatorRefused when the simulator says no.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from simulator.client_calls import POLL, Json, SimulatorRefused
from simulator.client_people import PeopleClient
from simulator.client_types import Msg, WebhookResult
from simulator.people import AOI, BOT, BOT_NAME, GROUP, HARUTO, YUI

__all__ = [
    "AOI", "BOT", "BOT_NAME", "GROUP", "HARUTO", "YUI",
    "Msg", "SimulatorClient", "SimulatorRefused", "WebhookResult",
]  # fmt: skip


class SimulatorClient(PeopleClient):
    """HTTP client of one simulator. Threads may share it. Close it, or use it in a `with`."""

    # Looking

    def rooms(self) -> list[Json]:
        """Return every room with its members and last message."""
        rooms: list[Json] = self.call("GET", "/api/rooms")
        return rooms

    def messages(self, room: str) -> list[Msg]:
        """Return all bubbles of a room, oldest first."""
        answer = self.call("GET", f"/api/rooms/{room}/messages")
        return [Msg.from_json(room, raw) for raw in answer["messages"]]

    def bot_messages(self, room: str) -> list[Msg]:
        """Return the bubbles that the bot sent to a room, oldest first."""
        return [message for message in self.messages(room) if message.by_bot]

    def typing(self, room: str) -> bool:
        """Return whether the loading animation is shown."""
        return bool(self.call("GET", f"/api/rooms/{room}/messages")["typing"])

    def wait_for(
        self,
        room: str,
        predicate: Callable[[Msg], bool] = lambda message: message.by_bot,
        timeout: float = 10.0,
        *,
        after: int = -1,
    ) -> Msg:
        """Return the first bubble that meets `predicate`, waiting up to `timeout` seconds for it.

        after: consider only bubbles that changed after this seq, e.g. that of the last message
        sent. Raises TimeoutError, whose text lists the room's messages.
        """
        deadline = time.monotonic() + timeout
        seen = after
        while True:
            wait = min(POLL, max(0.0, deadline - time.monotonic()))
            answer = self.call("GET", f"/api/rooms/{room}/messages?after={seen}&wait={wait:.3f}")
            for raw in answer["messages"]:
                message = Msg.from_json(room, raw)
                if predicate(message):
                    return message
            seen = max(seen, answer["seq"])
            if time.monotonic() >= deadline:
                held = [(each.sender_name, each.type, each.text) for each in self.messages(room)]
                raise TimeoutError(f"no such message in {timeout} s; the room holds {held}")

    def wait_for_typing(self, room: str, shown: bool = True, timeout: float = 10.0) -> None:
        """Wait until the loading animation is shown (or no longer shown). Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        seen = 0
        while True:
            wait = min(POLL, max(0.0, deadline - time.monotonic()))
            answer = self.call("GET", f"/api/rooms/{room}/messages?after={seen}&wait={wait:.3f}")
            if answer["typing"] is shown:
                return
            if time.monotonic() >= deadline:
                raise TimeoutError(f"typing is still {not shown} after {timeout} s")
            seen = answer["seq"]

    # Webhooks by hand

    def raw(
        self,
        body: Json | str,
        *,
        headers: Mapping[str, str] | None = None,
        signature: str | None = None,
    ) -> WebhookResult:
        """Post these bytes to the bot once. signature: None signs them, "" sends no header."""
        wish: Json = {"body": body, "headers": dict(headers or {})}
        if signature is not None:
            wish["signature"] = signature
        return WebhookResult.from_json(self.call("POST", "/api/webhook/raw", wish))

    def redeliver(self, event: str) -> WebhookResult:
        """Redeliver an event and wait for the bot's response."""
        return WebhookResult.from_json(
            self.call("POST", "/api/webhook/redeliver", {"event": event})
        )

    # The laboratory

    def settings(self, **changes: Any) -> Json:
        """Change settings (named as in /api/settings) and return all of them."""
        settings: Json = (
            self.call("POST", "/api/settings", changes)
            if changes
            else self.call("GET", "/api/settings")
        )
        return settings

    def set_quota(self, value: int | None, used: int = 0) -> None:
        """Set the monthly push quota (None: unlimited) and how much of it is used."""
        quota = {"type": "none"} if value is None else {"type": "limited", "value": value}
        self.settings(quota=quota, used=used)

    def fault(self, endpoint: str, kind: str, times: int = 1, ms: int | None = None) -> None:
        """Order a fault; simulator.faults lists kinds and endpoints."""
        wish: Json = {"endpoint": endpoint, "kind": kind, "times": times}
        self.call("POST", "/api/faults", wish if ms is None else wish | {"ms": ms})

    def faults(self) -> list[Json]:
        """Return the faults still on order."""
        faults: list[Json] = self.call("GET", "/api/faults")
        return faults

    def clear_faults(self) -> None:
        """Clear every fault and release the requests that hang in one."""
        self.call("DELETE", "/api/faults")

    def reset(self, *, settings: bool = False) -> None:
        """Reset users, chats and logs; settings=True resets the settings too."""
        self.call("POST", "/api/reset", {"settings": settings})

    def log(self, endpoint: str | None = None) -> list[Json]:
        """Return the bot's requests, oldest first. endpoint: part of the path, e.g. "push"."""
        entries: list[Json] = self.call("GET", "/api/log")
        return [entry for entry in entries if endpoint is None or endpoint in entry["path"]]

    def webhooks(self) -> list[Json]:
        """Return the webhooks sent, oldest first."""
        webhooks: list[Json] = self.call("GET", "/api/webhooks")
        return webhooks

    def wait_for_request(self, predicate: Callable[[Json], bool], timeout: float = 10.0) -> Json:
        """Return the first request of the bot that meets `predicate`. Raises TimeoutError."""
        return self._wait_for_entry("/api/log", predicate, timeout)

    def wait_for_webhook(self, predicate: Callable[[Json], bool], timeout: float = 10.0) -> Json:
        """Return the first webhook sent that meets `predicate`. Raises TimeoutError."""
        return self._wait_for_entry("/api/webhooks", predicate, timeout)

    def _wait_for_entry(self, path: str, predicate: Callable[[Json], bool], timeout: float) -> Json:
        deadline = time.monotonic() + timeout
        seen = -1
        while True:
            wait = min(POLL, max(0.0, deadline - time.monotonic()))
            entries: list[Json] = self.call("GET", f"{path}?after={seen}&wait={wait:.3f}")
            for entry in entries:
                if predicate(entry):
                    return entry
            seen = max([seen, *(entry["seq"] for entry in entries)])
            if time.monotonic() >= deadline:
                raise TimeoutError(f"no such entry in {path} in {timeout} s")
