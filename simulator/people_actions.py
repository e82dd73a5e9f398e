"""What users do in LINE: send, unsend, edit and tap. Each action sends a webhook."""

from __future__ import annotations

import base64
import binascii
import time
from typing import Any

from simulator import events, ids, images
from simulator.chat import Message
from simulator.errors import ControlError
from simulator.membership_actions import Done, MembershipActions
from simulator.people import BOT, BOT_NAME, Person, Room
from simulator.sending import quotation

Json = dict[str, Any]
STICKER = {"packageId": "446", "stickerId": "1988"}
KEYWORDS = {  # of the stickers that the page offers, in LINE's manner
    "1988": ["Thank you", "Thanks"],
    "1989": ["Wow", "Surprised"],
    "1990": ["Nice", "Great"],
    "1991": ["Please"],
    "1992": ["Waiting"],
    "1993": ["Happy", "cat"],
}


class Acts(MembershipActions):
    """Actions of users. Every method raises ControlError if LINE would not allow the action."""

    def say(self, room_id: str, wish: Json) -> Done:
        """Send a text, a picture (base64) or a sticker.

        wish: user, and text, image or sticker; mentionBot puts 「@絵筆」 in front; quote is the id
        of a message of the room; emojis goes into the event as it is; imageSet likewise, and so
        do a sticker's packageId, stickerId, keywords and text.
        """
        state = self.state
        with state.changed:
            room, person = self._seat(room_id, wish.get("user"))
            message = Message(
                id=ids.message_id(),
                sender=person.id,
                sender_name=person.name,
                sender_kind="user",
                at=ids.now_ms(),
                type="text",
            )
            content = self._content(room, message, wish)
            quoted = wish.get("quote")
            if quoted is not None:
                known = state.messages.get(quoted)
                if known is None or known not in room.messages:
                    raise ControlError(f"there is no message {quoted} in this room to quote", 404)
                message.quote = {"id": quoted, "text": quotation(known)}
                if message.type in ("text", "sticker"):
                    content["quotedMessageId"] = quoted
            read_token = ids.quote_token()
            state.read_tokens[read_token] = room.id
            tokens = {
                "quoteToken": state.quotable(room, message),
                "markAsReadToken": read_token,
            }
            if room.kind == "user":
                person.wrote_at = time.monotonic()
            state.post(room, message)
            event = events.make(
                state,
                room,
                "message",
                person.id,
                message={"type": message.type, "id": message.id, **tokens, **content},
            )
        return Done(message, self.sender.send(event))

    def _content(self, room: Room, message: Message, wish: Json) -> Json:
        """Fill the bubble; return the event's properties for its message type."""
        text, image, sticker = wish.get("text"), wish.get("image"), wish.get("sticker")
        if sum(each is not None for each in (text, image, sticker)) != 1:
            raise ControlError("send exactly one of text, image and sticker")
        if text is not None:
            return self._words(room, message, text, wish)
        if image is not None:
            return self._picture(message, image, wish)
        message.type = "sticker"
        chosen = STICKER | (sticker if isinstance(sticker, dict) else {})
        message.body = {name: chosen[name] for name in STICKER}
        known = KEYWORDS.get(str(chosen["stickerId"]), ["Hello"])
        # https://developers.line.biz/en/reference/messaging-api/#wh-sticker : a text is on those
        # alone on which people write their own.
        kind = "MESSAGE" if "text" in chosen else "STATIC"
        return {"stickerResourceType": kind, "keywords": known} | chosen

    def _words(self, room: Room, message: Message, text: object, wish: Json) -> Json:
        if not isinstance(text, str) or not text:
            raise ControlError("text must be a text, and not an empty one")
        if wish.get("mentionBot") and f"@{BOT_NAME}" not in text:
            text = f"@{BOT_NAME} {text}"
        message.text = text
        message.mention = events.mentions(self.state, room, text)
        content: Json = {"text": text}
        if wish.get("emojis"):
            content["emojis"] = wish["emojis"]
        if message.mention:
            content["mention"] = message.mention
        return content

    def _picture(self, message: Message, image: object, wish: Json) -> Json:
        try:
            data = base64.b64decode(str(image).rpartition(",")[2], validate=True)
        except (binascii.Error, ValueError):
            raise ControlError("image must be base64 (a data: URL will do)") from None
        kind = images.kind_of(data)
        if kind is None:
            raise ControlError("the image must be a JPEG or PNG")
        message.type = "image"
        message.content, message.content_type = data, kind
        message.image = {
            "original": f"/api/content/{message.id}",
            "preview": f"/api/content/{message.id}",
        }
        content: Json = {"contentProvider": {"type": "line"}}
        if wish.get("imageSet"):
            content["imageSet"] = wish["imageSet"]
        return content

    def unsend(self, room_id: str, user: object, message_id: object) -> Done:
        """Unsend a message."""
        state = self.state
        with state.changed:
            room, person = self._seat(room_id, user)
            message = self._own(room, person, message_id)
            message.forget()
            state.touch(room, message)
            event = events.make(state, room, "unsend", person.id, unsend={"messageId": message.id})
        return Done(message, self.sender.send(event))

    def edit(self, room_id: str, user: object, message_id: object, text: object) -> Done:
        """Edit a text; groups only ("Edit event").

        The event has a new quote token and no markAsReadToken.
        """
        state = self.state
        with state.changed:
            room, person = self._seat(room_id, user)
            message = self._own(room, person, message_id)
            if room.kind != "group" or message.type != "text":
                raise ControlError("only texts in groups can be edited")
            if not isinstance(text, str) or not text:
                raise ControlError("text must be a text, and not an empty one")
            message.text, message.edited = text, True
            message.mention = events.mentions(state, room, text)
            state.touch(room, message)
            content: Json = {
                "type": "text",
                "id": message.id,
                "quoteToken": state.quotable(room, message),
                "text": text,
            }
            if message.mention:
                content["mention"] = message.mention
            event = events.make(state, room, "messageEdited", person.id, message=content)
        return Done(message, self.sender.send(event))

    def tap(self, room_id: str, user: object, data: object, shown: object, params: object) -> Done:
        """Tap a postback button; `shown` (displayText) appears as a bubble of the user.

        A quick reply with this button disappears.
        """
        state = self.state
        if not isinstance(data, str):
            raise ControlError("data must be a text")
        with state.changed:
            room, person = self._seat(room_id, user)
            last = room.messages[-1] if room.messages else None
            if last and last.quick_reply and _holds(last.quick_reply, data):
                last.quick_reply = None
                state.touch(room, last)
            message = None
            if isinstance(shown, str) and shown:
                message = Message(
                    id=ids.message_id(),
                    sender=person.id,
                    sender_name=person.name,
                    sender_kind="user",
                    at=ids.now_ms(),
                    type="text",
                    text=shown,
                )
                state.post(room, message)
            postback: Json = {"data": data}
            if isinstance(params, dict):
                postback["params"] = params
            event = events.make(state, room, "postback", person.id, postback=postback)
        return Done(message, self.sender.send(event))

    def _seat(self, room_id: str, user: object) -> tuple[Room, Person]:
        """Return the room and the acting user (in a one-to-one chat there is only one)."""
        if room_id in self.state.people and room_id != BOT:
            room = self.state.talk_of(room_id)  # strangers may write to the bot too
        else:
            room = self.state.room(room_id)
        if user is None and room.kind == "user":
            user = room.id
        person = self.state.person(str(user))
        if person.id not in room.members:
            raise ControlError(f"{person.name} is not in this room", 409)
        if not room.bot_inside:
            raise ControlError("the bot is not in this group, so it would hear nothing", 409)
        if room.kind == "user" and person.blocked:
            raise ControlError(f"{person.name} has blocked the bot and cannot write to it", 409)
        return room, person

    def _own(self, room: Room, person: Person, message_id: object) -> Message:
        message = self.state.messages.get(str(message_id))
        if message is None or message not in room.messages or message.unsent:
            raise ControlError(f"there is no message {message_id} in this room", 404)
        if message.sender != person.id:
            raise ControlError(f"the message is not {person.name}'s own", 409)
        return message


def _holds(quick_reply: Json, data: str) -> bool:
    return any(item.get("action", {}).get("data") == data for item in quick_reply["items"])
