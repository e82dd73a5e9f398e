"""Carries out a plan's troubles: kills, servers that are away, calls that LINE does not answer."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from benchmarks.chaos.bucket import Bucket
from benchmarks.chaos.keeper import Keeper
from benchmarks.chaos.plan import Trouble
from bot.store.schema import jobs
from simulator.client import SimulatorClient
from tests.scenarios.house import House
from tests.scenarios.processes import Process, eventually

LOOK_AGAIN_SECONDS = 0.5  # in which a killed child is gone for sure


@dataclass(frozen=True)
class Away:
    """When a server was away: seconds since 1970."""

    what: str
    began: float
    ended: float

    def covers(self, since: float, until: float, grace: float) -> bool:
        """Return whether it was away, or had been a moment before, in any part of that time."""
        return self.began <= until and since <= self.ended + grace


class Troubles:
    """Starts troubles, each in a thread of its own; two of one server come one after the other."""

    def __init__(
        self,
        house: House,
        keeper: Keeper,
        bucket: Bucket,
        simulator: SimulatorClient,
        postgres: Process | None,
    ) -> None:
        self._house, self._keeper, self._bucket = house, keeper, bucket
        self._simulator, self._postgres = simulator, postgres
        self.counts: Counter[str] = Counter()
        self.away: list[Away] = []
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._threads: list[threading.Thread] = []
        self._calm = threading.Event()

    def begin(self, trouble: Trouble) -> None:
        """Start a trouble; it ends by itself."""
        self.counts[trouble.kind] += 1
        thread = threading.Thread(target=self._run, args=(trouble,), name=trouble.kind)
        thread.start()
        self._threads.append(thread)

    def end(self) -> None:
        """End all troubles and wait until everything runs."""
        self._calm.set()
        for thread in self._threads:
            thread.join()
        self._simulator.clear_faults()
        eventually("everything runs", self._keeper.all_run, 120.0, 0.1)

    def _run(self, trouble: Trouble) -> None:
        what, _, how = trouble.kind.partition(" ")
        with self._locks[what]:
            if self._calm.is_set():
                return
            match what:
                case "kill":
                    self._kill(how, trouble.at)
                case "broker":
                    self._trouble_broker(how, trouble.seconds)
                case "database":
                    with self._while_away("database"):
                        self._take_database(trouble.seconds)
                case "storage":
                    self._trouble_storage(how, trouble.seconds)
                case _:
                    self._trouble_line(how, trouble)

    def _kill(self, name: str, at: int) -> None:
        """Kill a process; of web every other time one child alone, which its master replaces."""
        if name == "web" and at % 2:
            # Its master keeps the port open meanwhile, so that webhooks wait for the new child.
            with self._while_away("web"):
                if self._keeper.kill_child(name):
                    self.counts["kill a child of web"] += 1
                    time.sleep(LOOK_AGAIN_SECONDS)
                    self._house.wait_until_ready(name)
                    return
        painting: list[str] = []
        if name == "worker":
            owner = f"%:{self._house.processes[name].pid}/%"
            query = select(jobs.c.id).where(
                jobs.c.state == "drawing", jobs.c.lease_owner.like(owner)
            )
            with suppress(DBAPIError), self._house.database.read() as db:
                painting = list(db.execute(query).scalars())
        self._keeper.kill(name, painting)

    def _trouble_broker(self, how: str, seconds: float) -> None:
        process = self._house.processes["broker"]
        with self._while_away("broker"):
            if how == "paused":
                process.pause()
                self._calm.wait(seconds)
                process.go_on()
                return
            self._keeper.kill("broker", seconds=min(seconds, 3.0) + 1.0)
            if how == "emptied":
                self._house.forget_broker()
            eventually("the broker runs", lambda: process.alive, 60.0, 0.05)

    def _take_database(self, seconds: float) -> None:
        """Lock SQLite, or kill PostgreSQL and start it again."""
        if self._postgres is None:
            path = self._house.folder / "efude.db"
            with closing(sqlite3.connect(path, 30.0, isolation_level=None)) as file:
                file.execute("BEGIN IMMEDIATE")
                self._calm.wait(seconds)
                file.execute("ROLLBACK")
            return
        # An immediate shutdown, after which it recovers as after a crash.
        os.kill(self._postgres.pid, signal.SIGQUIT)
        self._postgres.wait(30)
        self._calm.wait(seconds)
        self._postgres.start()
        eventually("PostgreSQL answers", self._database_answers, 120.0, 0.1)

    def _database_answers(self) -> bool:
        with suppress(DBAPIError), self._house.database.read() as db:
            return bool(db.exec_driver_sql("SELECT 1").scalar_one())
        return False

    def _trouble_storage(self, how: str, seconds: float) -> None:
        with self._while_away("storage"):
            if how == "refuses":
                self._bucket.refuses = 10
            else:
                self._bucket.delay = 5.0
            self._calm.wait(seconds)
            self._bucket.refuses, self._bucket.delay = 0, 0.0

    def _trouble_line(self, how: str, trouble: Trouble) -> None:
        simulator, ms = self._simulator, round(trouble.seconds * 1000)
        if how == "call":
            slow = trouble.fault in {"hang", "hang-after", "latency"}
            given = {"ms": ms} if slow else {}
            simulator.fault(trouble.endpoint, trouble.fault, trouble.times, **given)
            return
        with self._while_away("LINE"):
            simulator.fault("*", "500", -1)
            self._calm.wait(trouble.seconds)
            simulator.clear_faults()

    @contextmanager
    def _while_away(self, what: str) -> Iterator[None]:
        began = time.time()
        try:
            yield
        finally:
            self.away.append(Away(what, began, time.time()))


def calmly(probe: Callable[[], bool]) -> bool:
    """Return what a probe of the database says; False while the database is away."""
    try:
        return probe()
    except DBAPIError:
        return False
