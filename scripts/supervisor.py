"""Keep the processes of a Procfile running on one machine: what ends is started again.

honcho starts and prints them; it would end all when one ends.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
import time
from contextlib import suppress
from types import FrameType
from typing import Any

from honcho import process
from honcho.manager import Manager

STOP_SECONDS = 5.0  # after which whatever did not stop is killed
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 15.0  # before something is started again
STEADY_SECONDS = 30.0  # after which a process counts as well again


class _Child(process.Popen):  # type: ignore[misc]
    """A process whose end is the end of its children, too: they may hold its port or its output."""

    def __init__(self, cmd: str, **options: Any) -> None:
        super().__init__(cmd, **options)
        threading.Thread(target=self._end_group, daemon=True).start()

    def _end_group(self) -> None:
        self.wait()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


class Supervisor(Manager):  # type: ignore[misc]
    """Runs processes until SIGINT, SIGTERM, or the terminal's end.

    Add them by `add_process`, then call `loop`.
    """

    def __init__(self, printer: Any = None) -> None:
        super().__init__(printer)
        self._stopping_since: float | None = None
        self._due: dict[str, float] = {}  # name -> when it is started again (monotonic)
        self._pauses: dict[str, float] = {}
        self._started: dict[str, float] = {}

    def add_process(self, name: str, cmd: str, **options: Any) -> Any:
        """Add a process, which `loop` will start. cmd: a shell's command line."""
        added = super().add_process(name, cmd, **options)
        added._child_ctor = _Child
        return added

    def loop(self) -> None:
        """Start all processes, print what they write, and start again what ends."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self._stop)
        for name in self._processes:
            self._launch(name)
        while not (self._stopping_since is not None and self._all_ended()):
            self._handle_events()
            self._start_due()
            if self._overdue():
                self.kill()

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGHUP:  # the terminal is gone, and writing to it would fail
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
        if self._stopping_since is None:
            self.returncode = 128 + number
            self._stopping_since = time.monotonic()
            self.terminate()

    def _overdue(self) -> bool:
        since = self._stopping_since
        return since is not None and time.monotonic() > since + STOP_SECONDS

    def _all_ended(self) -> bool:
        running = (each for each in self._processes.values() if "returncode" not in each)
        return not any(each["process"].is_alive() for each in running) and self.events.empty()

    def _launch(self, name: str) -> None:
        each = self._processes[name]
        each.pop("returncode", None)
        each.pop("pid", None)
        each["process"] = multiprocessing.Process(
            name=name, target=each["obj"].run, args=(self.events, True)
        )
        each["process"].start()
        self._started[name] = time.monotonic()

    def _handle_events(self) -> None:
        try:
            event = self.events.get(timeout=0.1)
        except queue.Empty:
            return
        if event.type == "line":
            self._printer.write(event)
        elif event.type == "start":
            self._processes[event.name]["pid"] = event.data["pid"]
            self._system_print(f"{event.name} started (pid={event.data['pid']})\n")
            if self._stopping_since is not None:  # it was told before it had begun
                self._procmgr.terminate(event.data["pid"])
        elif event.type == "stop":
            self._ended(event.name, event.data["returncode"])

    def _ended(self, name: str, status: int) -> None:
        self._processes[name]["returncode"] = status
        if self._stopping_since is not None:
            self._system_print(f"{name} stopped (rc={status})\n")
            return
        steady = time.monotonic() - self._started[name] > STEADY_SECONDS
        pause = FIRST_PAUSE_SECONDS if steady else self._pauses.get(name, FIRST_PAUSE_SECONDS)
        self._pauses[name] = min(2 * pause, LONGEST_PAUSE_SECONDS)
        self._due[name] = time.monotonic() + pause
        self._system_print(f"{name} ended (rc={status}); it is started again in {pause:.0f} s\n")

    def _start_due(self) -> None:
        if self._stopping_since is not None:
            return
        for name in [name for name, at in self._due.items() if at <= time.monotonic()]:
            del self._due[name]
            self._launch(name)

    def _killall(self, force: bool = False) -> None:
        for name, each in self._processes.items():
            if "returncode" not in each and each.get("pid"):
                signal_name = "SIGKILL" if force else "SIGTERM"
                self._system_print(f"sending {signal_name} to {name} (pid {each['pid']})\n")
                (self._procmgr.kill if force else self._procmgr.terminate)(each["pid"])
