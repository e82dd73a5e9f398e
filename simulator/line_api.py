"""The Messaging API's endpoints that send, and those that count."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, request

from simulator import ids
from simulator.errors import ApiError, body_errors
from simulator.middleware import about_chat, json_body, state
from simulator.sending import Sending

line_api = Blueprint("line_api", __name__, url_prefix="/v2/bot")


def _sending() -> Sending:
    sender: Sending = current_app.extensions["simulator.sending"]
    return sender


def _retry_key() -> str | None:
    return request.headers.get("X-Line-Retry-Key")


@line_api.post("/message/reply")
def reply() -> Response:
    """Messaging API reference, "Send reply message"."""
    body = json_body()
    with state().changed:
        about_chat(state().tokens.room_of(str(body.get("replyToken"))))
    return jsonify(_sending().reply(body))


@line_api.post("/message/push")
def push() -> Response:
    """Messaging API reference, "Send push message"."""
    body = json_body()
    about_chat(str(body.get("to")))
    return jsonify(_sending().push(body, _retry_key(), g.request_id))


@line_api.post("/message/multicast")
def multicast() -> Response:
    """Messaging API reference, "Send multicast message"."""
    return jsonify(_sending().multicast(json_body(), _retry_key(), g.request_id))


@line_api.post("/message/validate/<any(reply, push, multicast):endpoint>")
def validate(endpoint: Any) -> Response:
    """Messaging API reference, "Validate message objects of a reply message" and its like."""
    return jsonify(_sending().validate(json_body(), endpoint))


@line_api.get("/message/quota")
def quota() -> Response:
    """Messaging API reference, "Get the target limit for sending messages this month"."""
    value = state().quota.value
    return jsonify({"type": "none"} if value is None else {"type": "limited", "value": value})


@line_api.get("/message/quota/consumption")
def consumption() -> Response:
    """Messaging API reference, "Get number of messages sent this month"."""
    return jsonify({"totalUsage": state().quota.used})


@line_api.post("/chat/loading/start")
def start_loading() -> tuple[Response, int]:
    """Messaging API reference, "Display a loading animation": 5 to 60 seconds in steps of five,
    for users only; 202 even where nobody sees it."""
    body = json_body()
    chat = body.get("chatId")
    about_chat(str(chat))
    details = []
    if not ids.is_id(chat, "U"):
        details.append(
            {
                "message": "Only user id is acceptable, "
                "please confirm if there are any group/room ids or illegal ids.",
                "property": "chatId",
            }
        )
    seconds = body.get("loadingSeconds", 20)
    if type(seconds) is not int:
        details.append({"message": "must be a number", "property": "loadingSeconds"})
    else:
        if not 5 <= seconds <= 60:
            details.append({"message": "Must be between 5 and 60", "property": "loadingSeconds"})
        if seconds % 5:
            details.append({"message": "must be a multiple of five", "property": "loadingSeconds"})
    if details:
        raise body_errors(details)
    world = state()
    with world.changed:
        room = world.rooms.get(str(chat))
        if room is not None and world.people[room.id].friend and not world.people[room.id].blocked:
            world.start_typing(room, seconds)
    return jsonify({}), 202


@line_api.post("/chat/markAsRead")
def mark_as_read() -> Response:
    """Messaging API reference, "Mark messages as read"."""
    token = json_body().get("markAsReadToken")
    with state().changed:
        known = state().read_tokens.get(token) if isinstance(token, str) else None
    if known is None:
        raise ApiError(
            400,
            "Invalid markAsReadToken. Tokens must be used by the bot that received them via "
            "Webhook.",
        )
    about_chat(known)
    return jsonify({})
