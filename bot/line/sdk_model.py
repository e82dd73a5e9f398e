"""Asks line-bot-sdk's model whether it knows an event, once for each form of a text message.

Its validation costs a third of a millisecond, and that of a text depends on names and types alone:
hardly two texts differ in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from linebot.v3.webhooks import Event

from bot.line.webhook_body import loggable_type

_FORMS = 200  # remembered; there are a few dozen
_MAX_DEPTH = 8  # the model looks at four levels
_TELLING = frozenset(("type", "mode"))  # properties whose values the model looks at

log = structlog.get_logger(__name__)
_known: set[object] = set()


def log_unrecognized(event: Mapping[str, Any]) -> None:
    """Log an event that the SDK's model of it does not accept."""
    message = event.get("message")
    is_text = isinstance(message, dict) and message.get("type") == "text"
    form = _form("", event, _MAX_DEPTH) if is_text else None
    if form in _known:
        return
    try:
        Event.from_dict(event)
    except Exception as problem:
        reason = type(problem).__name__
        log.info("webhook_event.unrecognized", type=loggable_type(event), reason=reason)
        return
    if form is not None and len(_known) < _FORMS:
        _known.add(form)


def _form(name: str, value: object, depth: int) -> object:
    """Return what two values have in common that the model cannot tell apart."""
    if isinstance(value, dict) and depth:
        return tuple((key, _form(key, each, depth - 1)) for key, each in value.items())
    if isinstance(value, list) and depth:
        return ("list", frozenset(_form("", each, depth - 1) for each in value))
    if name in _TELLING and isinstance(value, str):
        return value
    return type(value)
