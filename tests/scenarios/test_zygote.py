"""What the zygote starts is a process like any other, and goes when the tests go."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.scenarios.processes import START_SECONDS, eventually
from tests.scenarios.zygote import Started, Zygote


@pytest.fixture
def zygote() -> Iterator[Zygote]:
    item = Zygote()
    yield item
    item.close()


def start(zygote: Zygote, command: str, folder: Path, *, fork: bool = False) -> Started:
    env = {"PATH": "/usr/bin:/bin", "WORD": "りんご"}
    return zygote.start(command, env, folder, folder / "log", fork=fork)


def test_a_command_line_has_its_folder_environment_log_and_status(
    zygote: Zygote, tmp_path: Path
) -> None:
    assert start(zygote, 'sh -c "pwd; echo $WORD; exit 3"', tmp_path).wait(60) == 3
    assert (tmp_path / "log").read_text(encoding="utf-8").split() == [str(tmp_path), "りんご"]


@pytest.mark.parametrize("fork", [False, True])
def test_a_signal_ends_it(zygote: Zygote, tmp_path: Path, fork: bool) -> None:
    process = start(zygote, "sleep 600", tmp_path, fork=fork)
    assert process.poll() is None
    process.terminate()
    assert process.wait(60) == -signal.SIGTERM


def test_a_fork_is_what_its_command_line_says(zygote: Zygote, tmp_path: Path) -> None:
    """The bot without its settings says what it lacks, with the status for that."""
    assert start(zygote, "python -m bot courier", tmp_path, fork=True).wait(START_SECONDS) == 2
    assert "LINE_CHANNEL_SECRET" in (tmp_path / "log").read_text(encoding="utf-8")


def test_an_interrupted_question_leaves_the_next_its_own_answer(
    zygote: Zygote, tmp_path: Path
) -> None:
    """As when a test's time is over in the middle of a question."""
    process = start(zygote, "sleep 600", tmp_path)
    before = signal.signal(signal.SIGUSR1, _interrupt)
    os.kill(zygote.pid, signal.SIGSTOP)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGUSR1))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            process.poll()
    finally:
        timer.join()
        os.kill(zygote.pid, signal.SIGCONT)
        signal.signal(signal.SIGUSR1, before)
    assert start(zygote, "sh -c 'exit 7'", tmp_path).wait(60) == 7
    assert process.poll() is None


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_nothing_stays_behind(zygote: Zygote, tmp_path: Path) -> None:
    process = psutil.Process(start(zygote, "sh -c 'sleep 600 & sleep 600'", tmp_path).pid)
    eventually("both are there", lambda: len(process.children()) == 2, 60)
    family = [process, *process.children()]
    zygote.close()
    psutil.wait_procs(family, 60)
    assert [
        process
        for process in family
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ] == []
