"""The scenarios' house with the probes that a measurement needs."""

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
from functools import partial
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from benchmarks.load import Outcome
from bot.queue.app import GPU, IO
from bot.store.schema import inbox
from tests.scenarios.house import House
from tests.scenarios.processes import Process, eventually, free_ports

TICK = os.sysconf("SC_CLK_TCK")
MB = 1024 * 1024
_BESIDE = ("hello", "naive")  # applications to compare with, under the same gunicorn settings
_GUNICORN = "gunicorn -c python:bot.gunicorn_conf benchmarks.{}:app"
_OF_THE_PAINTER = (
    *("MODEL", "DEVICE", "NUM_INFERENCE_STEPS", "ENGINE_COMPILE"),
    *("HOME", "XDG_CACHE_HOME", "HF_HOME", "HF_HUB_OFFLINE"),
)


class MeasuredHouse(House):
    """A house beside which an empty Flask application and a naive bot may run.

    It paints with the model and on the device that this process's environment names, with as many
    threads as the machine has.
    """

    def __init__(self, folder: Path) -> None:
        painter = {name: os.environ.get(name, "") for name in _OF_THE_PAINTER}
        # Hardly a ticket: on a slow machine too, a picture comes by itself.
        settings = {"OMP_NUM_THREADS": str(os.cpu_count() or 1), "TICKET_AFTER_SECONDS": "54.9"}
        super().__init__(folder, Path(), painter | settings)
        ports = dict(zip(_BESIDE, free_ports(len(_BESIDE)), strict=True))
        self.ports = {"web": int(self.env["PORT"]), **ports}
        # Another database of the same broker, so that nobody reads the naive bot's messages.
        broker = {"NAIVE_BROKER_URL": self.env["BROKER_URL"].rsplit("/", 1)[0] + "/5"}
        self.beside = {
            name: Process(
                name,
                _GUNICORN.format({"naive": "naive_bot"}.get(name, name)),
                {**self.env, **broker, "PORT": str(port)},
                folder,
            )
            for name, port in ports.items()
        }

    def _ready(self, name: str) -> bool:
        try:
            return super()._ready(name)
        except RedisError:  # the broker is just starting
            return False

    def migrate(self) -> None:
        """Create the database."""
        command = [sys.executable, "-m", "bot", "migrate"]
        subprocess.run(command, env=self.env, cwd=self.folder, check=True, capture_output=True)

    def start_beside(self, *names: str) -> None:
        """Start "hello", the empty Flask application, or "naive", the naive bot."""
        for name in names:
            self.beside[name].start()
        for name in names:
            eventually(f"{name} serves", partial(self._serves, name), 60.0)

    def _serves(self, name: str) -> bool:
        try:
            status, _ = self.get(f"http://127.0.0.1:{self.ports[name]}/callback")
        except OSError:
            return False
        return status in {200, 405}

    def close(self) -> None:
        """Kill all processes."""
        for process in self.beside.values():
            process.kill()
        self.processes = {
            name: process for name, process in self.processes.items() if process.alive
        }
        super().close()

    def logged_at(self, name: str, event: str) -> float | None:
        """Return when a process first logged this event, in seconds since 1970. Returns None if it
        has not.
        """
        for line in self.log_lines(name):
            if event in line and line.startswith("{"):
                entry = json.loads(line)
                if entry["event"] == event:
                    return dt.datetime.fromisoformat(entry["timestamp"]).timestamp()
        return None

    def waiting(self) -> int:
        """Return the number of messages in the queues."""
        with Redis.from_url(self.settings.broker_url) as broker:
            return sum(int(broker.llen(name)) for name in (GPU, IO))

    def cpu(self, name: str) -> float:
        """Return the CPU seconds that a process and its living children have used."""
        total = 0
        for pid in self._pids(name):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICK

    def resident(self, name: str) -> float:
        """Return the memory of a process and its children in MB; shared pages count once."""
        total = 0.0
        for pid in self._pids(name):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total * 1024 / MB

    def maps(self, name: str, library: str) -> bool:
        """Return whether a process or a child maps a file of this package."""
        maps = (Path(f"/proc/{pid}/maps").read_text() for pid in self._pids(name))
        return any(f"/{library}/" in mapping for mapping in maps)

    def unread(self) -> int:
        """Return the number of events in the inbox."""
        return len(self.rows(inbox))

    def load(self, target: str, count: int, rate: float | None = None) -> Outcome:
        """Send webhooks to "web", "hello" or "naive" from another process (see benchmarks.load)."""
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
        pids = [(self.beside.get(name) or self.processes[name]).pid]
        for pid in pids:
            for thread in Path(f"/proc/{pid}/task").iterdir():
                pids += [int(child) for child in (thread / "children").read_text().split()]
        return pids


@contextmanager
def house(*names: str) -> Iterator[MeasuredHouse]:
    """Run a house with these processes for the length of a `with`; keep its logs on failure."""
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
