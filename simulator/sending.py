"""Reply, push and multicast: check, count, and add the bubbles to the chats."""

from __future__ import annotations

import re
import time
from typing import Any, Literal

from simulator import errors, ids, rules
from simulator.chat import Message
from simulator.errors import ApiError, body_errors, invalid_property
from simulator.images import Fetcher
from simulator.people import BOT, BOT_NAME, Person, Room
from simulator.rules.context import Context
from simulator.rules.text import render_v2
from simulator.state import State

Json = dict[str, Any]
MAX_RECIPIENTS = 500
SEVEN_DAYS = 7 * 24 * 3600.0
# Messages that can be quoted, so that their sender gets a quote token ("Get quote tokens").
QUOTABLE = {"text", "textV2", "sticker", "image", "video", "template", "flex"}


class Sending:
    """The three ways in which a bot sends. Every method raises ApiError if LINE would refuse."""

    def __init__(self, state: State, fetcher: Fetcher) -> None:
        self.state = state
        self.fetcher = fetcher

    def reply(self, body: Json) -> Json:
        """Reply with a reply token -> {"sentMessages": [...]}. Free; a refused reply keeps the
        token valid.
        """
        token = body.get("replyToken")
        if not isinstance(token, str) or not token:
            raise body_errors([{"message": "May not be empty", "property": "replyToken"}])
        state = self.state
        with state.changed:
            good = state.tokens.good(token)
            room = state.rooms.get(state.tokens.room_of(token) or "")
            if not good or room is None:
                raise ApiError(400, "Invalid reply token")
            context = self._context("reply", room)
        messages = self._check(body, context)
        with state.changed:
            if not state.tokens.good(token):  # somebody else was faster, or the minute is over
                raise ApiError(400, "Invalid reply token")
            state.tokens.spend(token)
            if not room.bot_inside:
                raise ApiError(400, errors.NOT_SENT)
            return {"sentMessages": self._post(room, messages, "reply")}

    def push(self, body: Json, retry_key: str | None, request_id: str) -> Json:
        """Push to a user or group -> {"sentMessages": [...]}; counts one message for each user of
        the chat.
        """
        self._check_retry_key(retry_key)
        self._refuse_repetition(retry_key, with_messages=True)
        target = body.get("to")
        if not ids.is_id(target):
            raise invalid_property("to")
        assert isinstance(target, str)
        state = self.state
        with state.changed:
            room = state.rooms.get(target)
            context = self._context("push", room)
        messages = self._check(body, context)
        with state.changed:
            self._refuse_repetition(retry_key, with_messages=True)
            room = state.rooms.get(target)
            if target == BOT or (room is None and target not in state.people):
                raise ApiError(400, errors.NOT_SENT)
            if room is not None and room.kind == "group":
                if not room.bot_inside:
                    raise ApiError(400, errors.NOT_SENT)
                cost, reached = len(room.members), True
            else:
                reached = _reachable(state.people[target])
                cost = 1 if reached else 0
            self._pay(cost)
            if reached and room is not None:
                sent = self._post(room, messages, "push")
            else:
                sent = [{"id": ids.message_id()} for _ in messages]
            if retry_key:
                state.retries.keep(retry_key, request_id, body, sent)
        return {"sentMessages": sent}

    def multicast(self, body: Json, retry_key: str | None, request_id: str) -> Json:
        """Send to up to 500 users, not groups -> {}."""
        self._check_retry_key(retry_key)
        self._refuse_repetition(retry_key, with_messages=False)
        targets = body.get("to")
        if not isinstance(targets, list) or not 1 <= len(targets) <= MAX_RECIPIENTS:
            raise body_errors(
                [{"message": f"Size must be between 1 and {MAX_RECIPIENTS}", "property": "to"}]
            )
        for number, target in enumerate(targets):
            if not ids.is_id(target, "U"):
                raise invalid_property(f"to[{number}]")
        state = self.state
        messages = self._check(body, self._context("multicast", None))
        with state.changed:
            self._refuse_repetition(retry_key, with_messages=False)
            for number, target in enumerate(targets):
                if target not in state.people:
                    raise invalid_property(f"to[{number}]")
            reached = [
                state.rooms[target]
                for target in dict.fromkeys(targets)
                if target in state.rooms and _reachable(state.people[target])
            ]
            self._pay(len(reached))
            for room in reached:
                self._post(room, messages, "push")
            if retry_key:
                state.retries.keep(retry_key, request_id, body, [])
        return {}

    def validate(self, body: Json, endpoint: Literal["reply", "push", "multicast"]) -> Json:
        """Check the message objects only -> {} ("Validate message objects of a ... message")."""
        rules.check(body, Context(endpoint=endpoint, validating=True))
        return {}

    def _context(
        self, endpoint: Literal["reply", "push", "multicast"], room: Room | None
    ) -> Context:
        state = self.state
        members = {member: state.people[member].name for member in room.members} if room else {}

        def is_quotable(token: str) -> bool:
            with state.changed:
                return room is not None and state.quotes.get(token, ("", ""))[0] == room.id

        return Context(
            endpoint=endpoint,
            group=room is not None and room.kind == "group",
            members=members,
            is_quotable=is_quotable,
            bot=BOT,
        )

    def _check(self, body: Json, context: Context) -> list[Json]:
        """Check everything about the messages. Slow if there are pictures, so never under the
        lock.
        """
        messages = rules.check(body, context)
        if type(body.get("notificationDisabled", False)) is not bool:
            raise invalid_property("notificationDisabled")
        units = body.get("customAggregationUnits")
        if units is not None and not (
            isinstance(units, list)
            and len(units) <= 1
            and all(
                isinstance(unit, str) and re.fullmatch(r"\w{1,30}", unit, re.A) for unit in units
            )
        ):
            raise invalid_property("customAggregationUnits")
        if self.state.settings.fetchImages:
            problems = self.fetcher.problems(messages)
            if problems:
                raise body_errors(problems)
        return messages

    def _check_retry_key(self, key: str | None) -> None:
        if key is not None and not ids.is_uuid(key):
            raise ApiError(400, "The retry key is invalid: it must be a UUID")

    def _refuse_repetition(self, key: str | None, *, with_messages: bool) -> None:
        """Raise a 409 for a retry key that was accepted in the last 24 hours.

        As with LINE, the key alone decides, even if the message or the recipient differs.
        """
        known = self.state.retries.find(key) if key else None
        if known:
            raise ApiError(
                409,
                "The retry key is already accepted",
                headers={"x-line-accepted-request-id": known.request_id},
                extra={"sentMessages": known.sent} if with_messages else None,
            )

    def _pay(self, recipients: int) -> None:
        quota = self.state.quota
        if not quota.allows(recipients):
            raise ApiError(429, errors.OVER_QUOTA)
        quota.used += recipients

    def _post(self, room: Room, messages: list[Json], via: Literal["reply", "push"]) -> list[Json]:
        """Add the bubbles to the chat (unless its user blocked the bot); return their ids."""
        state = self.state
        delivered = room.kind == "group" or not state.people[room.id].blocked
        sent: list[Json] = []
        for body in messages:
            message = self._message(room, body, via)
            result = {"id": message.id}
            if body["type"] in QUOTABLE:
                result["quoteToken"] = state.quotable(room, message)
            if delivered:
                state.post(room, message)
            sent.append(result)
        return sent

    def _message(self, room: Room, body: Json, via: Literal["reply", "push"]) -> Message:
        state = self.state
        text = body.get("text")
        kind = body["type"]
        mention = None
        if kind == "textV2":
            names = {member: state.people[member].name for member in room.members}
            kind = "text"
            text, mention = render_v2(body, names)
        quote = None
        if body.get("quoteToken"):
            quoted = state.messages.get(state.quotes[body["quoteToken"]][1])
            quote = {"id": state.quotes[body["quoteToken"]][1], "text": quotation(quoted)}
        return Message(
            id=ids.message_id(),
            sender=BOT,
            sender_name=BOT_NAME,
            sender_kind="bot",
            at=ids.now_ms(),
            type=kind,
            text=text,
            mention=mention,
            quote=quote,
            image=(
                {"original": body["originalContentUrl"], "preview": body["previewImageUrl"]}
                if kind == "image"
                else None
            ),
            body=body,
            quick_reply=body.get("quickReply"),
            via=via,
        )


def quotation(message: Message | None) -> str:
    """Return what a quote shows of a message."""
    if message is None or message.unsent:
        return ""
    return message.text or message.body.get("altText") or f"({message.type})"


def _reachable(person: Person) -> bool:
    """Return whether a push arrives.

    It reaches friends who do not block the bot, and users who wrote within 7 days ("Conditions for
    sending push message").
    """
    if person.blocked:
        return False
    recently = person.wrote_at is not None and time.monotonic() - person.wrote_at < SEVEN_DAYS
    return person.friend or recently
