"""Readers of settings: each turns the text of one variable into its value.

A reader takes the setting's name and its text, and raises SettingError, which names the setting.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.broker_address import IN_MEMORY, parse_broker_url
from inference.load_options import COMPILERS


class SettingError(ValueError):
    """A setting is missing or wrong. The message names it and says what to do."""


class NumberError(SettingError):
    """A number is none, or out of its range low ... high. typed: what was given."""

    def __init__(self, message: str, typed: str, low: float, high: float) -> None:
        super().__init__(message)
        self.typed, self.low, self.high = typed, low, high


class NotANumber(NumberError):
    """What was given is no number."""


def read_text(name: str, value: str) -> str:
    if not value.isprintable():
        raise SettingError(f"{name} holds a control character or a line break; remove it.")
    return value


def read_header_value(name: str, value: str) -> str:
    if not read_text(name, value).isascii() or " " in value:  # HTTP's headers carry nothing else
        raise SettingError(f"{name} holds a blank or a letter that no token has; copy it anew.")
    return value


def url(*schemes: str, is_base: bool = True) -> Callable[[str, str], str]:
    """Read a URL. is_base: paths are appended to it, and people may see it."""

    def read(name: str, value: str) -> str:
        try:
            parts = urlsplit(read_text(name, value))
            has_port = parts.port is None or parts.port > 0  # no number raises ValueError
        except SettingError:
            raise
        except ValueError:
            raise SettingError(f"{name} is no URL: check its host and port.") from None
        if parts.scheme not in schemes or not parts.netloc:
            expected = " or ".join(f"{scheme}://" for scheme in schemes)
            raise SettingError(f"{name} must be a URL that starts with {expected}.")
        if not parts.hostname or not has_port or " " in value:
            raise SettingError(f"{name} is no URL: check its host and port.")
        if is_base and (parts.query or parts.fragment or "@" in parts.netloc):
            raise SettingError(f"{name} must be a URL without ?, # and @.")
        return value.rstrip("/")

    return read


def read_broker(name: str, value: str) -> str:
    try:
        address = parse_broker_url(read_text(name, value))
    except SettingError:
        raise
    except ValueError as error:  # urlsplit's own messages may quote the password
        known = str(error) if str(error).startswith(("must", "names", "has ")) else "is no URL"
        raise SettingError(f"{name} {known}.") from None
    if address.scheme == IN_MEMORY:
        raise SettingError(f"{name} must be a URL that starts with redis:// or amqp://.")
    return value.rstrip("/")


def number(low: float, high: float, kind: type = int) -> Callable[[str, str], Any]:
    def read(name: str, value: str) -> Any:
        try:
            number = kind(value)
        except ValueError:
            a_number = "a whole number" if kind is int else "a number"
            message = f"{name} must be {a_number}, not {value[:40]!r}."
            raise NotANumber(message, value[:40], low, high) from None
        if not low <= number <= high:
            message = f"{name} is {number}; it must be between {low:g} and {high:g}."
            raise NumberError(message, str(number), low, high)
        return number

    return read


# What hosts of poolers write behind their URLs for other clients (Prisma, asyncpg); libpq refuses
# it, and what it asks for holds here anyway (bot.store.database).
_OF_OTHER_CLIENTS = {
    *("pgbouncer", "connection_limit", "pool_timeout", "prepared_statements"),
    *("prepare_threshold", "statement_cache_size", "prepared_statement_cache_size"),
}


def read_database(name: str, value: str) -> str:
    # Heroku and its like hand out postgres://, which SQLAlchemy no longer knows.
    for scheme in ("postgres://", "postgresql://", "postgresql+psycopg://"):
        if value.startswith(scheme):
            address, _, query = value.removeprefix(scheme).partition("?")
            options = [
                option
                for option in query.split("&")
                if option and option.partition("=")[0] not in _OF_OTHER_CLIENTS
            ]
            _check_ports(name, value.removeprefix(scheme))
            return "?".join([f"postgresql+psycopg://{address}", "&".join(options)]).rstrip("?")
    if value.startswith("sqlite:///"):
        path = value.removeprefix("sqlite:///").partition("?")[0]
        # What is in memory, or in a temporary file, no other process would see.
        if not path or path.endswith("/") or ":memory:" in value or "mode=memory" in value:
            raise SettingError(f"{name} must name a file, such as sqlite:///var/efude.db.")
        return value
    raise SettingError(f"{name} must start with sqlite:/// or postgresql://.")


def _check_ports(name: str, rest: str) -> None:
    """Raise SettingError if a host of user:password@host:port,host:port/name has a port that is
    none. The password may hold any sign."""
    hosts = re.split("[/?]", rest.rpartition("@")[2], maxsplit=1)[0]
    for host in hosts.split(","):
        _, colon, port = host.rpartition("]")[2].rpartition(":")
        if colon and port and not (port.isdecimal() and 0 < int(port[:6]) < 65_536):
            raise SettingError(f"{name} is no URL: check its host and port.")


def read_path(_name: str, value: str) -> Path:
    return Path(value)


def read_switch(name: str, value: str) -> bool:
    words = {"1": True, "on": True, "true": True, "yes": True}
    words |= {"0": False, "off": False, "false": False, "no": False}
    try:
        return words[value.lower()]
    except KeyError:
        raise SettingError(f"{name} must be on or off, not {value[:40]!r}.") from None


def read_compiler(name: str, value: str) -> str:
    if value.lower() not in COMPILERS:
        raise SettingError(f"{name} must be auto, openvino, torch or off, not {value[:40]!r}.")
    return COMPILERS[value.lower()]


def one_of(*words: str) -> Callable[[str, str], str]:
    def read(name: str, value: str) -> str:
        if value.lower() not in words:
            raise SettingError(f"{name} must be {' or '.join(words)}, not {value[:40]!r}.")
        return value.lower()

    return read


def setting(
    help_text: str,
    default: Any = None,
    read: Callable[[str, str], Any] = read_text,
    *,
    secret: bool = False,
    required: bool = False,
) -> Any:
    """Describe a field of Settings: its meaning, default and reader. secret: never shown."""
    metadata = {"help": help_text, "read": read, "secret": secret, "required": required}
    return field(default=default, repr=not secret, metadata=metadata)
