"""The control API for the chat page and the tests: what users do, and what the chats show.

No authentication: the simulator listens on loopback.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import regex
from flask import Blueprint, Response, current_app, jsonify, request

from simulator.chat import Message
from simulator.errors import ControlError
from simulator.membership_actions import Done
from simulator.middleware import state
from simulator.people import BOT, Room
from simulator.people_actions import Acts
from simulator.state import State

control = Blueprint("control", __name__, url_prefix="/api")

Json = dict[str, Any]
LONGEST_WAIT = 60.0
USUAL_WAIT = 25.0
HEARTBEAT = 10.0
WEBHOOK_WAIT = 15.0  # a little more than the webhook sender waits for the bot


def acts() -> Acts:
    """Who carries out what people do."""
    acts_: Acts = current_app.extensions["simulator.people_actions"]
    return acts_


def body() -> Json:
    """Return the JSON object of the request, {} without a body. Raises ControlError."""
    if not request.get_data():
        return {}
    try:
        document = request.get_json(silent=True, force=True)
    except RecursionError:
        document = None
    if not isinstance(document, dict):
        raise ControlError("the request body must be a JSON object")
    return document


def number(name: str, default: float) -> float:
    """Return a number of the query string. Raises ControlError."""
    with suppress(ValueError):
        value = float(request.args.get(name, default))
        if math.isfinite(value):
            return value
    raise ControlError(f"{name} must be a number")


# Looking


def _menu_shown() -> str:
    """Return the id of the menu that ?user=<id> sees: one of their own goes before the default."""
    world = state()
    own = world.own_rich_menus.get(request.args.get("user", ""))
    return own or world.default_rich_menu or ""


@control.get("/richmenu")
def rich_menu() -> Response:
    """Return the rich menu of a one-to-one chat, or null. Without ?user=<id> the default one."""
    world = state()
    with world.changed:
        return jsonify(world.rich_menus.get(_menu_shown()))


@control.get("/richmenu/image")
def rich_menu_image() -> Response:
    """Return the image of the same."""
    world = state()
    with world.changed:
        kind, data = world.rich_menu_images.get(_menu_shown(), ("image/png", b""))
    return Response(data, content_type=kind, status=200 if data else 404)


@control.get("/rooms")
def rooms() -> Response:
    """Return every room with its members and last message."""
    with state().changed:
        return jsonify([_room(room) for room in state().visible_rooms()])


def _room(room: Room) -> Json:
    people = state().people
    return {
        "id": room.id,
        "kind": room.kind,
        "name": room.name,
        "members": [
            {
                "id": member,
                "name": people[member].name,
                "picture": people[member].picture,
                "friend": people[member].friend,
                "blocked": people[member].blocked,
            }
            for member in room.members
        ],
        "botInside": room.bot_inside,
        "last": room.messages[-1].as_json() if room.messages else None,
        "seq": room.seq,
    }


@control.get("/rooms/<room_id>/messages")
def messages(room_id: str) -> Response:
    """Return the bubbles of a room; with ?after=<seq> only those that changed after it.

    &wait=<seconds>: wait up to this long for a change.
    """
    world = state()
    after = int(number("after", -1))
    waiting = min(number("wait", USUAL_WAIT if after >= 0 else 0), LONGEST_WAIT)
    world.room(room_id)
    world.wait(lambda: world.room(room_id).seq > after, waiting)
    with world.changed:
        room = world.room(room_id)
        return jsonify(
            {
                "messages": [each.as_json() for each in room.messages if each.seq > after],
                "typing": world.typing(room),
                "seq": room.seq,
            }
        )


@control.get("/events")
def changes() -> Response:
    """Stream server-sent events: `change` with {room, seq} for every change in a chat."""
    world = state()
    with world.changed:
        seen = world.seq
    return Response(
        _changes(world, seen),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _changes(world: State, seen: int) -> Iterator[str]:
    yield "retry: 1000\n\n"

    def news() -> list[Json]:
        return [
            {"room": room.id, "seq": room.seq} for room in world.rooms.values() if room.seq > seen
        ]

    while True:
        with world.changed:
            world.changed.wait_for(news, timeout=HEARTBEAT)
            changed = news()
            seen = max([seen, *(each["seq"] for each in changed)])
        for each in changed:
            yield f"event: change\ndata: {json.dumps(each)}\n\n"
        if not changed:
            yield ": still here\n\n"


@control.get("/content/<message_id>")
def picture(message_id: str) -> Response:
    """Return a picture that a user sent, for the chat page."""
    with state().changed:
        message = state().messages.get(message_id)
        if message is None or message.content is None:
            raise ControlError("there is no such picture", 404)
        return Response(message.content, content_type=message.content_type)


@control.get("/people/<user_id>/picture")
def portrait(user_id: str) -> Response:
    """Draw a user's profile picture: the first letter of the name on a coloured disc."""
    person = state().people.get(user_id)
    if person is None:
        raise ControlError("there is no such person", 404)
    initial = "".join(regex.findall(r"\X", person.name)[:1])  # as people see it: 「👨‍👩‍👧」 whole
    hue = 150 if user_id == BOT else int(user_id[-6:], 16) * 47 % 360
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">'
        f'<rect width="96" height="96" fill="hsl({hue} 45% 62%)"/>'
        '<text x="48" y="64" font-size="46" text-anchor="middle" fill="#fff" '
        f'font-family="sans-serif">{_escape(initial)}</text></svg>'
    )
    return Response(svg, content_type="image/svg+xml; charset=utf-8")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


