"""All settings: default, meaning, and how each is read.

One long table, in the order of docs/configure.md, which is made from it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from bot.broker_address import BrokerAddress, parse_broker_url
from bot.settings.environment import read_fields
from bot.settings.values import (
    SettingError,
    number,
    one_of,
    read_broker,
    read_compiler,
    read_database,
    read_header_value,
    read_path,
    read_switch,
    setting,
    url,
)
from inference.models import catalog

LOOPBACK_HOSTS = frozenset(("127.0.0.1", "localhost", "::1"))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings in force: field `line_api_url` is read from LINE_API_URL, and so on."""

    # LINE
    line_channel_secret: str = setting(
        "Channel secret (LINE Developers console, Basic settings): signs every webhook.",
        secret=True,
        required=True,
    )
    line_channel_access_token: str = setting(
        "Channel access token (console, Messaging API): authorises every call to LINE.",
        read=read_header_value,
        secret=True,
        required=True,
    )
    line_api_url: str = setting(
        "Base URL of the Messaging API; the simulator's in development.",
        "https://api.line.me",
        url("https", "http"),
    )
    # Addresses and servers
    public_url: str = setting(
        "The web process's address as LINE and phones see it; https in production.",
        "http://127.0.0.1:8000",
        url("https", "http"),
    )
    port: int = setting("Port of the web process.", 8000, number(1, 65535))
    trusted_proxies: int = setting(
        "Reverse proxies in front of the web process whose X-Forwarded-For is believed, for the "
        "addresses in the audit and the limit of logins; 0: none.",
        0,
        number(0, 10),
    )
    broker_url: str = setting(
        "Celery's broker: redis://, rediss://, amqp:// or amqps://. An encrypted one's certificate "
        "is verified, unless the URL ends with ?ssl_cert_reqs=none.",
        "redis://127.0.0.1:6379/0",
        read_broker,
        secret=True,  # it usually holds a password
    )
    broker_ca_file: Path | None = setting(
        "PEM file of the certificates that vouch for the broker's; without it, the system's.",
        None,
        read_path,
    )
    database_url: str = setting(
        "sqlite:///path or postgresql://user:password@host/name.",
        "sqlite:///var/efude.db",
        read_database,
        secret=True,
    )
    # Picture files
    s3_bucket: str | None = setting(
        "Bucket for pictures; without it they are files in PICTURES_DIR."
    )
    s3_endpoint_url: str | None = setting(
        "Endpoint of an S3-compatible store other than AWS (R2, MinIO, Garage).",
        None,
        url("https", "http"),
    )
    s3_public_url: str | None = setting(
        "Public base URL of the bucket; without it links are presigned.",
        None,
        url("https", "http"),
    )
    s3_url_expiry_days: int = setting("Days until a presigned link expires.", 7, number(1, 7))
    pictures_dir: Path = setting(
        "Folder for pictures on one machine, served by the web process.",
        Path("var/pictures"),
        read_path,
    )
    # The model and how it is run
    model: str | None = setting(
        "A diffusers folder, a .safetensors file or a hub id; without it, the embedded model mame."
    )
    hf_token: str | None = setting(
        "Token for gated models on the hub.", read=read_header_value, secret=True
    )
    device: str | None = setting("cuda, cuda:1, cpu ...; without it, the best device found.")
    engine_slots: int | None = setting(
        "Jobs that one worker takes at a time, and pictures that it paints in one step; without "
        "it, 16 on CUDA (of large models 4) and 4 elsewhere.",
        None,
        number(1, 64),
    )
    engine_compile: str = setting(
        "How the UNet and the decoder are compiled as the worker starts: auto (a small model on a "
        "CPU, by OpenVINO: seconds the first time), openvino, torch (minutes; for CUDA) or off.",
        "auto",
        read_compiler,
    )
    torch_threads: int | None = setting(
        "Processor threads of a worker; without it, the cores that it may use. Several workers on "
        "one machine should share them out.",
        None,
        number(1, 1024),
    )
    tiny_vae_model: str | None = setting(
        "Folder or hub id of a tiny autoencoder (TAESD), which shows pictures sooner, a little "
        "coarser."
    )
    lora: str | None = setting(
        "LoRAs to merge into the model: path-or-id:scale, with commas between; without a scale, 1."
    )
    num_inference_steps: int | None = setting(
        "Denoising steps a picture; without it, the model's default.", None, number(1, 500)
    )
    guidance_scale: float | None = setting(
        "Guidance scale; without it, the model's default.", None, number(0, 30, float)
    )
    # What is painted and shown
    moderation: bool = setting(
        "Whether prompts are checked against the moderation lists: on or off.",
        True,
        read_switch,
    )
    moderation_lists_path: Path | None = setting(
        "A TOML file, or a folder of them, with more words and allowed phrases for moderation.",
        None,
        read_path,
    )
    answers_path: Path | None = setting(
        "A TOML file with your own answers to questions such as the price or how to reach you, "
        "instead of those in bot/messages/answers.toml.",
        None,
        read_path,
    )
    support_lines: str | None = setting(
        "Help lines that a cry for help is answered with, with | between them: name, number, "
        "hours; without it, Japanese lines that docs/intent.md lists."
    )
    blur_flagged: bool = setting(
        "Whether a picture that the model's safety checker flags by a hair is shown blurred in 1:1 "
        "chats instead of kept back: on or off.",
        False,
        read_switch,
    )
    # Reply tokens and pushes
    ticket_after_seconds: float = setting(
        "Seconds after which an unfinished job spends its reply token on a ticket. "
        "LINE's tokens live about 60 s.",
        45.0,
        number(0.5, 55, float),
    )
    reply_token_ttl_seconds: float = setting(
        "Seconds for which a reply token counts as usable; LINE allows one minute at most.",
        55.0,
        number(1, 60, float),
    )
    push_enabled: bool = setting(
        "Whether pictures may be pushed, which costs, if no reply can carry them: on or off.",
        True,
        read_switch,
    )
    push_reserve: int = setting(
        "Pushes of the month's quota that pictures never use.", 20, number(0, 100_000)
    )
    # Retries and recovery
    lease_seconds: float = setting(
        "Seconds without a heartbeat after which a worker's job goes to another worker.",
        30.0,
        number(1, 3600, float),
    )
    step_timeout_seconds: float = setting(
        "Seconds without a step of any picture after which a worker counts as hung and ends "
        "itself, to be started anew; twenty usual steps where those are longer, and ten times as "
        "long before its first step.",
        60.0,
        number(1, 3600, float),
    )
    sweep_interval_seconds: float = setting(
        "Seconds between two searches for lost and overdue work.", 10.0, number(0.2, 600, float)
    )
    max_attempts: int = setting(
        "Times a job is tried before it is given up and the chat is told.", 3, number(1, 20)
    )
    # Limits on people
    max_queued_per_person: int = setting(
        "Unfinished jobs that one person may have.", 2, number(1, 100)
    )
    max_queued_per_group: int = setting(
        "Unfinished jobs that all people of a group may have together; 0: no limit.",
        8,
        number(0, 10_000),
    )
    max_extra_queued: int = setting(
        "Jobs that a person, or a group, may have beyond those two limits: they are told how many "
        "are before it, and get a ticket at once. 0: none.",
        3,
        number(0, 100),
    )
    max_pictures_per_day: int = setting(
        "Pictures that one person may ask for in a day of Japan; those that failed or were "
        "cancelled do not count. 0: no limit.",
        100,
        number(0, 100_000),
    )
    cooldown_seconds: float = setting(
        "Seconds between two requests of one person; 0: none.", 0.0, number(0, 86_400, float)
    )
    # Who answers for the bot, at /terms
    operator_name: str | None = setting("Who runs this bot, as /terms names them.")
    operator_contact: str | None = setting(
        "How people reach the operator, at /terms: an e-mail address, a URL or a sentence."
    )
    min_age_years: int = setting(
        "Age under which /terms asks to use the bot with a parent's consent; 0: says nothing.",
        18,
        number(0, 120),
    )
    commercial_use: str = setting(
        "What is said of using pictures for business, at /terms and on request: licence (what the "
        "model's licence says), yes or no.",
        "licence",
        one_of("licence", "yes", "no"),
    )
    # Personal data
    retention_days: int = setting(
        "Days after which prompts, ids and pictures are erased.", 90, number(1, 3650)
    )
    # Operators
    admin_password: str | None = setting(
        "Password of the operator's pages; they are off without it.", secret=True
    )
    max_alarm_pushes_per_month: int = setting(
        "Pushes a month that alarms to the operators' chats may cost; 0: none.",
        20,
        number(0, 10_000),
    )
    # Logs, metrics, traces and errors
    log_format: str | None = setting(
        "json or text; without it, text on a terminal and json elsewhere.",
        None,
        one_of("json", "text"),
    )
    log_stream_max_lines: int = setting(
        "Newest log lines of all processes that are kept in the broker's Redis or Valkey for "
        "`python -m bot logs`, about half a kilobyte each; 0 keeps none.",
        10_000,
        number(0, 1_000_000),
    )
    metrics_token: str | None = setting(
        "What a scraper sends as `Authorization: Bearer ...` to read /metrics; off without it.",
        read=read_header_value,
        secret=True,
    )
    metrics_port: int | None = setting(
        "Port at which each worker and courier answers /metrics with counters of its own, or the "
        "first free one of ten from there; off without it.",
        None,
        number(1, 65_535),
    )
    metrics_host: str = setting(
        "Address for that. Others than this machine's own (loopback) need METRICS_TOKEN.",
        "127.0.0.1",
    )
    otel_exporter_otlp_endpoint: str | None = setting(
        "Address of an OpenTelemetry collector (OTLP over HTTP, /v1/traces is added) for spans; "
        "off without it. Needs bot/requirements-optional.txt.",
        None,
        url("https", "http", is_base=False),
    )
    sentry_dsn: str | None = setting(
        "Sentry's address (DSN) for errors, without words, ids or tokens; off without it. Needs "
        "bot/requirements-optional.txt.",
        None,
        url("https", "http", is_base=False),
        secret=True,
    )

    @property
    def broker(self) -> BrokerAddress:
        """The one reading of BROKER_URL and BROKER_CA_FILE."""
        return parse_broker_url(
            self.broker_url, None if self.broker_ca_file is None else str(self.broker_ca_file)
        )

    @property
    def commercial_use_forbidden(self) -> bool | None:
        """Whether pictures may not be used for business; None if nobody knows."""
        if self.commercial_use != "licence":
            return self.commercial_use == "no"
        known = catalog.lookup(self.model)
        return known.non_commercial if known else None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read all settings; raises SettingError with every problem found, not only the first."""
        environ = os.environ if environ is None else environ
        values, problems = read_fields(environ, fields(cls))
        ticket_after = values.get("ticket_after_seconds", cls.ticket_after_seconds)
        if ticket_after >= values.get("reply_token_ttl_seconds", cls.reply_token_ttl_seconds):
            problems.append(
                "TICKET_AFTER_SECONDS must be less than REPLY_TOKEN_TTL_SECONDS, or no ticket can "
                "be sent."
            )
        host = values.get("metrics_host", cls.metrics_host)
        local = host in LOOPBACK_HOSTS or values.get("metrics_port") is None
        if not local and not values.get("metrics_token"):
            problems.append(f"METRICS_HOST is {host}: set METRICS_TOKEN, or anybody can read it.")
        if problems:
            lines = "\n".join(f"  - {problem}" for problem in problems)
            raise SettingError(f"Settings to mend:\n{lines}")
        return cls(**values)
