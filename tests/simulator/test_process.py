"""`python -m simulator` as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from simulator.client import AOI, SimulatorClient
from simulator.config import Config
from simulator.launch import running
from tests.simulator.conftest import Bot, Line, text


def start(*options: str, **environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "simulator", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environ,
    )


def base_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().rpartition(" ")[2].strip()


def test_a_bot_can_talk_to_it(bot: Bot) -> None:
    with running(webhook=bot.url, secret="S", token="T") as sim:
        line = Line(sim.base_url, "T")
        sim.send(AOI, "はい", wait=True)
        assert line.reply(bot.events()[0]["replyToken"], text()).status == 200
        assert sim.wait_for(AOI).text == "はい"
        line.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once(how: signal.Signals) -> None:
    process = start("--port", "0")
    with SimulatorClient(base_url(process)) as sim:
        sim.fault("*", "hang", times=-1)
        port = int(sim.base_url.rpartition(":")[2])
        hanging = socket.create_connection(("127.0.0.1", port))
        hanging.sendall(b"GET /v2/bot/info HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        sim.wait_for_request(lambda entry: entry["fault"] == "hang")
        started = time.monotonic()
        process.send_signal(how)
        _, errors = process.communicate(timeout=10)
        assert time.monotonic() - started < 2
        assert hanging.recv(1) == b""
        hanging.close()
    assert (process.returncode, errors) == (0, "")


def test_a_taken_port_is_told_kindly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = start("--port", str(port))
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert f"port {port} is taken" in errors
    assert "--port" in errors
    assert "Traceback" not in errors


def test_a_wrong_environment_is_told() -> None:
    process = start(SIMULATOR_PORT="eight thousand")
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "SIMULATOR_PORT" in errors


def test_the_environment_is_read() -> None:
    config = Config.from_env(
        {
            "SIMULATOR_PORT": "9001",
            "SIMULATOR_WEBHOOK": "http://127.0.0.1:8000/callback",
            "SIMULATOR_QUOTA": "5",
            "LINE_CHANNEL_SECRET": "s",
            "LINE_CHANNEL_ACCESS_TOKEN": "t",
        }
    )
    assert config == Config("127.0.0.1", 9001, "http://127.0.0.1:8000/callback", "s", "t", 5)
    assert Config.from_env({}) == Config()
