"""A process that cannot start says why where operators look, not only where it was started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from flask import Flask
from structlog.testing import capture_logs

from bot.app import create_app
from bot.settings import Settings
from bot.telemetry import log_stream, logs
from bot.web import terms
from tests import ROOT
from tests.bot.harness import SECRET, TOKEN
from tests.bot.valkey import Valkey, valkey


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.mark.parametrize(
    ("process", "change", "meaning"),
    [
        ("worker", {"MODEL": "/no/such/folder"}, "Set MODEL"),
        ("worker", {"DEVICE": "quantum"}, "quantum"),
        ("migrate", {"DATABASE_URL": "sqlite:////proc/none/e.db"}, "/proc"),
        ("migrate", {"DATABASE_URL": "sqlite:////proc/e.db"}, "bot doctor"),
    ],
)
def test_why_a_process_ended_is_in_the_live_log(
    settings: Settings, broker: Valkey, process: str, change: dict[str, str], meaning: str
) -> None:
    broker.client.delete(log_stream.STREAM_KEY)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "LINE_CHANNEL_SECRET": SECRET,
        "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
        "PUBLIC_URL": settings.public_url,
        "BROKER_URL": broker.url,
        "DATABASE_URL": settings.database_url,
        "ENGINE_COMPILE": "off",
        **change,
    }
    command = [sys.executable, "-m", "bot", process]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    last_line = [json.loads(line) for line in done.stdout.splitlines()][-1]
    assert (last_line["event"], last_line["level"], last_line["process"]) == (
        "process.crashed",
        "critical",
        process,
    )
    assert meaning in last_line["meaning"]
    assert "Traceback" not in done.stderr, "it is said once"
    kept = [entry.line for entry in log_stream.newest(broker.client, 10)]
    assert kept[-1]["event"] == "process.crashed"
    assert kept[-1]["meaning"] == last_line["meaning"]


def test_a_web_process_that_cannot_start(
    settings: Settings, own_logs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_app: Flask, _settings: Settings) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(terms, "init_app", fail)
    monkeypatch.setattr(logs, "configure", lambda *_: None)
    with capture_logs() as written, pytest.raises(RuntimeError, match="no room"):
        create_app(settings)
    [line] = [entry for entry in written if entry["event"] == "process.crashed"]
    assert (line["log_level"], line["error"]) == ("critical", "RuntimeError")
