"""Processor time that an event and a picture cost each process, with 1 to 4 couriers.

python -m benchmarks.growth; needs PostgreSQL (python -m scripts.servers). Wall-clock speeds are
those of this machine, on which all processes share the cores. What scripts.growth computes from
are processor times, which depend less on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import func, select

from benchmarks.report import machine
from bot.store.schema import deliveries, inbox, jobs
from tests.scenarios.house import House
from tests.scenarios.processes import Process, eventually
from tests.scenarios.servers import PostgreSQL, postgresql

RESULTS = Path(__file__).parent / "results" / "growth.json"
EVENTS, PICTURES, MOST_COURIERS = 1000, 100, 4
PICTURES_BEFORE = 10  # after which everything has what it needs in memory
WISH = "夜の富士山、浮世絵風"
LONGEST_SECONDS = 300.0
LOOK_SECONDS = 0.25  # looking costs the database processor time, too


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and its descendants, those that ended included."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    total = 0.0
    for process in family:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue  # its parent counts it from now on
        total += times.user + times.system + times.children_user + times.children_system
    return total


class Measured(House):
    """A house on PostgreSQL with more than one courier, and a look at processor times."""

    def __init__(self, folder: Path, server: PostgreSQL) -> None:
        # Nobody's second wish waits for the first, and no ticket is sent.
        settings = {"TICKET_AFTER_SECONDS": "54.9", "STUB_STEP_SECONDS": "0"}
        url = server.new_database()
        super().__init__(folder, None, settings, database_url=url)
        assert server.process
        self._postgres = server.process
        courier = self.processes["courier"]
        for number in range(2, MOST_COURIERS + 1):
            name = f"courier{number}"
            self.processes[name] = Process(name, courier.command, courier.env, folder)

    def couriers(self, number: int) -> list[str]:
        """Return the names of so many couriers."""
        return ["courier", *(f"courier{each}" for each in range(2, number + 1))]

    def cpu(self, *names: str) -> dict[str, float]:
        """Return processor seconds: of all couriers together, each other process, the database."""
        used = {"database": cpu_seconds(self._postgres.pid), "courier": 0.0}
        for name in names:
            kind = name.rstrip("0123456789")
            used[kind] = used.get(kind, 0.0) + cpu_seconds(self.processes[name].pid)
        return used

    def count(self, table: Any, *where: Any) -> int:
        """Return the number of rows."""
        with self.database.read() as db:
            return int(
                db.execute(select(func.count()).select_from(table).where(*where)).scalar_one()
            )

    def load(self, events: int) -> float:
        """Send webhooks, each a wish of another person; return events a second."""
        command = [sys.executable, "-m", "benchmarks.load", "--port", self.env["PORT"]]
        done = subprocess.run(
            [*command, "--count", str(events)],
            env=self.env, cwd=self.folder, capture_output=True, text=True, check=True,
        )  # fmt: skip
        outcome = json.loads(done.stdout)
        assert set(outcome["statuses"]) == {"200"}, outcome["statuses"]
        return events / float(outcome["seconds"])


def measure_web(house: Measured, events: int) -> dict[str, float]:
    """Send events to a web process whose couriers are away."""
    before = house.cpu("web")
    speed = house.load(events)
    return _per(events, house.cpu("web"), before) | {"per_second": speed}


def measure_reading(house: Measured, couriers: int) -> dict[str, float]:
    """Start couriers before a full inbox; measure from when they have begun until it is empty."""
    names = house.couriers(couriers)
    first = house.count(inbox)
    for name in names:
        house.processes[name].start()
    eventually("they read", lambda: house.count(inbox) < 0.9 * first, LONGEST_SECONDS, LOOK_SECONDS)
    left, before, began = house.count(inbox), house.cpu(*names), time.monotonic()
    eventually("all is read", lambda: house.count(inbox) == 0, LONGEST_SECONDS, LOOK_SECONDS)
    seconds = time.monotonic() - began
    return _per(left, house.cpu(*names), before) | {"per_second": left / seconds}


def measure_pictures(house: Measured, pictures: int) -> dict[str, float]:
    """Let people of the simulator ask for pictures, and a worker that paints in no time, with a
    courier, bring them: all that a picture costs but the painting, from the webhook on.
    """
    names = ("worker", "courier", "web", "clock")
    house.give_up()  # what was asked for before has reply tokens that nobody gave
    house.start("worker", "courier", "clock")
    _bring(house, PICTURES_BEFORE)
    before, began = house.cpu(*names), time.monotonic()
    _bring(house, pictures)
    seconds = time.monotonic() - began
    return _per(pictures, house.cpu(*names), before) | {"per_second": pictures / seconds}


def _bring(house: Measured, pictures: int) -> None:
    """Wait until so many people have asked and each has their picture by a reply."""
    people = [house.simulator.add_person("みお") for _ in range(pictures)]
    for person in people:
        house.simulator.send(person, WISH)
    mine = (jobs.c.chat_id.in_(people), jobs.c.state == "delivered")
    eventually(
        "they come", lambda: house.count(jobs, *mine) == pictures, LONGEST_SECONDS, LOOK_SECONDS
    )
    paid = house.count(deliveries, deliveries.c.way == "push", deliveries.c.state == "sent")
    assert not paid, f"{paid} pictures came by a push: too slow for the reply tokens"


def _per(count: int, after: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    """Return milliseconds of processor time for each of `count`, by process."""
    return {
        # The system counts in hundredths of a second, and none may pass with little work.
        f"{name}_ms": round(max(0.0, after[name] - before[name]) * 1000 / count, 3)
        for name in after
        if after[name] > 0
    }


def measure(
    events: int = EVENTS, pictures: int = PICTURES, most: int = MOST_COURIERS
) -> dict[str, Any]:
    """Return everything: what an event costs to take and to read, and what a picture costs."""
    results: dict[str, Any] = {"machine": machine(), "events": events, "pictures": pictures}
    with _running() as house:
        house.load(100)  # warms up
        results["web"] = measure_web(house, events)
        results["reading"] = {}
        for couriers in range(1, most + 1):
            if couriers > 1:
                house.load(events)
            results["reading"][str(couriers)] = measure_reading(house, couriers)
            print(couriers, results["reading"][str(couriers)], file=sys.stderr, flush=True)
            house.kill(*house.couriers(couriers))
        results["picture"] = measure_pictures(house, pictures)
    return results


@contextmanager
def _running() -> Iterator[Measured]:
    with postgresql() as server, tempfile.TemporaryDirectory(prefix="efude-growth-") as folder:
        house = Measured(Path(folder) / "house", server)
        migrate = [sys.executable, "-m", "bot", "migrate"]
        env, cwd = house.env | {"PATH": os.environ["PATH"]}, house.folder
        subprocess.run(migrate, env=env, cwd=cwd, check=True, capture_output=True)
        try:
            house.start("broker", "simulator", "web")
            yield house
        finally:
            house.processes = {name: each for name, each in house.processes.items() if each.alive}
            house.close()


def main() -> int:
    """Measure and keep the figures in results/growth.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--pictures", type=int, default=PICTURES)
    parser.add_argument("--couriers", type=int, default=MOST_COURIERS, choices=range(1, 5))
    given = parser.parse_args()
    results = measure(given.events, given.pictures, given.couriers)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(results, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