# Acting


def _answer(done: Done) -> Response:
    """Return {message, webhook}; webhook is {status, ms, error} with "wait": true, else null."""
    webhook = None
    if done.job and body().get("wait"):
        done.job.done.wait(WEBHOOK_WAIT)
        webhook = {key: done.job.result.get(key) for key in ("status", "ms", "error")}
    with state().changed:
        return jsonify({"message": _shown(done.message), "webhook": webhook})


def _shown(message: Message | None) -> Json | None:
    return message.as_json() if message else None


@control.post("/rooms/<room_id>/send")
def send(room_id: str) -> Response:
    """Send a message: {user, text?|image?|sticker?, mentionBot?, quote?, emojis?, imageSet?,
    wait?}.
    """
    return _answer(acts().say(room_id, body()))


@control.post("/rooms/<room_id>/unsend")
def unsend(room_id: str) -> Response:
    """Unsend a message: {user, message}."""
    wish = body()
    return _answer(acts().unsend(room_id, wish.get("user"), wish.get("message")))


@control.post("/rooms/<room_id>/edit")
def edit(room_id: str) -> Response:
    """Edit a text: {user, message, text}."""
    wish = body()
    return _answer(acts().edit(room_id, wish.get("user"), wish.get("message"), wish.get("text")))


@control.post("/rooms/<room_id>/postback")
def postback(room_id: str) -> Response:
    """Tap a button: {user, data, displayText?, params?}."""
    wish = body()
    return _answer(
        acts().tap(
            room_id,
            wish.get("user"),
            wish.get("data"),
            wish.get("displayText"),
            wish.get("params"),
        )
    )


@control.post("/rooms/<room_id>/follow")
def follow(room_id: str) -> Response:
    """Add or unblock the bot, in the one-to-one chat `room_id`."""
    return _answer(acts().follow(room_id))


@control.post("/rooms/<room_id>/unfollow")
def unfollow(room_id: str) -> Response:
    """Block the bot, in the one-to-one chat `room_id`."""
    return _answer(acts().unfollow(room_id))


@control.post("/rooms/<room_id>/join")
def join(room_id: str) -> Response:
    """Invite the bot into the group."""
    return _answer(acts().join(room_id))


@control.post("/rooms/<room_id>/leave")
def leave(room_id: str) -> Response:
    """Remove the bot from the group."""
    return _answer(acts().leave(room_id))


@control.post("/rooms/<room_id>/memberJoined")
def member_joined(room_id: str) -> Response:
    """Add a user to the group: {user}."""
    return _answer(acts().member_joined(room_id, body().get("user")))


@control.post("/rooms/<room_id>/memberLeft")
def member_left(room_id: str) -> Response:
    """Remove a user from the group: {user}."""
    return _answer(acts().member_left(room_id, body().get("user")))
