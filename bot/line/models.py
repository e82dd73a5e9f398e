"""What LINE answers, as the bot uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ChatKind = Literal["user", "group", "room"]
Message = Mapping[str, Any]


@dataclass(frozen=True)
class Sent:
    """Messages that LINE accepted. duplicate: an earlier try with this retry key had sent them."""

    request_id: str
    message_ids: list[str] = field(default_factory=list)
    duplicate: bool = False


@dataclass(frozen=True)
class Quota:
    """This month's messages that count towards the plan's limit.

    limit: None for a plan without one. used: LINE's approximation, which includes what was sent
    from the Official Account Manager.
    """

    limit: int | None
    used: int

    @property
    def remaining(self) -> int | None:
        """Messages that may still be sent, 0 or more; None without a limit."""
        return None if self.limit is None else max(0, self.limit - self.used)


@dataclass(frozen=True)
class Profile:
    """A person as LINE shows them; `picture_url` and `language` are often absent."""

    user_id: str
    display_name: str
    picture_url: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class BotInfo:
    """The account that owns our token. chat_mode must be "bot": in "chat" no replies are meant."""

    user_id: str
    basic_id: str
    display_name: str
    chat_mode: str


@dataclass(frozen=True)
class WebhookEndpoint:
    """Where LINE sends webhooks, and whether "Use webhook" is on in the console."""

    url: str
    active: bool


@dataclass(frozen=True)
class WebhookTest:
    """The result of LINE's test of the webhook.

    status: HTTP status of our answer, 0 without one. reason: LINE's word for the result, such as
    OK, COULD_NOT_CONNECT or ERROR_STATUS_CODE.
    """

    success: bool
    status: int
    reason: str
