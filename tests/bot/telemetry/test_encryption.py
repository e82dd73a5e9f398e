"""Which settings are warned of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.operations.doctor.services import check_encryption
from bot.settings import Settings
from bot.telemetry import encryption

FINE: tuple[dict[str, Any], ...] = (
    {},
    {"line_api_url": "https://api.line.me", "broker_url": "rediss://:secret@redis.example/0"},
    {"broker_url": "amqps://user:secret@rabbit.example/"},
    {"broker_url": "redis://localhost/0", "s3_endpoint_url": "http://127.0.0.7:9000"},
    {"broker_url": "redis://[::1]:6379/0", "s3_public_url": "https://pictures.example"},
)
PLAIN: tuple[dict[str, Any], ...] = (
    {"line_api_url": "http://192.0.2.1"},
    {"broker_url": "redis://:secret@redis/0"},
    {"broker_url": "amqp://user:secret@localhost.example/"},
    {"s3_endpoint_url": "http://[2001:db8::1]:9000"},
    {"s3_public_url": "http://pictures.example", "line_api_url": "http://line.example"},
)


def test_what_stays_here_or_is_encrypted_is_fine(settings: Settings) -> None:
    for values in FINE:
        with capture_logs() as lines:
            encryption.warn(replace(settings, **values))
        assert lines == []


@pytest.mark.parametrize("values", PLAIN)
def test_what_leaves_unencrypted_is_warned_of(settings: Settings, values: dict[str, Any]) -> None:
    house = replace(settings, **values)
    with capture_logs() as lines:
        encryption.warn(house)
    [line] = lines
    assert sorted(line["settings"]) == sorted(name.upper() for name in values)
    assert "secret" not in str(line)
    says = str(check_encryption(house))
    assert "warning" in says
    assert all(name.upper() in says for name in values)
