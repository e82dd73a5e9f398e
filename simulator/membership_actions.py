"""Who is a friend of the bot, and who is in a group: follow, block, join, leave."""

from __future__ import annotations

from dataclasses import dataclass

from simulator import events
from simulator.chat import Message
from simulator.errors import ControlError
from simulator.people import Room
from simulator.state import State
from simulator.webhooks import Job, Sender


@dataclass(frozen=True)
class Done:
    """Result of an action: the bubble, if any, and the webhook, if one was sent."""

    message: Message | None
    job: Job | None


class MembershipActions:
    """Actions of users about friendship and groups. Raises ControlError as Acts does."""

    def __init__(self, state: State, sender: Sender) -> None:
        self.state = state
        self.sender = sender

    def follow(self, user: str) -> Done:
        """Add the bot as a friend, or unblock it."""
        state = self.state
        with state.changed:
            person = state.person(user)
            unblocked = person.blocked
            person.friend, person.blocked = True, False
            room = state.talk_of(user)
            state.note(room, "友だちに追加しました。")
            event = events.make(state, room, "follow", user, follow={"isUnblocked": unblocked})
        return Done(None, self.sender.send(event))

    def unfollow(self, user: str) -> Done:
        """Block the bot."""
        state = self.state
        with state.changed:
            person = state.person(user)
            room = state.room(user)
            person.blocked = True
            state.note(room, "ブロックしました。")
            event = events.make(state, room, "unfollow", user)
        return Done(None, self.sender.send(event))

    def join(self, room_id: str) -> Done:
        """Invite the bot into a group."""
        state = self.state
        with state.changed:
            room = self._group(room_id)
            room.bot_inside = True
            state.note(room, "絵筆が参加しました。")
            event = events.make(state, room, "join", None)
        return Done(None, self.sender.send(event))

    def leave(self, room_id: str) -> Done:
        """Remove the bot from a group."""
        state = self.state
        with state.changed:
            room = self._group(room_id)
            if not room.bot_inside:
                raise ControlError("the bot is not in this group", 409)
            room.bot_inside = False
            state.note(room, "絵筆が退出しました。")
            event = events.make(state, room, "leave", None)
        return Done(None, self.sender.send(event))

    def member_joined(self, room_id: str, user: object) -> Done:
        """Add a user to a group that the bot is in."""
        state = self.state
        with state.changed:
            room = self._group(room_id)
            person = state.person(str(user))
            if person.id in room.members:
                raise ControlError(f"{person.name} is in this group already", 409)
            room.members.append(person.id)
            state.note(room, f"{person.name}が参加しました。")
            joined = {"members": [{"type": "user", "userId": person.id}]}
            event = events.make(state, room, "memberJoined", None, joined=joined)
        return Done(None, self.sender.send(event) if room.bot_inside else None)

    def member_left(self, room_id: str, user: object) -> Done:
        """Remove a user from a group that the bot is in."""
        state = self.state
        with state.changed:
            room = self._group(room_id)
            person = state.person(str(user))
            if person.id not in room.members:
                raise ControlError(f"{person.name} is not in this group", 409)
            room.members.remove(person.id)
            state.note(room, f"{person.name}が退出しました。")
            left = {"members": [{"type": "user", "userId": person.id}]}
            event = events.make(state, room, "memberLeft", None, left=left)
        return Done(None, self.sender.send(event) if room.bot_inside else None)

    def _group(self, room_id: str) -> Room:
        room = self.state.room(room_id)
        if room.kind != "group":
            raise ControlError("this is not a group", 409)
        return room
