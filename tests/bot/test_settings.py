"""Settings: read once, checked loudly, silent about secrets."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from bot.settings import SettingError, Settings

NEEDED = {"LINE_CHANNEL_SECRET": "top-secret", "LINE_CHANNEL_ACCESS_TOKEN": "top-token"}
NAMES = [item.name for item in fields(Settings)]
# One good value for every setting, as the shell gives it and as the code sees it.
GOOD: dict[str, tuple[str, Any]] = {
    "line_channel_secret": (" s3cr3t\n", "s3cr3t"),
    "line_channel_access_token": ("t0k3n", "t0k3n"),
    "line_api_url": ("http://127.0.0.1:8001/", "http://127.0.0.1:8001"),
    "public_url": ("https://efude.example/", "https://efude.example"),
    "port": ("8080", 8080),
    "broker_url": ("amqps://u:p@mq.example//", "amqps://u:p@mq.example"),
    "database_url": ("postgres://u:p@db/x", "postgresql+psycopg://u:p@db/x"),
    "s3_bucket": ("pictures", "pictures"),
    "s3_endpoint_url": ("http://minio:9000", "http://minio:9000"),
    "s3_public_url": ("https://cdn.example/b", "https://cdn.example/b"),
    "s3_url_days": ("1", 1),
    "pictures_dir": ("/srv/絵", Path("/srv/絵")),
    "model": ("rinna/japanese-stable-diffusion", "rinna/japanese-stable-diffusion"),
    "hf_token": ("hf_x", "hf_x"),
    "moderation": ("off", False),
    "blur_flagged": ("on", True),
    "moderation_lists": ("/etc/efude/words", Path("/etc/efude/words")),
    "device": ("cuda:1", "cuda:1"),
    "engine_slots": ("4", 4),
    "engine_compile": ("on", "torch"),
    "torch_threads": ("2", 2),
    "tiny_vae": ("madebyollin/taesd", "madebyollin/taesd"),
    "lora": ("own/lcm:0.8", "own/lcm:0.8"),
    "steps": ("30", 30),
    "guidance": ("7.5", 7.5),
    "admin_password": ("letmein", "letmein"),
    "trusted_proxies": ("1", 1),
    "ticket_after": ("20", 20.0),
    "reply_token_life": ("50", 50.0),
    "lease_seconds": ("5.5", 5.5),
    "sweep_seconds": ("0.5", 0.5),
    "max_attempts": ("1", 1),
    "max_queued_per_person": ("3", 3),
    "max_queued_per_group": ("20", 20),
    "daily_pictures": ("30", 30),
    "cooldown_seconds": ("1.5", 1.5),
    "push_reserve": ("0", 0),
    "push": ("OFF", False),
    "retention_days": ("30", 30),
    "log_format": ("JSON", "json"),
    "log_stream": ("0", 0),
    "metrics_token": ("scrape", "scrape"),
    "metrics_port": ("9464", 9464),
    "metrics_host": ("::1", "::1"),
    "step_timeout": ("90", 90.0),
    "otel_exporter_otlp_endpoint": ("http://127.0.0.1:4318/", "http://127.0.0.1:4318"),
    "sentry_dsn": ("https://key@sentry.example/1", "https://key@sentry.example/1"),
    "alarm_pushes": ("5", 5),
}
SECRETS = {
    *("line_channel_secret", "line_channel_access_token", "broker_url", "database_url"),
    *("hf_token", "admin_password", "metrics_token", "sentry_dsn"),
}


def read(**environ: str) -> Settings:
    return Settings.from_env({**NEEDED, **environ})


def refused(**environ: str) -> str:
    with pytest.raises(SettingError) as caught:
        read(**environ)
    return str(caught.value)


def test_every_setting_is_in_this_test() -> None:
    assert set(GOOD) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_by_its_name(name: str) -> None:
    raw, expected = GOOD[name]
    assert getattr(read(**{name.upper(): raw}), name) == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_by_a_file(name: str, tmp_path: Path) -> None:
    raw, expected = GOOD[name]
    file = tmp_path / "value"
    file.write_text(f"{raw}\n", encoding="utf-8")
    environ = {key: value for key, value in NEEDED.items() if key != name.upper()}
    settings = Settings.from_env({**environ, f"{name.upper()}_FILE": str(file)})
    assert getattr(settings, name) == expected


def test_nothing_but_the_two_secrets_is_needed() -> None:
    settings = read()
    assert settings.database_url == "sqlite:///var/efude.db"
    assert (settings.push, settings.model, settings.port) == (True, None, 8000)


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PORT", "9")
    assert Settings.from_env().port == 9


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_env({"PORT": "http", "PUSH": "maybe", "DATABASE_URL": "mysql://x"})
    text = str(caught.value)
    for name in (*NEEDED, "PORT", "PUSH", "DATABASE_URL"):
        assert f"- {name} " in text
    assert text.count("\n") == 5


@pytest.mark.parametrize("value", ["", "  ", "\n"])
def test_empty_counts_as_not_set(value: str) -> None:
    assert read(PORT=value).port == 8000
    assert "LINE_CHANNEL_SECRET is not set" in refused(LINE_CHANNEL_SECRET=value)


def test_an_empty_file_counts_as_not_set(tmp_path: Path) -> None:
    file = tmp_path / "empty"
    file.write_text("\n")
    assert read(MODEL_FILE=str(file)).model is None


def test_a_name_and_its_file_contradict_each_other(tmp_path: Path) -> None:
    assert "Both PORT and PORT_FILE" in refused(PORT="1", PORT_FILE=str(tmp_path / "x"))
    file = tmp_path / "port"
    file.write_text("7")
    assert read(PORT="", PORT_FILE=str(file)).port == 7


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    missing = refused(HF_TOKEN_FILE=str(tmp_path / "none"))
    assert "HF_TOKEN_FILE cannot be read: No such file" in missing
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    assert "HF_TOKEN_FILE names a file that is not UTF-8" in refused(HF_TOKEN_FILE=str(binary))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80.5"),
        ("ENGINE_SLOTS", "0"),
        ("GUIDANCE", "nan"),
        ("GUIDANCE", "inf"),
        ("GUIDANCE", "-1"),
        ("REPLY_TOKEN_LIFE", "61"),
        ("TICKET_AFTER", "56"),
        ("S3_URL_DAYS", "8"),
        ("STEPS", "many"),
        ("PUSH", "2"),
        ("PUBLIC_URL", "efude.example"),
        ("PUBLIC_URL", "ftp://efude.example"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://[half"),
        ("LINE_API_URL", "https://api.li\tne.me"),
        ("BROKER_URL", "sqs://x"),
        ("BROKER_URL", "memory://"),
        ("DATABASE_URL", "sqlite://x"),
        ("MODEL", "a\nb"),
        ("LOG_FORMAT", "yaml"),
    ],
)
def test_bad_values_are_refused_by_name(name: str, value: str) -> None:
    assert f"  - {name} " in refused(**{name: value})


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:////srv/e.db", "sqlite:////srv/e.db"),
    ],
)
def test_databases(given: str, seen: str) -> None:
    assert read(DATABASE_URL=given).database_url == seen


def test_secrets_do_not_show() -> None:
    environ = {name.upper(): raw for name, (raw, _) in GOOD.items()}
    settings = Settings.from_env(environ)
    shown = repr(settings) + str(settings)
    for name in SECRETS:
        assert str(GOOD[name][1]) not in shown
    assert {it.name for it in fields(Settings) if it.metadata["secret"]} == SECRETS


def test_a_bad_secret_is_not_quoted() -> None:
    for name in ("DATABASE_URL", "BROKER_URL", "ADMIN_PASSWORD"):
        assert "hunter2" not in refused(**{name: "mysql://u:hunter2@h\x07/d"})


def test_every_setting_is_explained() -> None:
    for item in fields(Settings):
        assert item.metadata["help"].endswith(".")
