"""The control API for experiments: raw webhooks, settings, faults, logs, more users."""

from __future__ import annotations

import json
import secrets
from collections import deque
from typing import Any

from flask import Blueprint, Response, jsonify, request

from simulator import ids
from simulator.control import LONGEST_WAIT, WEBHOOK_WAIT, body, number
from simulator.errors import ControlError
from simulator.line_info import sender
from simulator.middleware import state
from simulator.people import Person, Room

laboratory = Blueprint("laboratory", __name__, url_prefix="/api")

Json = dict[str, Any]


@laboratory.post("/webhook/raw")
def raw() -> Response:
    """Post exactly these bytes to the bot, once: {body, signature?, headers?} -> {status, ms,
    error, body}.

    An object is encoded as LINE encodes it; signature "" or null sends none.
    """
    wish = body()
    content = wish.get("body")
    data = (
        content.encode("utf-8", "surrogatepass")
        if isinstance(content, str)
        else json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    )
    headers = {str(name): str(value) for name, value in (wish.get("headers") or {}).items()}
    if "signature" in wish:
        headers["x-line-signature"] = wish["signature"] or ""
    if not state().webhook_url:
        raise ControlError("there is no webhook URL; start with --webhook or set one", 409)
    _register_tokens(content)
    return jsonify(sender().post(data, headers))


def _register_tokens(content: object) -> None:
    """Register the reply tokens of a hand-made body for the room of their source."""
    listed = content.get("events") if isinstance(content, dict) else None
    world = state()
    with world.changed:
        for event in listed if isinstance(listed, list) else []:
            if not isinstance(event, dict) or not isinstance(event.get("source"), dict):
                continue
            source = event["source"]
            room = source.get("groupId") or source.get("userId")
            token = event.get("replyToken")
            known = isinstance(room, str) and room in world.rooms
            if known and isinstance(token, str) and token not in world.tokens.tokens:
                world.tokens.adopt(token, room)
            elif isinstance(token, str) and _is_redelivered(event):
                world.tokens.renew(token)
            if isinstance(event.get("webhookEventId"), str):
                world.events.setdefault(event["webhookEventId"], event)


def _is_redelivered(event: Json) -> bool:
    context = event.get("deliveryContext")
    return isinstance(context, dict) and context.get("isRedelivery") is True


@laboratory.post("/webhook/redeliver")
def redeliver() -> Response:
    """Redeliver an event: {event: webhookEventId} -> {status, ms, error}.

    It is sent with isRedelivery true. Its reply token works for another minute, unless it was used
    or the event is 20 minutes old.
    """
    event_id = body().get("event")
    event = state().events.get(str(event_id))
    if event is None:
        raise ControlError(f"there was no event {event_id}", 404)
    job = sender().redeliver(event)
    if job is None:
        raise ControlError("there is no webhook URL, or webhooks are switched off", 409)
    job.done.wait(WEBHOOK_WAIT)
    return jsonify({key: job.result.get(key) for key in ("status", "ms", "error")})


@laboratory.route("/settings", methods=["GET", "POST"])
def settings() -> Response:
    """Return the settings; POST changes some of them.

    Beside those of simulator.settings: quota {type, value}, used, webhook.
    """
    world = state()
    with world.changed:
        if request.method == "POST":
            _change(body())
        quota = world.quota
        return jsonify(
            world.settings.as_json()
            | {
                "quota": (
                    {"type": "none"}
                    if quota.value is None
                    else {"type": "limited", "value": quota.value}
                ),
                "used": quota.used,
                "webhook": world.webhook_url,
            }
        )


def _change(changes: Json) -> None:
    world = state()
    changes = dict(changes)
    quota, used = changes.pop("quota", None), changes.pop("used", None)
    webhook = changes.pop("webhook", None)
    value = quota.get("value") if isinstance(quota, dict) else None
    unlimited = isinstance(quota, dict) and quota.get("type") == "none"
    if quota is not None and not unlimited and (type(value) is not int or value < 0):
        raise ControlError('quota must be {"type": "none"} or {"type": "limited", "value": number}')
    if used is not None and (type(used) is not int or used < 0):
        raise ControlError("used must be a whole number from 0 on")
    if webhook is not None and not isinstance(webhook, str):
        raise ControlError("webhook must be a URL, or empty")
    world.settings.update(changes)
    world.apply_settings()
    if quota is not None:
        world.quota.value = None if unlimited else value
    if used is not None:
        world.quota.used = used
    if webhook is not None:
        world.webhook_url = webhook


@laboratory.route("/faults", methods=["GET", "POST", "DELETE"])
def faults() -> Response:
    """Return the faults on order; POST orders one more, DELETE clears all."""
    if request.method == "POST":
        state().faults.add(body())
    elif request.method == "DELETE":
        state().faults.clear()
    return jsonify(state().faults.as_json())


@laboratory.post("/reset")
def reset() -> Response:
    """Clear messages, tokens, keys, logs, faults and the used quota.

    {settings: true} resets settings, quota and webhook URL as well.
    """
    state().reset(settings=bool(body().get("settings")))
    return jsonify({})


@laboratory.get("/log")
def log() -> Response:
    """Return every request of the bot, oldest first; ?after=<seq> and &wait=<seconds> as for
    messages.

    An entry without a status is still in progress, or got no response (then it has `ms`).
    """
    return jsonify(_journal(state().requests))


@laboratory.get("/webhooks")
def webhooks() -> Response:
    """Return every webhook sent, oldest first; ?after=<seq> and &wait=<seconds> as for messages."""
    return jsonify(_journal(state().deliveries))


def _journal(entries: deque[Json]) -> list[Json]:
    after = int(number("after", -1))
    world = state()

    def found() -> list[Json]:
        return [dict(entry) for entry in entries if entry["seq"] > after]

    world.wait(lambda: bool(found()), min(number("wait", 0), LONGEST_WAIT))
    with world.changed:
        return found()


@laboratory.post("/people")
def add_person() -> Response:
    """Add a user: {name, id?, friend?, language?} -> {id}.

    friend: false creates no one-to-one chat.
    """
    wish = body()
    name = wish.get("name")
    user = wish.get("id") or "U" + secrets.token_hex(16)
    if not isinstance(name, str) or not name:
        raise ControlError("name must be a text, and not an empty one")
    world = state()
    with world.changed:
        if not ids.is_id(user, "U") or user in world.people:
            raise ControlError("id must be a new one: U and 32 hexadecimal digits")
        friend = wish.get("friend") is not False
        language = str(wish.get("language") or "ja")
        world.people[user] = Person(user, name, friend=friend, language=language)
        if friend:
            world.rooms[user] = Room(user, "user", name, [user])
            world.touch(world.rooms[user])
    return jsonify({"id": user})


@laboratory.post("/groups")
def add_group() -> Response:
    """Add a group with the bot in it: {name, members, id?} -> {id}."""
    wish = body()
    name, members = wish.get("name"), wish.get("members")
    group = wish.get("id") or "C" + secrets.token_hex(16)
    if not isinstance(name, str) or not name or not isinstance(members, list):
        raise ControlError("a group needs a name and members (user ids)")
    world = state()
    with world.changed:
        if not ids.is_id(group, "C") or group in world.rooms:
            raise ControlError("id must be a new one: C and 32 hexadecimal digits")
        world.rooms[group] = Room(
            group, "group", name, [world.person(member).id for member in members]
        )
        world.touch(world.rooms[group])
    return jsonify({"id": group})
