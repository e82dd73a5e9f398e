"""Every test starts with an environment that says nothing about Efude."""

from __future__ import annotations

import os
import re
from dataclasses import fields
from pathlib import Path

import pytest

from bot.settings import Settings

_OURS = frozenset(item.name.upper() for item in fields(Settings))
_PREFIXES = ("LINE_", "S3_", "AWS_", "SIMULATOR_", "BROKER_", "CELERY_", "HF_", "HUGGING_FACE_")
_OTHERS = frozenset({"HOST", "WEB_CONCURRENCY", "GUNICORN_CMD_ARGS"})


# A module that says of itself, in its first lines, that it is not quick.
_NOT_QUICK = re.compile(
    r"^pytestmark = (?:.*|\[\s+)pytest\.mark\.(slow|scenario|browser|services)\b", re.MULTILINE
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--quick`: only the quick unit tests; slow modules are not even imported, and so no torch."""
    parser.addoption("--quick", action="store_true", help="only the quick unit tests")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Pass over whole modules that are not quick."""
    if not config.getoption("--quick"):
        return None
    if collection_path.is_dir():
        return collection_path.name == "scenarios" or None
    if collection_path.suffix != ".py":
        return None
    return bool(_NOT_QUICK.search(collection_path.read_text(encoding="utf-8"))) or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Pass over single tests that are not quick."""
    slow = {"slow", "scenario", "browser", "services"}
    if config.getoption("--quick"):
        items[:] = [it for it in items if not slow & {mark.name for mark in it.iter_markers()}]


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
