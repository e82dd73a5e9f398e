"""LINE's Messaging API: the client, its errors, webhook events and their signature.

Imports of bot: settings, and only for its types. Cheap to import: the SDK, which takes over a
second, is imported by the first call, by `LineClient.preload_sdk()` or by bot.line.events.

    line = LineClient(settings)
    line.reply(token, [{"type": "text", "text": "どうぞ"}])

Messages are JSON dicts and are sent exactly as given. The SDK's request models are not used: they
silently drop each field that is younger than the SDK (checked with 3.27.0: a new field of a Flex
text vanishes), and its response models can raise after LINE has accepted a message. What is used
of the SDK is its client: configuration, TLS, connection pool, headers, exceptions.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from bot.line.models import (
    BotInfo,
    ChatKind,
    Message,
    Profile,
    Quota,
    Sent,
    WebhookEndpoint,
    WebhookTest,
)

if TYPE_CHECKING:
    from bot.line.client import LineClient
    from bot.line.errors import LineError

__all__ = [
    "BotInfo",
    "ChatKind",
    "LineClient",
    "LineError",
    "Message",
    "Profile",
    "Quota",
    "Sent",
    "WebhookEndpoint",
    "WebhookTest",
]

_MODULES = {"LineClient": "client", "LineError": "errors"}


def __getattr__(name: str) -> Any:
    """Import what needs urllib3 when it is first used (PEP 562): web never calls LINE."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    return value
