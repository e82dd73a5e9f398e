"""Settings that can be changed while the simulator runs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from simulator.errors import ControlError


@dataclass
class Settings:
    """chatMode: what the bot's info says; "chat" is when people answer in the Official Account
    Manager. mode: "standby" sends events without reply tokens. webhookActive: the console's "Use
    webhook" switch. redelivery: the console's "Webhook redelivery" switch. redeliveryMs: the pauses
    before each redelivery (LINE does not say its own). replyTokenTtl, replyTokenMaxAge,
    retryKeyTtl: seconds. latencyMs: how long every API call takes at least. contentDelayMs: for how
    long after sending a picture's content answers 202. fetchImages: whether the pictures of a
    message are downloaded and checked when it is sent. rateLimits: requests per second, by name
    of endpoint.
    """

    mode: Literal["active", "standby"] = "active"
    chatMode: Literal["bot", "chat"] = "bot"
    webhookActive: bool = True
    redelivery: bool = False
    redeliveryMs: list[int] = field(default_factory=lambda: [1000, 3000, 10000])
    replyTokenTtl: float = 60.0
    replyTokenMaxAge: float = 1200.0
    retryKeyTtl: float = 86400.0
    latencyMs: int = 0
    contentDelayMs: int = 0
    fetchImages: bool = True
    rateLimits: dict[str, float] = field(default_factory=dict)

    def update(self, changes: dict[str, Any]) -> None:
        """Change some settings.

        Raises ControlError, and changes nothing, if a name is unknown or a value has the wrong
        type.
        """
        known = {each.name for each in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ControlError(f"there is no setting {name}; there are {', '.join(known)}")
            if not _fits(name, value, getattr(self, name)):
                raise ControlError(f"the setting {name} cannot be {value!r}")
        for name, value in changes.items():
            setattr(self, name, value)

    def as_json(self) -> dict[str, Any]:
        """Return the settings as /api/settings shows them."""
        return asdict(self)


def _fits(name: str, value: object, example: object) -> bool:
    if name == "mode":
        return value in ("active", "standby")
    if name == "chatMode":
        return value in ("bot", "chat")
    if isinstance(example, bool):
        return isinstance(value, bool)
    if isinstance(example, int | float):
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    if isinstance(example, list):
        return isinstance(value, list) and all(type(each) is int and each >= 0 for each in value)
    return isinstance(value, dict) and all(
        isinstance(each, int | float) and each >= 0 for each in value.values()
    )
