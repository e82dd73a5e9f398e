"""Middleware of the Messaging API: request id, log, size, token, rate limit, faults."""

from __future__ import annotations

import ipaddress
import json
import time
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, request

from simulator import errors, ids
from simulator.errors import ApiError
from simulator.faults import Fault
from simulator.server import hang_up
from simulator.state import State

Json = dict[str, Any]
MAX_BODY = 2_000_000  # "Request exceeds the max size of 2MB"
DRAIN = 64_000_000  # what is read and thrown away, so that the client can read the 413
REFUSALS = {
    "400": (400, errors.NOT_SENT),
    "401": (401, errors.UNAUTHORIZED),
    "404": (404, "Not found"),
    "410": (410, "Gone"),
    "202": (202, "Accepted"),
    "429-rate": (429, errors.RATE_LIMITED),
    "429-quota": (429, errors.OVER_QUOTA),
    "500": (500, "Internal Server Error"),
}


class HangUp(Exception):
    """Close the connection without a response."""


def state() -> State:
    """Return the simulator state of the running application."""
    simulator: State = current_app.extensions["simulator"]
    return simulator


def endpoint_of(path: str) -> str:
    """Return the short name of an endpoint, as faults and rate limits use it."""
    parts = path.removeprefix("/v2/bot/").split("/")
    match parts:
        case ["message", "reply" | "push" | "multicast" as name]:
            return name
        case ["message", "validate", *_]:
            return "validate"
        case ["message", "quota", *_]:
            return "quota"
        case ["message", _, "content", *_]:
            return "content"
        case ["chat", "loading", *_]:
            return "loading"
        case ["chat", "markAsRead"]:
            return "markAsRead"
        case ["channel", "webhook", *_]:
            return "webhook"
        case ["user", _, "richmenu", *_] | ["richmenu", *_]:
            return "richmenu"
        case ["", "oauth2", *_] | ["", "v2", "oauth", *_]:
            return "oauth"
        case ["profile" | "group" | "info" as name, *_]:
            return name
    return "other"


def init_app(app: Flask) -> None:
    """Register the checks for every path of LINE's."""
    app.before_request(_check_host)
    app.before_request(_enter)
    app.after_request(_leave)
    app.register_error_handler(ApiError, _refuse)
    app.register_error_handler(HangUp, _hang_up)


def _check_host() -> Response | None:
    """Refuse names other than localhost: a page elsewhere may have let its own lead here.

    That is DNS rebinding; it needs a name, so every address is taken.
    """
    host = request.host
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    if name == "localhost" or _is_address(name):
        return None
    sentence = "Open the simulator by its address or as localhost; other names are refused.\n"
    return Response(sentence, 403, mimetype="text/plain")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_line() -> bool:
    return request.path.startswith(("/v2/", "/oauth2/"))


def _enter() -> None:
    if not _is_line():
        return
    world = state()
    g.started = time.monotonic()
    g.request_id = ids.request_id()
    g.fault = None
    raw = _read()
    endpoint = endpoint_of(request.path)
    g.entry = world.record(
        world.requests,
        {
            "at": ids.now_ms(),
            "method": request.method,
            "path": request.path,
            "status": None,
            "requestId": g.request_id,
            "retryKey": request.headers.get("X-Line-Retry-Key"),
            "body": "(a form)" if endpoint == "oauth" else _for_log(raw),
            "ms": None,
            "chat": None,
            "fault": None,
        },
    )
    g.body = raw
    if raw is None:
        raise ApiError(413, "Request exceeds the max size of 2MB")
    g.fault = fault = world.faults.strike(endpoint)
    g.entry["fault"] = fault.kind if fault else None
    world.faults.pause(world.settings.latencyMs)
    if fault:
        _strike(fault)
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if endpoint != "oauth" and not (scheme == "Bearer" and world.accepts_token(bearer)):
        raise ApiError(401, errors.UNAUTHORIZED)
    # "Retry failed API requests": the key is refused by every API but those that support it.
    if g.entry["retryKey"] is not None and endpoint not in ("push", "multicast"):
        raise ApiError(400, "The retry key is not supported by this API")
    with world.changed:
        tests = request.path.endswith("/channel/webhook/test")
        if not world.rates.take("webhook-test" if tests else endpoint):
            raise ApiError(429, errors.RATE_LIMITED)


def _read() -> bytes | None:
    """Read the body. Returns None if it is too large (it is read, but not kept)."""
    data = bytearray()
    too_large = False
    total = 0
    while part := request.stream.read(64 * 1024):
        total += len(part)
        too_large = too_large or total > MAX_BODY
        if total > DRAIN:
            break
        if not too_large:
            data += part
    return None if too_large else bytes(data)


def _for_log(raw: bytes | None) -> Any:
    if raw is None:
        return "(too large)"
    if not raw:
        return None
    if request.mimetype.startswith("image/"):
        return f"({len(raw)} bytes of {request.mimetype})"
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return raw.decode(errors="replace")[:10_000]


def _strike(fault: Fault) -> None:
    """Apply a fault that comes before the work; the others wait for `_leave`."""
    faults = state().faults
    if fault.kind in REFUSALS:
        faults.pause(fault.ms)
        raise ApiError(*REFUSALS[fault.kind])
    if fault.kind in ("drop", "hang"):
        faults.pause(fault.ms)
        raise HangUp
    if fault.kind == "latency":
        faults.pause(fault.ms)


def _refuse(error: ApiError) -> Response:
    response = jsonify(error.as_json())
    response.status_code = error.status
    response.headers.update(error.headers)
    return response


def _hang_up(_error: HangUp) -> Response:
    g.hang_up = True
    return Response(status=500)


def _leave(response: Response) -> Response:
    if not _is_line() or "entry" not in g:
        return response
    fault: Fault | None = g.fault
    dropped = g.get("hang_up", False)
    if fault and fault.kind.endswith("-after") and not dropped:
        state().faults.pause(fault.ms)
        if fault.kind == "500-after":
            response = _refuse(ApiError(*REFUSALS["500"]))
        else:
            dropped = True
    response.headers["x-line-request-id"] = g.request_id
    state().amend(
        g.entry,
        status=None if dropped else response.status_code,
        ms=round((time.monotonic() - g.started) * 1000),
    )
    if dropped:
        hang_up(request.environ)
        response = Response(status=500)
    return response


def json_body() -> Json:
    """Return the JSON object of the request.

    Raises ApiError: 415 for another content type, 400 for a body that is not a JSON object.
    """
    if request.mimetype != "application/json":
        raise ApiError(415, f"The content type, {request.mimetype}, is not supported")
    try:
        body = json.loads(g.body)
    except (UnicodeDecodeError, RecursionError):
        raise ApiError(
            400, "The request body could not be parsed as JSON (line: -, column: -)"
        ) from None
    except json.JSONDecodeError as error:
        where = f"(line: {error.lineno}, column: {error.colno})"
        raise ApiError(400, f"The request body could not be parsed as JSON {where}") from None
    if not isinstance(body, dict):
        raise ApiError(400, "The request body could not be parsed as JSON (line: 1, column: 1)")
    return body


def about_chat(chat: str | None) -> None:
    """Record in the log which chat the request is about."""
    g.entry["chat"] = chat
