"""Every setting, read from the environment once and checked loudly.

Any NAME may instead be given as NAME_FILE, the path of a file that holds the value: that is how
Docker, Kubernetes and systemd hand over secrets.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from inference.options import COMPILERS


class SettingError(ValueError):
    """A setting is missing or wrong. The message names it and says what to do."""


def _text(name: str, value: str) -> str:
    if not value.isprintable():
        raise SettingError(f"{name} holds a control character or a line break; remove it.")
    return value


def _url(*schemes: str) -> Callable[[str, str], str]:
    def read(name: str, value: str) -> str:
        try:
            parts = urlsplit(_text(name, value))
        except SettingError:
            raise
        except ValueError:
            raise SettingError(f"{name} is no URL: check its host and port.") from None
        if parts.scheme not in schemes or not parts.netloc:
            expected = " or ".join(f"{scheme}://" for scheme in schemes)
            raise SettingError(f"{name} must be a URL that starts with {expected}.")
        return value.rstrip("/")

    return read


def _number(low: float, high: float, kind: type = int) -> Callable[[str, str], Any]:
    def read(name: str, value: str) -> Any:
        try:
            number = kind(value)
        except ValueError:
            raise SettingError(f"{name} must be a number, not {value[:40]!r}.") from None
        if not low <= number <= high:
            raise SettingError(f"{name} is {number}; it must be between {low:g} and {high:g}.")
        return number

    return read


def _database(name: str, value: str) -> str:
    # Heroku and its like hand out postgres://, which SQLAlchemy no longer knows.
    for scheme in ("postgres://", "postgresql://"):
        if value.startswith(scheme):
            return "postgresql+psycopg://" + value.removeprefix(scheme)
    if value.startswith(("sqlite:///", "postgresql+psycopg://")):
        return value
    raise SettingError(f"{name} must start with sqlite:/// or postgresql://.")


def _path(_name: str, value: str) -> Path:
    return Path(value)


def _switch(name: str, value: str) -> bool:
    words = {"1": True, "on": True, "true": True, "yes": True}
    words |= {"0": False, "off": False, "false": False, "no": False}
    try:
        return words[value.lower()]
    except KeyError:
        raise SettingError(f"{name} must be on or off, not {value[:40]!r}.") from None


def _compiler(name: str, value: str) -> str:
    if value.lower() not in COMPILERS:
        raise SettingError(f"{name} must be auto, openvino, torch or off, not {value[:40]!r}.")
    return COMPILERS[value.lower()]


def _one_of(*words: str) -> Callable[[str, str], str]:
    def read(name: str, value: str) -> str:
        if value.lower() not in words:
            raise SettingError(f"{name} must be {' or '.join(words)}, not {value[:40]!r}.")
        return value.lower()

    return read


def _setting(
    help_text: str,
    default: Any = None,
    read: Callable[[str, str], Any] = _text,
    *,
    secret: bool = False,
    required: bool = False,
) -> Any:
    metadata = {"help": help_text, "read": read, "secret": secret, "required": required}
    return field(default=default, repr=not secret, metadata=metadata)


LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings in force. Field `line_api_url` is the environment's LINE_API_URL, and so on."""

    line_channel_secret: str = _setting(
        "Channel secret (LINE Developers console, Basic settings): signs every webhook.",
        secret=True,
        required=True,
    )
    line_channel_access_token: str = _setting(
        "Channel access token (console, Messaging API): authorises every call to LINE.",
        secret=True,
        required=True,
    )
    line_api_url: str = _setting(
        "Where the Messaging API is; the simulator's address in development.",
        "https://api.line.me",
        _url("https", "http"),
    )
    public_url: str = _setting(
        "The web process's address as LINE and phones see it; https in production.",
        "http://127.0.0.1:8000",
        _url("https", "http"),
    )
    port: int = _setting("Port of the web process.", 8000, _number(1, 65535))
    broker_url: str = _setting(
        "Celery's broker: redis://, rediss://, or amqp://.",
        "redis://127.0.0.1:6379/0",
        _url("redis", "rediss", "amqp", "amqps"),
        secret=True,  # it usually holds a password
    )
    database_url: str = _setting(
        "sqlite:///path or postgresql://user:password@host/name.",
        "sqlite:///var/efude.db",
        _database,
        secret=True,
    )
    s3_bucket: str | None = _setting("Bucket for pictures; without it they lie in PICTURES_DIR.")
    s3_endpoint_url: str | None = _setting(
        "Address of an S3-speaking store that is not AWS (R2, MinIO, Garage).",
        None,
        _url("https", "http"),
    )
    s3_public_url: str | None = _setting(
        "Public base address of the bucket; without it links are presigned.",
        None,
        _url("https", "http"),
    )
    s3_url_days: int = _setting("Life of a presigned link, in days.", 7, _number(1, 7))
    pictures_dir: Path = _setting(
        "Folder for pictures on one machine, served by the web process.",
        Path("var/pictures"),
        _path,
    )
    model: str | None = _setting(
        "A diffusers folder or a hub id; without it, the embedded model mame."
    )
    hf_token: str | None = _setting("Token for gated models on the hub.", secret=True)
    device: str | None = _setting("cuda, cuda:1, cpu ...; without it, chosen by what is there.")
    engine_slots: int | None = _setting(
        "Jobs that one worker takes at a time, and pictures that it paints in one step; without "
        "it, 16 on CUDA and 4 elsewhere.",
        None,
        _number(1, 64),
    )
    engine_compile: str = _setting(
        "How the UNet and the decoder are compiled as the worker starts: auto (a small model on a "
        "CPU, by OpenVINO: seconds the first time), openvino, torch (minutes; for CUDA) or off.",
        "auto",
        _compiler,
    )
    torch_threads: int | None = _setting(
        "Processor threads of a worker; without it, the cores that it may use. Several workers on "
        "one machine should share them out.",
        None,
        _number(1, 1024),
    )
    tiny_vae: str | None = _setting(
        "Folder or hub id of a tiny autoencoder (TAESD), which shows pictures sooner, a little "
        "coarser."
    )
    lora: str | None = _setting(
        "LoRAs to merge into the model: path-or-id:scale, with commas between; without a scale, 1."
    )
    steps: int | None = _setting(
        "Denoising steps a picture; without it, the model's default.", None, _number(1, 500)
    )
    guidance: float | None = _setting(
        "Guidance scale; without it, the model's default.", None, _number(0, 30, float)
    )
    moderation: bool = _setting(
        "Whether prompts are checked against the lists of what is not painted: on or off.",
        True,
        _switch,
    )
    moderation_lists: Path | None = _setting(
        "A TOML file, or a folder of them, with more words for the lists and with allowed phrases.",
        None,
        _path,
    )
    blur_flagged: bool = _setting(
        "Whether a picture that the model's safety checker flags by a hair is shown blurred in 1:1 "
        "chats instead of kept back: on or off.",
        False,
        _switch,
    )
    admin_password: str | None = _setting(
        "Password of the operator's pages; they are off without it.", secret=True
    )
    trusted_proxies: int = _setting(
        "Reverse proxies in front of the web process whose X-Forwarded-For is believed, for the "
        "addresses in the audit and the limit of logins; 0: none.",
        0,
        _number(0, 10),
    )
    ticket_after: float = _setting(
        "Seconds after which an unfinished job spends its reply token on a ticket. "
        "LINE's tokens live about 60 s.",
        45.0,
        _number(0.5, 55, float),
    )
    reply_token_life: float = _setting(
        "Seconds for which a reply token counts as usable; LINE says one minute at most.",
        55.0,
        _number(1, 60, float),
    )
    lease_seconds: float = _setting(
        "Seconds without a sign of life after which a worker's job goes to another worker.",
        30.0,
        _number(1, 3600, float),
    )
    step_timeout: float = _setting(
        "Seconds without a step of any picture after which a worker counts as hung and ends "
        "itself, to be started anew; twenty usual steps where those are longer, and ten times as "
        "long before its first step.",
        60.0,
        _number(1, 3600, float),
    )
    sweep_seconds: float = _setting(
        "How often lost and overdue work is looked for.", 10.0, _number(0.2, 600, float)
    )
    max_attempts: int = _setting(
        "Times a job is tried before it is given up and the chat is told.", 3, _number(1, 20)
    )
    max_queued_per_person: int = _setting(
        "Unfinished jobs that one person may have.", 2, _number(1, 100)
    )
    max_queued_per_group: int = _setting(
        "Unfinished jobs that all people of a group may have together; 0: no limit.",
        8,
        _number(0, 10_000),
    )
    daily_pictures: int = _setting(
        "Pictures that one person may ask for in a day of Japan; those that failed or were "
        "cancelled do not count. 0: no limit.",
        100,
        _number(0, 100_000),
    )
    cooldown_seconds: float = _setting(
        "Seconds between two wishes of one person; 0: none.", 0.0, _number(0, 86_400, float)
    )
    push_reserve: int = _setting(
        "Pushes of the month's quota that pictures never use.", 20, _number(0, 100_000)
    )
    push: bool = _setting(
        "Whether a picture that no reply can carry may cost a push: on or off.",
        True,
        _switch,
    )
    retention_days: int = _setting(
        "Days after which prompts, ids and pictures are erased.", 90, _number(1, 3650)
    )
    log_format: str | None = _setting(
        "json or text; without it, text on a terminal.", None, _one_of("json", "text")
    )
    log_stream: int = _setting(
        "Newest log lines of all processes that are kept in the broker's Redis or Valkey for "
        "`python -m bot logs`, about half a kilobyte each; 0 keeps none.",
        10_000,
        _number(0, 1_000_000),
    )
    metrics_token: str | None = _setting(
        "What a scraper sends as `Authorization: Bearer ...` to read /metrics; off without it.",
        secret=True,
    )
    metrics_port: int | None = _setting(
        "Port at which each worker and courier answers /metrics with counters of its own, or the "
        "first free one of ten from there; off without it.",
        None,
        _number(1, 65_535),
    )
    metrics_host: str = _setting(
        "Address for that. Others than this machine's own (loopback) need METRICS_TOKEN.",
        "127.0.0.1",
    )
    otel_exporter_otlp_endpoint: str | None = _setting(
        "Address of an OpenTelemetry collector (OTLP over HTTP, /v1/traces is added) for spans; "
        "off without it. Needs bot/requirements-optional.txt.",
        None,
        _url("https", "http"),
    )
    sentry_dsn: str | None = _setting(
        "Sentry's address (DSN) for errors, without words, ids or tokens; off without it. Needs "
        "bot/requirements-optional.txt.",
        None,
        _url("https", "http"),
        secret=True,
    )
    alarm_pushes: int = _setting(
        "Pushes a month that alarms to the operators' chats may cost; 0: none.",
        20,
        _number(0, 10_000),
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read all settings; raises SettingError with every problem found, not only the first."""
        environ = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        problems: list[str] = []
        for item in fields(cls):
            name = item.name.upper()
            try:
                raw = _raw(environ, name)
                if raw is not None:
                    values[item.name] = item.metadata["read"](name, raw)
                elif item.metadata["required"]:
                    raise SettingError(f"{name} is not set. {item.metadata['help']}")
            except SettingError as error:
                problems.append(str(error))
        after = values.get("ticket_after", cls.ticket_after)
        if after >= values.get("reply_token_life", cls.reply_token_life):
            problems.append("TICKET_AFTER must be less than REPLY_TOKEN_LIFE, or no ticket can go.")
        open_to = values.get("metrics_host", cls.metrics_host)
        alone = open_to in LOOPBACK or values.get("metrics_port") is None
        if not alone and not values.get("metrics_token"):
            problems.append(f"METRICS_HOST is {open_to}: set METRICS_TOKEN, or all can read it.")
        if problems:
            raise SettingError("Settings to mend:\n" + "\n".join(f"  - {it}" for it in problems))
        return cls(**values)


def _raw(environ: Mapping[str, str], name: str) -> str | None:
    """The value of NAME or the content of NAME_FILE; empty counts as not set."""
    path = environ.get(f"{name}_FILE")
    if path and environ.get(name):
        raise SettingError(f"Both {name} and {name}_FILE are set; keep one.")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip() or None
        except OSError as error:
            raise SettingError(f"{name}_FILE cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise SettingError(f"{name}_FILE names a file that is not UTF-8 text.") from None
    return environ.get(name, "").strip() or None
