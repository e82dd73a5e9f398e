"""Signs of life: each worker and courier keeps one row that says what it is and what it is at.

The database rather than the broker tells who is alive: it answers while a worker is busy, and
with every broker alike.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from sqlalchemy import Connection, delete, insert, select, update

from bot.database import Database, now
from bot.line import LineClient, LineError
from bot.tables import jobs, workers

if TYPE_CHECKING:
    from bot.lease import Headway
    from inference.painter import Painter
    from inference.pipelines import PipelinePainter

log = structlog.get_logger(__name__)

EVERY = 5.0  # seconds between two beats
ALIVE = 20.0  # seconds after which a silent process counts as gone
ASK_QUOTA, ASK_AGAIN = 600.0, 60.0  # seconds; the second: after LINE did not tell
KEPT = 3600.0  # seconds for which one that ended without a word is still shown

About = Mapping[str, Any]


class Worker(NamedTuple):
    """One row of `workers`. id: host:pid, as it begins a job's lease_owner."""

    id: str
    process: str
    host: str
    pid: int
    started_at: float
    seen_at: float
    about: dict[str, Any]

    @property
    def skew(self) -> tuple[str, float] | None:
        """Whose clock it was compared with, and by how many seconds its own is ahead of that; the
        greater difference of the two that may be known."""
        told = (("the database", self.about.get("skew")), ("LINE", self.about.get("line_skew")))
        known = [(who, float(it)) for who, it in told if it is not None]
        return max(known, key=lambda it: abs(it[1]), default=None)

    @property
    def alive(self) -> bool:
        """Whether it has given a sign of life of late, and does not hang."""
        return self.state in {"alive", "still"}

    @property
    def state(self) -> str:
        """alive; still: no step for half the time after which it counts as hung; hung: it has
        ended itself over that; silent: it was killed, is frozen, or cannot reach the database."""
        if self.about.get("hung"):
            return "hung"
        if self.seen_at <= now() - ALIVE:
            return "silent"
        limit = self.about.get("step_limit")
        return "still" if limit and self.about.get("still", 0) > limit / 2 else "alive"


class Painting(NamedTuple):
    """A job that is being painted. worker: the id of whoever has it."""

    number: str
    worker: str
    step: int | None
    steps: int | None
    attempts: int
    since: float | None


class Pulse:
    """Writes this process's row every few seconds from a thread, and removes it at the end.

    about: what to say; called for each beat. What it raises, or a database that is away, costs
    one beat and nothing else.
    """

    def __init__(
        self, database: Database, process: str, about: Callable[[], About], every: float = EVERY
    ) -> None:
        self._database, self._process, self._about = database, process, about
        self._every = every
        self._host, self._pid = socket.gethostname(), os.getpid()
        self.id = f"{self._host}:{self._pid}"
        self._started_at = now()
        self._done = threading.Event()
        self._told = False
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._done.set()
        self._thread.join(5)
        try:
            with self._database.write() as db:
                db.execute(delete(workers).where(workers.c.id == self.id))
        except Exception as error:
            log.info("no farewell", error=type(error).__name__)  # it will be seen to be silent

    def beat(self) -> None:
        """Write the row now."""
        moment = now()
        about = {**self._about(), "memory": memory()}
        with self._database.write() as db:
            if (skew := self._database.skew(db)) is not None:
                about["skew"] = round(skew, 1)
            values = {"seen_at": moment, "about": about}
            mine = update(workers).where(workers.c.id == self.id).values(**values)
            if db.execute(mine).rowcount == 1:
                return
            db.execute(delete(workers).where(workers.c.seen_at < moment - KEPT))
            values |= {"id": self.id, "process": self._process, "host": self._host}
            values |= {"pid": self._pid, "started_at": self._started_at}
            db.execute(insert(workers).values(**values))

    def _run(self) -> None:
        while True:
            try:
                self.beat()
                self._told = False
            except Exception as error:
                if not self._told:  # once for each time of trouble
                    log.warning("no sign of life written", error=type(error).__name__)
                self._told = True
            if self._done.wait(self._every):
                return


