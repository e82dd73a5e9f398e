"""Settings: read once, checked loudly, silent about secrets."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from bot.settings import RENAMED, SettingError, Settings

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
    "broker_ca_file": ("/etc/ssl/ca.pem", Path("/etc/ssl/ca.pem")),
    "database_url": ("postgres://u:p@db/x", "postgresql+psycopg://u:p@db/x"),
    "s3_bucket": ("pictures", "pictures"),
    "s3_endpoint_url": ("http://minio:9000", "http://minio:9000"),
    "s3_public_url": ("https://cdn.example/b", "https://cdn.example/b"),
    "s3_url_expiry_days": ("1", 1),
    "pictures_dir": ("/srv/絵", Path("/srv/絵")),
    "model": ("rinna/japanese-stable-diffusion", "rinna/japanese-stable-diffusion"),
    "hf_token": ("hf_x", "hf_x"),
    "moderation": ("off", False),
    "blur_flagged": ("on", True),
    "moderation_lists_path": ("/etc/efude/words", Path("/etc/efude/words")),
    "answers_path": ("/etc/efude/answers.toml", Path("/etc/efude/answers.toml")),
    "support_lines": ("町の相談所 012|夜の電話 345", "町の相談所 012|夜の電話 345"),
    "device": ("cuda:1", "cuda:1"),
    "engine_slots": ("4", 4),
    "engine_compile": ("on", "torch"),
    "torch_threads": ("2", 2),
    "tiny_vae_model": ("madebyollin/taesd", "madebyollin/taesd"),
    "lora": ("own/lcm:0.8", "own/lcm:0.8"),
    "num_inference_steps": ("30", 30),
    "guidance_scale": ("7.5", 7.5),
    "admin_password": ("letmein", "letmein"),
    "trusted_proxies": ("1", 1),
    "ticket_after_seconds": ("20", 20.0),
    "reply_token_ttl_seconds": ("50", 50.0),
    "lease_seconds": ("5.5", 5.5),
    "sweep_interval_seconds": ("0.5", 0.5),
    "max_attempts": ("1", 1),
    "max_queued_per_person": ("3", 3),
    "max_queued_per_group": ("20", 20),
    "max_extra_queued": ("0", 0),
    "max_pictures_per_day": ("30", 30),
    "cooldown_seconds": ("1.5", 1.5),
    "push_reserve": ("0", 0),
    "push_enabled": ("OFF", False),
    "retention_days": ("30", 30),
    "operator_name": ("絵筆の会", "絵筆の会"),
    "operator_contact": ("mail@example.jp", "mail@example.jp"),
    "min_age_years": ("13", 13),
    "commercial_use": ("No", "no"),
    "log_format": ("JSON", "json"),
    "log_stream_max_lines": ("0", 0),
    "metrics_token": ("scrape", "scrape"),
    "metrics_port": ("9464", 9464),
    "metrics_host": ("::1", "::1"),
    "step_timeout_seconds": ("90", 90.0),
    "otel_exporter_otlp_endpoint": ("http://127.0.0.1:4318/", "http://127.0.0.1:4318"),
    "sentry_dsn": ("https://key@sentry.example/1", "https://key@sentry.example/1"),
    "max_alarm_pushes_per_month": ("5", 5),
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
    assert (settings.push_enabled, settings.model, settings.port) == (True, None, 8000)


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PORT", "9")
    assert Settings.from_env().port == 9


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_env({"PORT": "http", "PUSH_ENABLED": "maybe", "DATABASE_URL": "mysql://x"})
    text = str(caught.value)
    for name in (*NEEDED, "PORT", "PUSH_ENABLED", "DATABASE_URL"):
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
        ("GUIDANCE_SCALE", "nan"),
        ("GUIDANCE_SCALE", "inf"),
        ("GUIDANCE_SCALE", "-1"),
        ("REPLY_TOKEN_TTL_SECONDS", "61"),
        ("TICKET_AFTER_SECONDS", "56"),
        ("S3_URL_EXPIRY_DAYS", "8"),
        ("NUM_INFERENCE_STEPS", "many"),
        ("PUSH_ENABLED", "2"),
        ("PUBLIC_URL", "efude.example"),
        ("PUBLIC_URL", "ftp://efude.example"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://[half"),
        ("PUBLIC_URL", "https://:8000"),
        ("PUBLIC_URL", "https://efude.example:99999"),
        ("PUBLIC_URL", "https://efude.example:port"),
        ("PUBLIC_URL", "https://efude .example"),
        ("PUBLIC_URL", "https://efude.example/?a=b"),
        ("PUBLIC_URL", "https://efude.example/#a"),
        ("PUBLIC_URL", "https://user:secret@efude.example"),
        ("S3_PUBLIC_URL", "https://efude.example/b?sig=x"),
        ("LINE_CHANNEL_ACCESS_TOKEN", "トークン"),
        ("LINE_CHANNEL_ACCESS_TOKEN", "two words"),
        ("METRICS_TOKEN", "計器"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:////"),
        ("DATABASE_URL", "sqlite:///var/"),
        ("DATABASE_URL", "sqlite:///:memory:?cache=shared"),
        ("DATABASE_URL", "sqlite:///file::memory:?uri=true"),
        ("DATABASE_URL", "sqlite:///file:x?mode=memory&uri=true"),
        ("DATABASE_URL", "postgresql://u:secret@host:port/db"),
        ("DATABASE_URL", "postgresql://u:secret@host:99999/db"),
        ("DATABASE_URL", "postgresql://u:secret@host:5432,other:x/db"),
        ("LINE_API_URL", "https://api.li\tne.me"),
        ("BROKER_URL", "sqs://x"),
        ("BROKER_URL", "memory://"),
        ("DATABASE_URL", "sqlite://x"),
        ("DATABASE_URL", "sqlite:///:memory:"),
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
        # As hosts of poolers show them, for clients of other kinds.
        (
            "postgres://u@h:6543/d?pgbouncer=true&connection_limit=1",
            "postgresql+psycopg://u@h:6543/d",
        ),
        (
            "postgresql://u@h/d?sslmode=require&pool_timeout=0&channel_binding=require",
            "postgresql+psycopg://u@h/d?sslmode=require&channel_binding=require",
        ),
        (
            "postgresql://u@h/d?prepare_threshold=5&statement_cache_size=0",
            "postgresql+psycopg://u@h/d",
        ),
        ("postgresql://u:a?b@h/d", "postgresql+psycopg://u:a?b@h/d"),
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
    assert {item.name for item in fields(Settings) if item.metadata["secret"]} == SECRETS


def test_a_bad_secret_is_not_quoted() -> None:
    for name in ("DATABASE_URL", "BROKER_URL", "ADMIN_PASSWORD"):
        assert "hunter2" not in refused(**{name: "mysql://u:hunter2@h\x07/d"})


def test_every_setting_is_explained() -> None:
    for item in fields(Settings):
        assert item.metadata["help"].endswith(".")


def test_old_names_are_read_with_one_warning_that_names_the_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for old, new in RENAMED.items():
        raw, expected = GOOD[new.lower()]
        file = tmp_path / old
        file.write_text(raw, encoding="utf-8")
        for environ in ({old: raw}, {f"{old}_FILE": str(file)}):
            assert getattr(read(**environ), new.lower()) == expected
            [line] = capsys.readouterr().err.splitlines()
            assert line.startswith(f"warning: {old} is now called {new};")


def test_an_old_name_beside_the_new_one() -> None:
    assert read(TICKET_AFTER="20", TICKET_AFTER_SECONDS="20").ticket_after_seconds == 20
    assert "TICKET_AFTER is the old name of TICKET_AFTER_SECONDS" in refused(
        TICKET_AFTER="20", TICKET_AFTER_SECONDS="30"
    )


def test_no_contract_name_was_renamed() -> None:
    assert set(RENAMED.values()) <= {name.upper() for name in NAMES}
    assert not set(RENAMED) & {name.upper() for name in NAMES}
