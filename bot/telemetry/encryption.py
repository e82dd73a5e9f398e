"""Warn of settings by which tokens, words and pictures cross a network unencrypted."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import structlog

from bot.settings import Settings

log = structlog.get_logger(__name__)

_NAMES = ("line_api_url", "s3_endpoint_url", "s3_public_url", "broker_url")
_PLAIN_SCHEMES = ("http", "redis", "amqp")


def unencrypted_settings(settings: Settings) -> list[str]:
    """Return the names of settings that lead to another machine without encryption."""
    values = {name: getattr(settings, name) for name in _NAMES}
    return [name.upper() for name, url in values.items() if url and _is_plain(url)]


def _is_plain(url: str) -> bool:
    if urlsplit(url).scheme not in _PLAIN_SCHEMES:
        return False
    return not is_loopback(url)


def is_loopback(url: str) -> bool:
    """Return whether a URL can be reached from its own machine only."""
    host = urlsplit(url).hostname or "localhost"  # redis:///0
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def warn(settings: Settings) -> None:
    """Log them, without their values, which may hold passwords."""
    if names := unencrypted_settings(settings):
        log.warning(
            "encryption.missed",
            settings=names,
            meaning="whoever is on the way can read tokens, words and pictures, and change them; "
            "use https, rediss or amqps, or a network that is yours alone",
        )
