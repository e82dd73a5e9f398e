"""Every test starts with an environment that says nothing about Efude."""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from bot.settings import Settings

_OURS = frozenset(item.name.upper() for item in fields(Settings))
_PREFIXES = ("LINE_", "S3_", "AWS_", "SIMULATOR_", "BROKER_", "CELERY_", "HF_", "HUGGING_FACE_")
_OTHERS = frozenset({"HOST", "WEB_CONCURRENCY", "GUNICORN_CMD_ARGS"})
_LANGUAGES = ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG")

# How long an example takes is no matter of a test: a machine may be busy.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")

_SLOW_MARKS = frozenset({"slow", "scenario", "browser", "services"})
# A module that says of itself, in its first lines, that it is not quick.
_NOT_QUICK = re.compile(
    rf"^pytestmark = (?:.*|\[\s+)pytest\.mark\.({'|'.join(_SLOW_MARKS)})\b", re.MULTILINE
)
_ANY_SLOW_MARK = re.compile(rf"pytest\.mark\.({'|'.join(_SLOW_MARKS)})\b")
_CORE_MARK = re.compile(r"pytest\.mark\.core\b")
_DURATION = re.compile(r"^(\d+\.\d+)s \w+ +(tests/\S+?\.py)::", re.MULTILINE)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The three parts of the suite; modules of other parts are not even imported."""
    parser.addoption("--quick", action="store_true", help="only the quick unit tests: no torch")
    parser.addoption("--core", action="store_true", help="of the slow tests, those marked core")
    parser.addoption("--rest", action="store_true", help="the slow tests that are not marked core")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Pass over modules in which nothing belongs to the part that was asked for."""
    quick, core, rest = (config.getoption(name) for name in ("--quick", "--core", "--rest"))
    if not (quick or core or rest) or collection_path.suffix != ".py":
        return None
    story = "scenarios" in collection_path.relative_to(config.rootpath).parts
    text = collection_path.read_text(encoding="utf-8")
    if quick:
        return story or bool(_NOT_QUICK.search(text)) or None
    if core:
        return not _CORE_MARK.search(text) or None
    return not (story or _ANY_SLOW_MARK.search(text)) or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Pass over single tests of the other part; of the rest, files that took longest go first.

    What real processes and a browser do depends on how busy the machine is, so a story that fails
    is told once more; the summary names it as RERUN.
    """

    def is_slow(item: pytest.Item) -> bool:
        return any(mark.name in _SLOW_MARKS for mark in item.iter_markers())

    if config.getoption("--quick"):
        if "torch" in sys.modules:  # it takes a fifth of the time in which all are collected
            raise pytest.UsageError("a module among the quick tests imports torch: mark it slow")
        items[:] = [item for item in items if not is_slow(item)]
    core, rest = config.getoption("--core"), config.getoption("--rest")
    if core or rest:
        items[:] = [
            item
            for item in items
            if is_slow(item) and bool(item.get_closest_marker("core")) == core
        ]
        seconds = stored_seconds(config.rootpath / "tests" / "durations.txt")
        items.sort(key=lambda item: -seconds[item.nodeid.partition("::")[0]])
    for item in items:
        if item.get_closest_marker("scenario") or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def stored_seconds(durations: Path) -> defaultdict[str, float]:
    """How long each file of tests took, as far as `make durations` has kept it."""
    seconds: defaultdict[str, float] = defaultdict(float)
    if durations.exists():
        for took, file in _DURATION.findall(durations.read_text(encoding="utf-8")):
            seconds[file] += float(took)
    return seconds


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
    for name in _LANGUAGES:  # the commands speak English without them
        monkeypatch.delenv(name, raising=False)
