"""The people's side of the client: what they do in LINE, as the simulator plays it."""

from __future__ import annotations

import base64
from typing import Any

from simulator.client_calls import ControlClient, Json
from simulator.client_types import Msg
from simulator.people import AOI, GROUP


class PeopleClient(ControlClient):
    """Plays the people. wait=True also waits for the bot's answer to the webhook."""

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
        """Send a message. user: the sender in a group (default あおい)."""
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
        """Unsend a message."""
        self._act(room, "unsend", wait, user=user or self._speaker(room), message=message)

    def edit(
        self, room: str, message: str, text: str, *, user: str | None = None, wait: bool = False
    ) -> None:
        """Edit a text message in a group."""
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
        """Send a postback with this data."""
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
        """Tap the first button (or that with this label) of a bubble, as a phone would.

        Raises LookupError if there is no such button.
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
        """Invite the bot into a group."""
        self._act(group, "join", wait)

    def leave(self, group: str = GROUP, *, wait: bool = False) -> None:
        """Remove the bot from a group."""
        self._act(group, "leave", wait)

    def member_joined(self, group: str, user: str, *, wait: bool = False) -> None:
        """Add a user to a group."""
        self._act(group, "memberJoined", wait, user=user)

    def member_left(self, group: str, user: str, *, wait: bool = False) -> None:
        """Remove a user from a group."""
        self._act(group, "memberLeft", wait, user=user)

    def add_person(
        self, name: str, *, user: str | None = None, friend: bool = True, language: str = "ja"
    ) -> str:
        """Add a user whose LINE is set to this language; return the user id."""
        wish = {"name": name, "friend": friend, "language": language}
        wish |= {"id": user} if user else {}
        return str(self.call("POST", "/api/people", wish)["id"])

    def add_group(self, name: str, members: list[str]) -> str:
        """Add a group; return its id."""
        return str(self.call("POST", "/api/groups", {"name": name, "members": members})["id"])

    def _act(self, room: str, act: str, wait: bool, **wish: Any) -> None:
        self.call("POST", f"/api/rooms/{room}/{act}", {"wait": wait, **wish})

    def _speaker(self, room: str) -> str:
        return room if room.startswith("U") else AOI
