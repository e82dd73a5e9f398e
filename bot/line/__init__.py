"""The one door to LINE's Messaging API.

    line = LineClient(settings)
    line.reply(token, [{"type": "text", "text": "どうぞ"}])

Messages are JSON dicts, and they go out exactly as given. The SDK's request models are not used for
them: they silently drop each field that is younger than the SDK (checked with 3.27.0: a new field
of a Flex text vanishes), and its response models can raise after LINE has taken a message. What is
used of the SDK is its client: configuration, TLS, connection pool, headers, exceptions.

Importing this package is cheap; the SDK itself takes over a second and is imported by the first
call, or by `LineClient.open()` where a process would rather pay at its start.
"""

from __future__ import annotations

from bot.line.client import BotInfo, LineClient, Profile, Quota, Sent, WebhookEndpoint, WebhookTest
from bot.line.errors import LineError

__all__ = [
    "BotInfo",
    "LineClient",
    "LineError",
    "Profile",
    "Quota",
    "Sent",
    "WebhookEndpoint",
    "WebhookTest",
]
