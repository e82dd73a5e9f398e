"""A client for the simulator's control side: play the people, order faults, wait for answers.

Needs urllib3 only. Every method raises SimulatorRefused when the simulator says no.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import urllib3

from simulator.people import AOI, BOT, BOT_NAME, GROUP, HARUTO, YUI
from simulator.seen import Msg, WebhookResult

__all__ = [
    "AOI", "BOT", "BOT_NAME", "GROUP", "HARUTO", "YUI",
    "Msg", "SimulatorClient", "SimulatorRefused", "WebhookResult",
]  # fmt: skip

Json = dict[str, Any]
POLL = 10.0  # seconds that one long poll lasts at most


class SimulatorRefused(Exception):
    """The simulator answered with an error; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class SimulatorClient:
    """Speaks to one simulator. Threads may share it. Close it, or use it in a `with`."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._http = urllib3.PoolManager(maxsize=16)

    def __enter__(self) -> SimulatorClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.clear()

    # Looking

    def rooms(self) -> list[Json]:
        """Every room with members and last message."""
        found: list[Json] = self.call("GET", "/api/rooms")
        return found

    def messages(self, room: str) -> list[Msg]:
        """All bubbles of a room, oldest first."""
        answer = self.call("GET", f"/api/rooms/{room}/messages")
        return [Msg.from_json(room, raw) for raw in answer["messages"]]

    def bot_messages(self, room: str) -> list[Msg]:
        """The bubbles of the bot."""
        return [message for message in self.messages(room) if message.by_bot]

    def typing(self, room: str) -> bool:
        """Whether the loading animation shows."""
        return bool(self.call("GET", f"/api/rooms/{room}/messages")["typing"])

    def wait_for(
        self,
        room: str,
        predicate: Callable[[Msg], bool] = lambda message: message.by_bot,
        timeout: float = 10.0,
        *,
        after: int = -1,
    ) -> Msg:
        """The first bubble that `predicate` likes, waiting up to `timeout` seconds for it.

        after: look only at bubbles that changed after this seq (e.g. that of what was just said).
        Raises TimeoutError, which tells what the room held.
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
        """Wait until the loading animation shows (or shows no more). Raises TimeoutError."""
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

    # What people do; wait=True also waits for the bot's answer to the webhook

    def send(
        self,
        room: str,
        text: str | None = None,
        *,
        user: str | None = None,
        image: bytes | None = None,
        sticker: Json | None = None,
        mention_bot: bool = False,
        quote: str | None = None,
        emojis: list[Json] | None = None,
        image_set: Json | None = None,
        wait: bool = False,
    ) -> Msg:
        """Say something. user: who, in a group (default あおい)."""
        wish: Json = {"user": user or self._speaker(room), "mentionBot": mention_bot, "wait": wait}
        optional = {
            "text": text,
            "image": base64.b64encode(image).decode() if image is not None else None,
            "sticker": sticker,
            "quote": quote,
            "emojis": emojis,
            "imageSet": image_set,
        }
        wish |= {key: value for key, value in optional.items() if value is not None}
        answer = self.call("POST", f"/api/rooms/{room}/send", wish)
        return Msg.from_json(room, answer["message"])

    def unsend(
        self, room: str, message: str, *, user: str | None = None, wait: bool = False
    ) -> None:
        """Take a message back."""
        self._act(room, "unsend", wait, user=user or self._speaker(room), message=message)

    def edit(
        self, room: str, message: str, text: str, *, user: str | None = None, wait: bool = False
    ) -> None:
        """Change a text in a group."""
        self._act(room, "edit", wait, user=user or self._speaker(room), message=message, text=text)

    def postback(
        self,
        room: str,
        data: str,
        *,
        display_text: str | None = None,
        params: Json | None = None,
        user: str | None = None,
        wait: bool = False,
    ) -> None:
        """Tap a button with this postback data."""
        self._act(
            room,
            "postback",
            wait,
            user=user or self._speaker(room),
            data=data,
            displayText=display_text,
            params=params,
        )

    def tap(self, message: Msg, label: str | None = None, *, user: str | None = None) -> None:
        """Tap the (first, or so labelled) button of a bubble, as a phone would do it.

        Raises LookupError when there is no such button.
        """
        for action in message.actions():
            if action["type"] in ("postback", "message") and label in (None, action.get("label")):
                if action["type"] == "message":
                    self.send(message.room, action["text"], user=user)
                else:
                    shown = action.get("displayText")
                    self.postback(message.room, action["data"], display_text=shown, user=user)
                return
        raise LookupError(f"the message has no button {label or ''}: {message.actions()}")

    def follow(self, user: str = AOI, *, wait: bool = False) -> None:
        """Add the bot as a friend, or unblock it."""
        self._act(user, "follow", wait)

    def unfollow(self, user: str = AOI, *, wait: bool = False) -> None:
        """Block the bot."""
        self._act(user, "unfollow", wait)

    def join(self, group: str = GROUP, *, wait: bool = False) -> None:
        """Invite the bot."""
        self._act(group, "join", wait)

    def leave(self, group: str = GROUP, *, wait: bool = False) -> None:
        """Remove the bot."""
        self._act(group, "leave", wait)

    def member_joined(self, group: str, user: str, *, wait: bool = False) -> None:
        """A person comes into the group."""
        self._act(group, "memberJoined", wait, user=user)

    def member_left(self, group: str, user: str, *, wait: bool = False) -> None:
        """A person leaves the group."""
        self._act(group, "memberLeft", wait, user=user)

    def add_person(
        self, name: str, *, user: str | None = None, friend: bool = True, language: str = "ja"
    ) -> str:
        """One more person, whose LINE speaks this language; the id."""
        wish = {"name": name, "friend": friend, "language": language}
        wish |= {"id": user} if user else {}
        return str(self.call("POST", "/api/people", wish)["id"])

    def add_group(self, name: str, members: list[str]) -> str:
        """One more group; the id."""
        return str(self.call("POST", "/api/groups", {"name": name, "members": members})["id"])

    # Webhooks by hand

    def raw(
        self,
        body: Json | str,
        *,
        headers: Mapping[str, str] | None = None,
        signature: str | None = None,
    ) -> WebhookResult:
        """Post these bytes to the bot once. signature: None for the right one, "" for no header."""
        wish: Json = {"body": body, "headers": dict(headers or {})}
        if signature is not None:
            wish["signature"] = signature
        return WebhookResult.from_json(self.call("POST", "/api/webhook/raw", wish))

    def redeliver(self, event: str) -> WebhookResult:
        """Send an event again, and wait for the bot's answer."""
        return WebhookResult.from_json(
            self.call("POST", "/api/webhook/redeliver", {"event": event})
        )

    # The laboratory

    def settings(self, **changes: Any) -> Json:
        """The settings, after these changes (named as in /api/settings)."""
        found: Json = (
            self.call("POST", "/api/settings", changes)
            if changes
            else self.call("GET", "/api/settings")
        )
        return found

    def set_quota(self, value: int | None, used: int = 0) -> None:
        """The month's push messages (None: no limit), and how many are used."""
        quota = {"type": "none"} if value is None else {"type": "limited", "value": value}
        self.settings(quota=quota, used=used)

    def fault(self, endpoint: str, kind: str, times: int = 1, ms: int | None = None) -> None:
        """Order trouble; kinds and endpoints are in simulator.faults."""
        wish: Json = {"endpoint": endpoint, "kind": kind, "times": times}
        self.call("POST", "/api/faults", wish if ms is None else wish | {"ms": ms})

    def faults(self) -> list[Json]:
        """The faults still on order."""
        found: list[Json] = self.call("GET", "/api/faults")
        return found

    def clear_faults(self) -> None:
        """Forget every fault, let go whoever hangs in one."""
        self.call("DELETE", "/api/faults")

    def reset(self, *, settings: bool = False) -> None:
        """Empty everything; settings=True restores the switches too."""
        self.call("POST", "/api/reset", {"settings": settings})

    def log(self, endpoint: str | None = None) -> list[Json]:
        """The bot's requests, oldest first; endpoint: only paths that hold this, e.g. "push"."""
        found: list[Json] = self.call("GET", "/api/log")
        return [entry for entry in found if endpoint is None or endpoint in entry["path"]]

    def webhooks(self) -> list[Json]:
        """The webhooks sent, oldest first."""
        found: list[Json] = self.call("GET", "/api/webhooks")
        return found

    def wait_for_request(self, predicate: Callable[[Json], bool], timeout: float = 10.0) -> Json:
        """The first request of the bot that `predicate` likes. Raises TimeoutError."""
        return self._wait_for_entry("/api/log", predicate, timeout)

    def wait_for_webhook(self, predicate: Callable[[Json], bool], timeout: float = 10.0) -> Json:
        """The first webhook sent that `predicate` likes. Raises TimeoutError."""
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

    def call(self, method: str, path: str, body: Json | None = None) -> Any:
        """Any control request -> the JSON of its answer."""
        response = self._http.request(
            method,
            self.base_url + path,
            body=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
            timeout=urllib3.Timeout(connect=5, read=POLL + 30),
            retries=False,
        )
        answer = json.loads(response.data or b"null")
        if response.status >= 400:
            message = answer.get("message", "") if isinstance(answer, dict) else ""
            raise SimulatorRefused(response.status, message)
        return answer

    def _act(self, room: str, act: str, wait: bool, **wish: Any) -> None:
        self.call("POST", f"/api/rooms/{room}/{act}", {"wait": wait, **wish})

    def _speaker(self, room: str) -> str:
        return room if room.startswith("U") else AOI
