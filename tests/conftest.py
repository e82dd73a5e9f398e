"""Every test starts with an environment that says nothing about Efude."""

from __future__ import annotations

import os
from dataclasses import fields

import pytest

from bot.settings import Settings

_OURS = frozenset(item.name.upper() for item in fields(Settings))
_PREFIXES = ("LINE_", "S3_", "AWS_", "SIMULATOR_", "BROKER_", "CELERY_", "HF_", "HUGGING_FACE_")
_OTHERS = frozenset({"HOST", "WEB_CONCURRENCY", "GUNICORN_CMD_ARGS"})


def is_setting(name: str) -> bool:
    """Whether a variable of the environment would change how Efude, or a part of it, behaves."""
    plain = name.removesuffix("_FILE")
    return plain in _OURS or name in _OTHERS or name.startswith(_PREFIXES)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer's or the CI's shell sets must not decide how a test ends."""
    for name in list(os.environ):
        if is_setting(name):
            monkeypatch.delenv(name)
