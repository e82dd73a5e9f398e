"""Channel access tokens: verify one, and issue stateless ones by the channel secret.

Source: Messaging API reference, "Channel access token". These endpoints take forms, need no
Authorization header, and answer errors in OAuth's form. JWT assertions are not simulated.
"""

from __future__ import annotations

import secrets
import time
from urllib.parse import parse_qs

from flask import Blueprint, Response, g, jsonify, request

from simulator.middleware import state

oauth = Blueprint("oauth", __name__)

STATELESS_SECONDS = 900
LONG_LIVED_SECONDS = 3_138_007_490  # "long-lived tokens never expire": a number of that size
USER_SPECIFIED_SECONDS = 2_592_000
Answer = Response | tuple[Response, int]


def is_jws(token: str) -> bool:
    """Return whether a token has the form of v2.1: three parts with points between."""
    return token.count(".") == 2


def _form(name: str) -> str:
    body: bytes = g.body
    return parse_qs(body.decode(errors="replace")).get(name, [""])[0]


def _refuse(description: str) -> Answer:
    return jsonify({"error": "invalid_request", "error_description": description}), 400


@oauth.post("/v2/oauth/verify")
def verify() -> Answer:
    """Messaging API reference, "Verify the validity of short-lived and long-lived channel access
    tokens"."""
    token, config = _form("access_token"), state().config
    if not token or not token.isascii() or not token.isprintable():
        return _refuse("access_token in invalid format")
    if token != config.token or is_jws(token):
        return _refuse("access_token invalid")
    return jsonify({"client_id": config.channel, "expires_in": LONG_LIVED_SECONDS, "scope": "P CM"})


@oauth.get("/oauth2/v2.1/verify")
def verify_user_specified() -> Answer:
    """Messaging API reference, "Verify the validity of the channel access token v2.1"."""
    token, config = request.args.get("access_token", ""), state().config
    if not is_jws(token):
        return _refuse("The access token not JWS")
    if token != config.token:
        return _refuse("The access token malformed")
    return jsonify({"client_id": config.channel, "expires_in": USER_SPECIFIED_SECONDS})


@oauth.post("/oauth2/v3/token")
def issue_stateless() -> Answer:
    """Messaging API reference, "Issue stateless channel access token": good for 15 minutes."""
    world = state()
    given = tuple(map(_form, ("grant_type", "client_id", "client_secret")))
    if given != ("client_credentials", world.config.channel, world.config.secret):
        return _refuse("Invalid 'client_credentials'.")
    token = f"{secrets.token_urlsafe(24)}.{secrets.token_urlsafe(24)}.{secrets.token_urlsafe(24)}"
    with world.changed:
        world.stateless_tokens[token] = time.monotonic() + STATELESS_SECONDS
    return jsonify({"token_type": "Bearer", "access_token": token, "expires_in": STATELESS_SECONDS})
