"""The demo's supervisor: what ends is started again, and Ctrl-C ends everything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import ROOT

SCRIPT = """
import signal
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may ignore it
from scripts.supervisor import Supervisor
supervisor = Supervisor()
for name, line in {commands!r}.items():
    supervisor.add_process(name, line, cwd={folder!r})
supervisor.loop()
print("returned", supervisor.returncode)
"""


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def pids(folder: Path, name: str) -> list[int]:
    """The process ids of all lives of a process, oldest first."""
    path = folder / name
    return [int(line) for line in path.read_text().split()] if path.exists() else []


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Processes that note their ids: one ends with 0, one with 3, one stays, one will not stop."""
    commands = {
        "ends": "echo $$ >> ends; exit 0",
        "fails": "echo $$ >> fails; exit 3",
        "stays": "echo $$ >> stays; exec sleep 600",
        "leaves": "sleep 600 & echo $! >> orphan; echo $$ >> leaves; wait",
        "stubborn": "trap '' TERM; echo $$ >> stubborn; while :; do sleep 0.2; done",
    }
    script = SCRIPT.format(commands=commands, folder=str(tmp_path))
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    until(lambda: all(pids(tmp_path, name) for name in commands))
    yield process
    process.kill()
    if process.stdout is not None and not process.stdout.closed:
        process.communicate()


def test_what_ends_is_started_again_and_the_rest_goes_on(
    supervised: subprocess.Popen[str], tmp_path: Path
) -> None:
    """Whether it ended well, badly or by kill -9; all end at SIGINT, also the stubborn one."""
    [staying], [stubborn] = pids(tmp_path, "stays"), pids(tmp_path, "stubborn")
    until(lambda: len(pids(tmp_path, "ends")) > 1 and len(pids(tmp_path, "fails")) > 1)
    assert pids(tmp_path, "stays") == [staying], "it lives on"
    os.kill(staying, signal.SIGKILL)
    until(lambda: len(pids(tmp_path, "stays")) == 2)
    orphan = pids(tmp_path, "orphan")[0]
    os.kill(pids(tmp_path, "leaves")[0], signal.SIGKILL)
    until(lambda: len(pids(tmp_path, "leaves")) == 2 and not is_running(orphan))
    assert supervised.poll() is None

    supervised.send_signal(signal.SIGINT)
    output, _ = supervised.communicate(timeout=60)
    assert output.splitlines()[-1] == "returned 130"
    assert "fails ended (rc=3)" in output
    for pid in (pids(tmp_path, "stays")[-1], stubborn, pids(tmp_path, "orphan")[-1]):
        until(lambda pid=pid: not is_running(pid))  # type: ignore[misc]


def test_the_end_of_the_terminal_ends_everything(
    supervised: subprocess.Popen[str], tmp_path: Path
) -> None:
    """Nobody reads any more what it prints, and nothing is left behind."""
    running = [pids(tmp_path, name)[-1] for name in ("stays", "stubborn", "leaves", "orphan")]
    assert supervised.stdout is not None
    supervised.stdout.close()
    supervised.send_signal(signal.SIGHUP)
    assert supervised.wait(60) == 0
    for pid in running:
        until(lambda pid=pid: not is_running(pid))  # type: ignore[misc]


def is_running(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
