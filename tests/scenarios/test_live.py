"""`make live`: from a channel's two secrets to the first answered message, as real processes."""

from __future__ import annotations

import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from bot.operations.setup.env_file import EnvFile
from simulator.client import AOI, SimulatorClient
from simulator.launch import running
from tests import ROOT
from tests.scenarios.processes import eventually, free_ports

pytestmark = pytest.mark.scenario

SECRET, TOKEN = "8c570fa6dd201bb328f1c1eac23a96d8", "a-channel-access-token"
PATIENCE = 280.0


class Run:
    """`python -m scripts.live` in a folder of its own; what it prints, line by line."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scripts.live", "--folder", str(folder)],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.printed: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self.process.stdout.close()
        self._lines.put(None)

    def wait_for(self, pattern: str) -> str:
        """Return the first further line with this pattern."""
        while (line := self._lines.get(timeout=PATIENCE)) is not None:
            self.printed.append(line)
            if re.search(pattern, line):
                return line
        raise AssertionError(f"it ended without {pattern!r}:\n" + "\n".join(self.printed))

    def end(self, number: int | None = None) -> int:
        """Wait for its end, after a signal if one is named; return the exit status."""
        if number is not None:
            self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        while (line := self._lines.get(timeout=PATIENCE)) is not None:
            self.printed.append(line)
        return status

    @property
    def text(self) -> str:
        return "\n".join(self.printed)


@pytest.fixture
def line() -> Iterator[SimulatorClient]:
    """LINE, whose console knows no webhook yet."""
    with running(secret=SECRET, token=TOKEN) as client:
        yield client


@pytest.fixture
def env(line: SimulatorClient, tmp_path: Path, model: Path) -> dict[str, str]:
    web, broker = (str(port) for port in free_ports(2))
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
        "PORT": web,
        "BROKER_PORT": broker,
        "LINE_API_URL": line.base_url,
        "LINE_CHANNEL_SECRET": SECRET,
        "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
        "PUBLIC_URL": f"http://127.0.0.1:{web}/callback/",  # as it may have been pasted
        "MODEL": str(model),
        "DEVICE": "cpu",
        "ENGINE_COMPILE": "off",
        "LOG_FORMAT": "text",
    }


@contextmanager
def live(folder: Path, env: dict[str, str]) -> Iterator[Run]:
    """A run that leaves nothing behind."""
    folder.mkdir(exist_ok=True)
    run = Run(folder, env)
    try:
        yield run
    finally:
        family = psutil.Process(run.process.pid).children(recursive=True) if _lives(run) else []
        run.process.kill()
        for child in family:
            try:
                child.kill()
            except psutil.NoSuchProcess:
                continue
        run.process.wait(10)


def _lives(run: Run) -> bool:
    return run.process.poll() is None and psutil.pid_exists(run.process.pid)


@pytest.mark.timeout(600)
def test_from_two_secrets_to_the_first_picture_and_once_more(
    line: SimulatorClient, env: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "home"
    with live(folder, env) as run:
        run.wait_for("Waiting for it")
        assert line.call("GET", "/api/richmenu") is not None
        line.send(AOI, "赤いりんご")
        run.wait_for("The first message has come")
        run.wait_for("Your bot works")
        line.wait_for(AOI, lambda message: message.by_bot and message.type == "image", PATIENCE)
        assert run.end(signal.SIGINT) == 0
    assert "https://line.me/R/ti/p/%40efude" in run.text
    assert run.text.count("█") > 100, "the QR code"
    for secret in (SECRET, TOKEN):
        assert secret not in run.text
        assert secret not in (folder / "live" / "live.log").read_text(encoding="utf-8")
    file = folder / ".env"
    assert file.stat().st_mode & 0o777 == 0o600
    kept = EnvFile(file).values
    assert kept["LINE_CHANNEL_SECRET"] == SECRET
    assert kept["PUBLIC_URL"] == f"http://127.0.0.1:{env['PORT']}"
    for port in (env["PORT"], env["BROKER_PORT"]):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(port))) != 0, "something still listens"

    # Again, with nothing in the environment but where to look: all of it stands in the file.
    bare = {name: value for name, value in env.items() if name not in kept}
    with live(folder, bare) as run:
        run.wait_for("The menu under the chat is there already")
        run.wait_for("Waiting for it")
        assert run.end(signal.SIGTERM) == 0
    assert EnvFile(file).values == kept
    assert "is fine as it is" in run.text


@pytest.mark.timeout(600)
def test_a_webhook_address_that_leads_nowhere_stops_it_with_a_sentence(
    line: SimulatorClient, env: dict[str, str], tmp_path: Path
) -> None:
    nowhere = free_ports(1)[0]
    address = f"http://127.0.0.1:{nowhere}"
    with live(tmp_path / "home", env | {"PUBLIC_URL": address}) as run:
        assert run.end() == 2
    assert f"LINE could not connect to {address}/callback" in run.text
    assert f"leads to port {env['PORT']}" in run.text
    assert "Traceback" not in run.text
    eventually(
        "all of it is gone",
        lambda: (
            not any(
                str(tmp_path) in " ".join(process.info["cmdline"] or ())
                for process in psutil.process_iter(["cmdline"])
            )
        ),
        PATIENCE,
    )