def of_painter(painter: Painter | PipelinePainter) -> About:
    """What a worker says of itself: its model, and what its engine is at."""
    info, status = painter.info, painter.status()
    return {
        "model": info.name,
        "device": info.device,
        "dtype": info.dtype,
        "slots": painter.slots,
        "slots_now": status.slots,
        "active": status.active,
        "waiting": status.waiting,
        "rows": status.rows,
        "steps_per_second": round(status.steps_per_second, 2),
        "device_memory": device_memory(info.device),
    }


def device_memory(device: str) -> dict[str, int] | None:
    """Bytes in use and in all on a CUDA device, by whomever; None elsewhere."""
    torch = sys.modules.get("torch")  # loaded by the painter if at all; never imported here
    if torch is None or not device.startswith("cuda"):
        return None
    free, total = torch.cuda.mem_get_info(device)
    return {"used": total - free, "total": total}


def of_worker(painter: Painter | PipelinePainter, headway: Headway) -> About:
    """The same, and whether what it paints gets on. still, step_limit: seconds."""
    still, limit = round(headway.still(), 1), round(headway.limit(), 1)
    return {**of_painter(painter), "still": still, "step_limit": limit}


def note_hang(db: Connection, worker: str, about: About) -> None:
    """Write into a worker's row what it hangs over, as its last word."""
    row = db.execute(select(workers.c.about).where(workers.c.id == worker)).first()
    if row is not None:
        said = {**row[0], "hung": {**about, "at": now()}}
        changed = update(workers).where(workers.c.id == worker)
        db.execute(changed.values(about=said, seen_at=now()))


def basic_id(db: Connection) -> str | None:
    """The account's basic id, as a courier that was alive of late knows it."""
    query = select(workers.c.about).where(workers.c.process == "courier")
    rows = db.execute(query.order_by(workers.c.seen_at.desc()).limit(5)).scalars()
    return next((it["basic_id"] for it in rows if it.get("basic_id")), None)


class OfCourier:
    """What a courier says of itself: the month's push budget, which it asks LINE for now and then,
    and the account's basic id, such as "@efude".

    So the web process, which never waits for LINE, can tell them.
    """

    def __init__(self, line: LineClient, every: float = ASK_QUOTA) -> None:
        self._line, self._every = line, every
        self._asked = -every
        self._quota: About = {}
        self._account: About = {}

    def __call__(self) -> About:
        every = min(self._every, ASK_AGAIN) if "quota_code" in self._quota else self._every
        if time.monotonic() - self._asked >= every:
            self._asked = time.monotonic()
            try:
                found = self._line.quota()
            except LineError as error:
                self._quota = {"quota_code": error.code}
            else:
                told = {"limit": found.limit, "used": found.used, "at": now()}
                self._quota = {"quota": told}
                self._account = self._account or self._asked_whose()
        skew = {} if self._line.skew is None else {"line_skew": round(self._line.skew, 1)}
        return {**self._quota, **self._account, **skew}

    def _asked_whose(self) -> About:
        try:
            return {"basic_id": self._line.bot_info().basic_id}
        except LineError:
            return {}


def memory() -> int:
    """Bytes of memory that this process holds; where that is not told, the most it ever held."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


def all_workers(db: Connection) -> list[Worker]:
    """Every process that gave a sign of life within the last hour, by kind and host."""
    recent = workers.c.seen_at > now() - KEPT
    query = select(workers).where(recent)
    found = db.execute(query.order_by(workers.c.process.desc(), workers.c.host, workers.c.pid))
    return [Worker(*row) for row in found]


def listening_since(found: Iterable[Worker]) -> float | None:
    """When the courier that has lived longest began; None: none is alive."""
    couriers = (it.started_at for it in found if it.process == "courier" and it.alive)
    return min(couriers, default=None)


def paintings(db: Connection) -> list[Painting]:
    """What is being painted, by whom, and how far it is; the oldest first."""
    query = select(
        jobs.c.number,
        jobs.c.lease_owner,
        jobs.c.step,
        jobs.c.steps,
        jobs.c.attempts,
        jobs.c.drawing_at,
    ).where(jobs.c.state == "drawing")
    rows = db.execute(query.order_by(jobs.c.created_at))
    return [
        Painting(number, (owner or "").partition("/")[0], *rest) for number, owner, *rest in rows
    ]
