"""The house of the scenarios, with the eyes that a measurement needs."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from benchmarks.load import Outcome
from bot.queue import GPU, IO
from tests.scenarios.house import House
from tests.scenarios.processes import Process, eventually, free_ports

TICK = os.sysconf("SC_CLK_TCK")
MB = 1024 * 1024
_HELLO = "gunicorn -c python:bot.gunicorn_conf benchmarks.hello:app"
_OF_THE_PAINTER = (
    *("MODEL", "DEVICE", "STEPS", "ENGINE_COMPILE"),
    *("HOME", "XDG_CACHE_HOME", "HF_HOME", "HF_HUB_OFFLINE"),
)


class MeasuredHouse(House):
    """A house beside which a bare Flask application runs, under the same gunicorn settings.

    It paints with the model and on the device that this process's environment names, as the demo
    would, with as many threads as the machine has.
    """

    def __init__(self, folder: Path) -> None:
        painter = {name: os.environ.get(name, "") for name in _OF_THE_PAINTER}
        # Hardly a ticket: on a slow machine too, a picture comes by itself.
        more = {"OMP_NUM_THREADS": str(os.cpu_count() or 1), "TICKET_AFTER": "54.9"}
        super().__init__(folder, Path(), painter | more)
        (port,) = free_ports(1)
        self.ports = {"web": int(self.env["PORT"]), "hello": port}
        self.hello = Process("hello", _HELLO, {**self.env, "PORT": str(port)}, folder)

    def _ready(self, name: str) -> bool:
        try:
            return super()._ready(name)
        except RedisError:  # the broker is just starting
            return False

    def migrate(self) -> None:
        """Make the database."""
        command = [sys.executable, "-m", "bot", "migrate"]
        subprocess.run(command, env=self.env, cwd=self.folder, check=True, capture_output=True)

    def start_hello(self) -> None:
        """Start the bare Flask application."""
        self.hello.start()
        eventually("hello serves", lambda: "OK" in self.get_hello(), 30.0)

    def get_hello(self) -> str:
        """What the bare Flask application answers, or nothing yet."""
        try:
            status, body = self.get(f"http://127.0.0.1:{self.ports['hello']}/callback")
        except OSError:
            return ""
        return "OK" if status in {200, 405} else body.decode()

    def close(self) -> None:
        """Kill everything that was started."""
        self.hello.kill()
        self.processes = {name: it for name, it in self.processes.items() if it.alive}
        super().close()

    def said(self, name: str, event: str) -> float | None:
        """When (seconds since 1970) a process first logged this event; None if it has not."""
        for line in self.log_lines(name):
            if event in line and line.startswith("{"):
                entry = json.loads(line)
                if entry["event"] == event:
                    return dt.datetime.fromisoformat(entry["timestamp"]).timestamp()
        return None

    def waiting(self) -> int:
        """How many messages lie on the queues, taken by nobody."""
        with Redis.from_url(self.settings.broker_url) as broker:
            return sum(int(broker.llen(name)) for name in (GPU, IO))

    def cpu(self, name: str) -> float:
        """Seconds of processor time that a process and its living children have used."""
        total = 0
        for pid in self._pids(name):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICK

    def resident(self, name: str) -> float:
        """MB that a process and its children hold; what they share is counted once."""
        total = 0.0
        for pid in self._pids(name):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
            total += sum(int(it.split()[1]) for it in lines if it.startswith("Pss:"))
        return total * 1024 / MB

    def maps(self, name: str, library: str) -> bool:
        """Whether a file of this package is mapped in a process or its children."""
        maps = (Path(f"/proc/{pid}/maps").read_text() for pid in self._pids(name))
        return any(f"/{library}/" in it for it in maps)

    def load(self, target: str, count: int, rate: float | None = None) -> Outcome:
        """Send webhooks to "web" or "hello" from a process of its own (see benchmarks.load)."""
        command = [sys.executable, "-m", "benchmarks.load", "--port", str(self.ports[target])]
        command += ["--count", str(count), *(["--rate", str(rate)] if rate else [])]
        done = subprocess.run(
            command, env=self.env, cwd=self.folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"The load ended early: {done.stderr[-1000:]}")
        outcome = Outcome(**json.loads(done.stdout))
        if set(outcome.statuses) != {"200"}:
            raise RuntimeError(f"{target} answered {outcome.statuses}; every answer should be 200.")
        return outcome

    def _pids(self, name: str) -> list[int]:
        found = [(self.hello if name == "hello" else self.processes[name]).pid]
        for pid in found:
            for thread in Path(f"/proc/{pid}/task").iterdir():
                found += [int(it) for it in (thread / "children").read_text().split()]
        return found


@contextmanager
def house(*names: str) -> Iterator[MeasuredHouse]:
    """A house with these processes running, gone at the end; what it logged stays if it failed."""
    folder = Path(tempfile.mkdtemp(prefix="efude-benchmark-"))
    place = MeasuredHouse(folder)
    try:
        place.migrate()
        place.start(*names)
        yield place
    except BaseException:
        place.close()
        print(f"what the processes wrote is in {folder}", file=sys.stderr)
        raise
    place.close()
    shutil.rmtree(folder, ignore_errors=True)
