"""Configuration of a simulator: its address, the webhook URL and the channel's two secrets."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    """Everything that is fixed while a simulator runs; the rest can be changed at /api/settings.

    port: 0 lets the system choose one. webhook: the bot's URL, or "" when no bot is there yet.
    secret: the channel secret that signs webhooks. token: the channel access token that the bot
    must send. channel: the channel ID, which belongs to both. quota: push messages a month, or
    None for no limit.
    """

    host: str = "127.0.0.1"
    port: int = 8001
    webhook: str = ""
    secret: str = "simulator-secret"  # noqa: S105, a stand-in that opens nothing
    token: str = "simulator-token"  # noqa: S105
    quota: int | None = 200  # the free plan in Japan ("Messaging API pricing")
    channel: str = "1234567890"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Config:
        """Read SIMULATOR_PORT, SIMULATOR_WEBHOOK, SIMULATOR_QUOTA, LINE_CHANNEL_SECRET and
        LINE_CHANNEL_ACCESS_TOKEN; unset variables keep their defaults.

        Raises ValueError if a number cannot be parsed.
        """
        default = cls()
        return cls(
            port=_number(environ, "SIMULATOR_PORT", default.port),
            webhook=environ.get("SIMULATOR_WEBHOOK", default.webhook),
            secret=environ.get("LINE_CHANNEL_SECRET") or default.secret,
            token=environ.get("LINE_CHANNEL_ACCESS_TOKEN") or default.token,
            quota=_number(environ, "SIMULATOR_QUOTA", default.quota or 0),
        )


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdecimal():
        raise ValueError(f"{name} is {text!r}, which is not a whole number. Set it to one.")
    return int(text)


def explain(error: OSError, config: Config) -> str:
    """Return what to do about a port that cannot be had."""
    if error.errno == errno.EADDRINUSE:
        return (
            f"simulator: port {config.port} is taken, perhaps by another simulator. "
            "Stop that one, or choose another port with --port."
        )
    return f"simulator: cannot listen on {config.host}:{config.port}: {error.strerror}"
