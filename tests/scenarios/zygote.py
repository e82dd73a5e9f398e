"""The process that starts all processes of the stories: python -m tests.scenarios.zygote FD TORCH.

Importing takes each process seconds of the CPU, and the stories start hundreds. So where it is
wished for, a process is a fork of this one, which has all modules in memory; from there on it is
what its command line says: a process with a group, an environment, a folder and a log file of its
own, which signals reach and kill. Whatever reads the environment at import is not
imported here, but for ENV, which is the same in every house. A second zygote (TORCH is 1) has torch
in memory besides, for workers that paint. When the tests end, however they do, nothing that was
started here stays behind.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import shlex
import signal
import socket
import string
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from tests import ROOT

Json = dict[str, Any]
# What `python -m` may name, with and without torch.
MODULES = frozenset(
    {"bot", "simulator", "tests.scenarios.hanging_worker", "tests.scenarios.stub_worker"}
)
PRELOADED = (
    "bot.cli",
    "bot.tasks.app",
    "bot.tasks.run",
    "bot.app",
    "bot.web.server.worker",
    "celery.app.amqp",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.worker",
    "celery.concurrency.thread",
    "celery.worker.consumer",
    "gunicorn.app.wsgiapp",
    "gunicorn.arbiter",
    "linebot.v3.messaging",
    "simulator.__main__",
    "simulator.app",
    "simulator.server",
    "inference.images.encode",
    "inference.models.catalog",
)
TORCH_PRELOADED = (
    "inference.backends.load",
    "inference.engine.painter",
    "diffusers.models.autoencoders.autoencoder_kl",
    "diffusers.models.unets.unet_2d_condition",
    "transformers.models.clip.modeling_clip",
)
# What libraries read when they are imported; and one thread more would be missing in every fork.
ENV = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
POLL_SECONDS = 0.01
ANSWER_SECONDS = 400.0  # the first question of all waits for the imports


class Started:
    """One process, as far as subprocess.Popen would tell of it."""

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self._zygote = zygote
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status (negative: the signal), or None while it runs."""
        if self.returncode is None:
            self.returncode = self._zygote.ask({"poll": self.pid})["status"]
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status; raises TimeoutExpired when it runs for longer."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
            time.sleep(POLL_SECONDS)
        return status

    def terminate(self) -> None:
        """SIGTERM, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)


class Zygote:
    """The process that forks; it ends with whoever started it. torch: whether it has loaded it."""

    def __init__(self, *, torch: bool = False) -> None:
        self._lock = threading.Lock()
        self._asked = 0
        ours, theirs = socket.socketpair()
        with theirs:
            fd = theirs.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.scenarios.zygote", str(fd), str(int(torch))],
                env={
                    "PATH": os.environ["PATH"],
                    "PYTHONPATH": str(ROOT),
                    "LANG": "C.UTF-8",
                    **ENV,
                },
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                pass_fds=[fd],
                start_new_session=True,  # an interrupt of the tests is not its business
            )
        ours.settimeout(ANSWER_SECONDS)
        self._socket = ours
        self._answers = ours.makefile("r", encoding="utf-8")

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, question: Json) -> Json:
        """Send a question, return the answer to it.

        A test whose time is over is interrupted anywhere, here too: the answer it did not wait
        for is passed over by the next question. Raises TimeoutError without one.
        """
        with self._lock:
            self._asked += 1
            number = self._asked
            self._socket.sendall(json.dumps({**question, "number": number}).encode() + b"\n")
            for line in self._answers:
                answer: Json = json.loads(line)
                if answer["number"] == number:
                    return answer
        raise AssertionError("the process that the stories' processes are forks of has ended")

    def start(
        self, command: str, env: Mapping[str, str], folder: Path, log: Path, *, fork: bool
    ) -> Started:
        """Start a shell's command line. fork: without importing anything, if that is possible."""
        words = shlex.split(string.Template(command).safe_substitute(env)) if fork else []
        question = {
            "words": words if fork and _can_fork(words) else None,
            "command": command,
            "env": dict(env),
            "folder": str(folder),
            "log": str(log),
        }
        return Started(self, self.ask(question)["pid"])

    def close(self) -> None:
        """End it."""
        self._answers.close()
        self._socket.close()
        self._process.wait()


@cache
def zygote(*, torch: bool = False) -> Zygote:
    """The one of this process, with or without torch, started when it is first needed."""
    item = Zygote(torch=torch)
    atexit.register(item.close)
    return item


def _can_fork(words: list[str]) -> bool:
    """Whether what this command line imports can have been imported."""
    return words[0] == "gunicorn" or (words[:2] == ["python", "-m"] and words[2] in MODULES)


def _serve(connection: socket.socket, torch: bool) -> Json | None:
    """Fork as asked: None when nobody asks any more; in a fork, what it shall become."""
    statuses: dict[int, int | None] = {}
    with connection, connection.makefile("r", encoding="utf-8") as lines:
        for line in lines:
            question: Json = json.loads(line)
            if "poll" in question:
                answer = {"status": _poll(question["poll"], statuses)}
            else:
                if question["words"]:
                    _preload(torch)
                pid = os.fork()
                with suppress(PermissionError, ProcessLookupError):  # it is on already, or over
                    os.setpgid(pid, pid)  # by both: whoever is first, a signal finds the group
                if pid == 0:
                    return question
                statuses[pid] = None
                answer = {"pid": pid}
            # Not by `lines`: a text file that is written to forgets the lines it has read ahead.
            connection.sendall(
                json.dumps({**answer, "number": question["number"]}).encode() + b"\n"
            )
    for pid in statuses:
        if _poll(pid, statuses) is None:
            os.killpg(pid, signal.SIGKILL)
    return None


@cache
def _preload(torch: bool) -> None:
    for name in (*PRELOADED, *(TORCH_PRELOADED if torch else ())):
        import_module(name)
    assert torch == ("torch" in sys.modules), "what needs no torch must not have loaded it"
    assert len(os.listdir("/proc/self/task")) == 1, "a fork would lack the other threads"
    gc.freeze()


def _poll(pid: int, statuses: dict[int, int | None]) -> int | None:
    """The exit status of a child, or None while it runs."""
    if statuses[pid] is None:
        done, status = os.waitpid(pid, os.WNOHANG)
        statuses[pid] = os.waitstatus_to_exitcode(status) if done else None
    return statuses[pid]


def _become(question: Json) -> None:
    """Leave all that was the zygote's but its modules, and run."""
    log = os.open(question["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.chdir(question["folder"])
    if not question["words"]:  # `exec`, so that the process is not the shell's
        os.execve("/bin/sh", ["sh", "-c", f"exec {question['command']}"], question["env"])
    os.environ.clear()
    os.environ.update(question["env"])
    time.tzset()
    words: list[str] = question["words"]
    if words[0] == "gunicorn":
        from gunicorn.app.wsgiapp import run

        sys.argv = words
        run()
    else:
        sys.argv = words[2:]
        runpy.run_module(words[2], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    if _task := _serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2] == "1"):
        _become(_task)
