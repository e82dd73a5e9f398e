"""Read endpoints of the Messaging API: content, profiles, groups, the bot, its webhook."""

from __future__ import annotations

import datetime
import socket
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, jsonify, request

from simulator import events, ids, images, webhooks
from simulator.chat import Message
from simulator.errors import ApiError, invalid_property
from simulator.middleware import about_chat, json_body, state
from simulator.people import BOT, Person, Room
from simulator.rules.report import is_loopback

line_info = Blueprint("line_info", __name__, url_prefix="/v2/bot")

NOT_FOUND = "Not found"


def sender() -> webhooks.Sender:
    """Return this application's webhook sender."""
    webhook_sender: webhooks.Sender = current_app.extensions["simulator.sender"]
    return webhook_sender


# Content ("Get content", "Get a preview image of the image or video")


def _picture(message_id: str) -> Message:
    world = state()
    message = world.messages.get(message_id)
    if message is None or message.sender_kind == "bot":
        raise ApiError(404, NOT_FOUND)
    if message.unsent:
        raise ApiError(410, "Gone")
    if message.content is None:
        raise ApiError(404, NOT_FOUND)
    return message


@line_info.get("/message/<message_id>/content")
def content(message_id: str) -> Response:
    """Return the content that a user sent: 202 while it is prepared, 410 once unsent."""
    world = state()
    with world.changed:
        message = _picture(message_id)
        if ids.now_ms() < message.at + world.settings.contentDelayMs:
            return Response(status=202)
        return Response(message.content, content_type=message.content_type)


@line_info.get("/message/<message_id>/content/preview")
def content_preview(message_id: str) -> Response:
    """Return a preview of the picture that a user sent."""
    with state().changed:
        data = _picture(message_id).content
    assert data is not None
    return Response(images.preview_of(data), content_type="image/jpeg")


# Profiles and groups


def _profile(person: Person) -> dict[str, Any]:
    return {
        "displayName": person.name,
        "userId": person.id,
        "pictureUrl": request.url_root.rstrip("/") + person.picture,
    }


@line_info.get("/profile/<user_id>")
def profile(user_id: str) -> Response:
    """Messaging API reference, "Get profile": friends, and strangers who wrote; not who blocks."""
    if not ids.is_id(user_id, "U"):
        raise ApiError(400, "The value for the 'userId' parameter is invalid")
    with state().changed:
        person = state().people.get(user_id)
        if (
            person is None
            or person.id == BOT
            or person.blocked
            or not (person.friend or person.wrote_at is not None)
        ):
            raise ApiError(404, NOT_FOUND)
        return jsonify(_profile(person) | {"language": person.language})


def _group(group_id: str) -> Room:
    if not ids.is_id(group_id, "C"):
        raise ApiError(400, "The value for the 'groupId' parameter is invalid")
    about_chat(group_id)
    room = state().rooms.get(group_id)
    if room is None or not room.bot_inside:
        raise ApiError(404, NOT_FOUND)
    return room


@line_info.get("/group/<group_id>/summary")
def group_summary(group_id: str) -> Response:
    """Messaging API reference, "Get group chat summary"."""
    with state().changed:
        room = _group(group_id)
        return jsonify({"groupId": room.id, "groupName": room.name})


@line_info.get("/group/<group_id>/members/count")
def group_count(group_id: str) -> Response:
    """Messaging API reference, "Get number of users in a group chat" (without the bot)."""
    with state().changed:
        return jsonify({"count": len(_group(group_id).members)})


@line_info.get("/group/<group_id>/members/ids")
def group_member_ids(group_id: str) -> Response:
    """Messaging API reference, "Get group chat member user IDs": for verified accounts only, and
    this bot is none."""
    with state().changed:
        _group(group_id)
    raise ApiError(403, "Access to this API is not available for your account")


@line_info.get("/group/<group_id>/member/<user_id>")
def group_member(group_id: str, user_id: str) -> Response:
    """Messaging API reference, "Get group chat member profile" (friend or not)."""
    if not ids.is_id(user_id, "U"):
        raise ApiError(400, "The value for the 'userId' parameter is invalid")
    with state().changed:
        if user_id not in _group(group_id).members:
            raise ApiError(404, NOT_FOUND)
        return jsonify(_profile(state().people[user_id]))


@line_info.post("/group/<group_id>/leave")
def leave_group(group_id: str) -> Response:
    """Messaging API reference, "Leave group chat"; a leave event follows."""
    world = state()
    with world.changed:
        room = _group(group_id)
        room.bot_inside = False
        world.note(room, "絵筆が退出しました。")
        event = events.make(world, room, "leave", None)
    sender().send(event)
    return jsonify({})


@line_info.get("/info")
def bot_info() -> Response:
    """Messaging API reference, "Get LINE Official Account (bot) info"."""
    bot = state().people[BOT]
    return jsonify(
        {
            "userId": BOT,
            "basicId": "@efude",
            "displayName": bot.name,
            "pictureUrl": request.url_root.rstrip("/") + bot.picture,
            "chatMode": state().settings.chatMode,
            "markAsReadMode": "auto",
        }
    )


# The webhook's settings


@line_info.get("/channel/webhook/endpoint")
def get_webhook() -> Response:
    """Messaging API reference, "Get webhook endpoint information"."""
    world = state()
    if not world.webhook_url:
        raise ApiError(404, "Webhook endpoint not found")
    return jsonify({"endpoint": world.webhook_url, "active": world.settings.webhookActive})


@line_info.put("/channel/webhook/endpoint")
def set_webhook() -> Response:
    """Messaging API reference, "Set webhook endpoint URL"."""
    endpoint = json_body().get("endpoint")
    if not isinstance(endpoint, str):
        raise invalid_property("endpoint")
    _check_webhook_url(endpoint)
    state().webhook_url = endpoint
    return jsonify({})


def _check_webhook_url(endpoint: str) -> None:
    """Check a webhook URL: https (or http on this machine), at most 500 characters."""
    try:
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
    except ValueError:
        raise ApiError(400, "Invalid webhook endpoint URL") from None
    https = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not https or not host or len(endpoint) > 500:
        raise ApiError(400, "Invalid webhook endpoint URL")


def _check_host_has_address(endpoint: str) -> None:
    """Refuse a host without an address: LINE answers 400 to that, before it tests anything."""
    try:
        socket.getaddrinfo(urlsplit(endpoint).hostname, None)
    except OSError:
        raise ApiError(400, "Invalid webhook endpoint URL") from None


@line_info.post("/channel/webhook/test")
def check_webhook() -> Response:
    """Messaging API reference, "Test webhook endpoint": a webhook without events."""
    world = state()
    endpoint = json_body().get("endpoint")
    if endpoint is None and not world.webhook_url:
        raise ApiError(404, "Webhook endpoint not found")
    if endpoint is not None:
        _check_webhook_url(str(endpoint))
        _check_host_has_address(str(endpoint))
    result = sender().post(webhooks.encode([]), url=endpoint)
    reason = (result["error"] or "ok").upper()
    details = {
        "COULD_NOT_CONNECT": "Connection failed",
        "REQUEST_TIMEOUT": "Request timeout",
        "UNCLASSIFIED": "Session closed unexpectedly",
    }
    return jsonify(
        {
            "success": reason == "OK",
            "timestamp": datetime.datetime.now(datetime.UTC).isoformat().replace("+00:00", "Z"),
            "statusCode": result["status"],
            "reason": reason,
            "detail": details.get(reason, str(result["status"])),
        }
    )
