"""How many events and pictures a second machines take, from measured processor times.

python -m scripts.growth                            write the table of docs/operate/capacity.md
python -m scripts.growth --check                    only look: 1 if it is stale
python -m scripts.growth --machines 4 --couriers 3  for your own house; --help tells the rest

The times are those of benchmarks/results/growth.json (python -m benchmarks.growth). The simulation
lets events come. Each waits for a thread of web and a core of its machine, then for a courier,
which reads one event after the other: it waits for a core of its machine, for one of the pooler's
connections, and for a core of the database's machine. Painting is arithmetic (scripts.capacity).
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
from dataclasses import Field, dataclass, fields, replace
from pathlib import Path
from typing import Any

from scripts import generated_pages
from scripts.capacity import House as Painting
from scripts.capacity import option
from scripts.event_simulation import Simulation, Station, Way

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "operate" / "capacity.md"
TIMES = ROOT / "benchmarks" / "results" / "growth.json"
BEGIN = "<!-- Made by `python -m scripts.growth`; change scripts/growth.py instead. -->\n"
END = "<!-- The end of what python -m scripts.growth makes. -->\n"
EVENTS = 4_000  # that are simulated
BUSY = 0.7  # of the greatest speed: how long events take then
WEB_THREADS = 8  # of a web process (bot.gunicorn_conf)
POOL_SIZE = 10  # connections that a process keeps to PostgreSQL at most (bot.store.database)


@dataclass(frozen=True)
class Machines:
    """An installation. The database and the broker are on a machine of their own, if there are
    more than one; each of the others runs web, couriers and workers.
    """

    machines: int = option("machines", 1)
    cores: int = option("processor cores of each", 4)
    couriers: int = option("couriers on each machine but the database's", 2)
    workers: int = option("workers with a GPU on each machine but the database's", 1)
    pooler: int = option("connections that a pooler opens to PostgreSQL; 0: there is none", 0)

    @property
    def crews(self) -> int:
        """Return how many machines run web, couriers and workers."""
        return max(1, self.machines - 1)

    @property
    def connections(self) -> int:
        """Return how many connections PostgreSQL may have to take."""
        processes = self.crews * (1 + self.couriers + self.workers) + 1
        return self.pooler or processes * POOL_SIZE


@dataclass(frozen=True)
class Times:
    """Seconds of a core. web, reader: for an event. picture_web, courier, worker: for a picture,
    from its webhook on, without the painting. The database's share stands beside each.
    """

    web: float
    web_database: float
    reader: float
    reader_database: float
    picture_web: float
    courier: float
    worker: float
    picture_database: float


def measured(path: Path = TIMES) -> Times:
    """Return the times of a measurement."""
    content = json.loads(path.read_text(encoding="utf-8"))
    web, reading, picture = content["web"], content["reading"]["1"], content["picture"]
    milliseconds = (
        *(web["web_ms"], web["database_ms"]),
        *(reading["courier_ms"], reading["database_ms"]),
        *(picture["web_ms"], picture["courier_ms"], picture["worker_ms"]),
        picture["database_ms"],
    )
    return Times(*(each / 1000 for each in milliseconds))


class _House:
    """The stations of an installation, and the way of an event through them."""

    def __init__(self, house: Machines, times: Times) -> None:
        self.times, self.world = times, Simulation()
        self._chance = random.Random(1)
        cores = [Station(house.cores) for _ in range(house.machines)]
        self._database, self._links = cores[0], Station(house.connections)
        self._crews = cores[-house.crews :]
        self._threads = Station(house.crews * WEB_THREADS)
        self._readers = Station(house.crews * house.couriers)

    def event(self) -> Way:
        """Take an event by web, and read it by a courier."""
        times = self.times
        yield "take", self._threads, 0.0
        yield from self._work(self._chance.choice(self._crews), times.web)
        yield from self._ask(times.web_database)
        yield "leave", self._threads, 0.0
        yield "take", self._readers, 0.0
        yield from self._work(self._chance.choice(self._crews), times.reader)
        yield from self._ask(times.reader_database)
        yield "leave", self._readers, 0.0

    def _work(self, cores: Station, seconds: float) -> Way:
        yield "take", cores, 0.0
        yield "last", None, self._chance.expovariate(1 / seconds)
        yield "leave", cores, 0.0

    def _ask(self, seconds: float) -> Way:
        yield "take", self._links, 0.0
        yield from self._work(self._database, seconds)
        yield "leave", self._links, 0.0


def waits(house: Machines, times: Times, rate: float, events: int = EVENTS) -> list[float]:
    """Return the seconds from webhook to read event, in ascending order, at `rate` a second."""
    place, took = _House(house, times), list[float]()
    chance = random.Random(2)

    def go(at: float) -> Way:
        yield from place.event()
        took.append(place.world.now - at)

    at = 0.0
    for _ in range(events):
        at += chance.expovariate(rate)
        place.world.begin(at, go(at))
    place.world.run()
    return sorted(took)


def events_a_second(house: Machines, times: Times, events: int = EVENTS) -> float:
    """Return how many events a second are read while there are always enough of them."""
    place, ends = _House(house, times), list[float]()
    crowd = 20 * (house.crews * (house.couriers + house.cores) + house.cores)
    left = itertools.repeat(None, events + crowd)

    def go() -> Way:
        for _ in left:
            yield from place.event()
            ends.append(place.world.now)

    for _ in range(crowd):
        place.world.begin(0.0, go())
    place.world.run()
    first, last = len(ends) // 4, len(ends) * 3 // 4
    return (last - first) / (ends[last] - ends[first])


def pictures_a_second(house: Machines, times: Times, painting: Painting) -> tuple[float, float]:
    """Return how many the GPUs paint, and how many everything else could take along."""
    batch = painting.slots / (painting.seconds * (1 + painting.more * (painting.slots - 1)))
    crew = times.picture_web + times.courier + times.worker
    stored = times.picture_database
    if house.machines == 1:
        rest = house.cores / (crew + stored)
    else:
        rest = min(house.crews * house.cores / crew, house.cores / stored)
    return house.crews * house.workers * batch, rest


EXAMPLES = (
    Machines(1, couriers=1),
    Machines(1),
    Machines(2),
    Machines(3),
    Machines(5),
    Machines(5, pooler=20),
    Machines(10),
    Machines(10, couriers=4),
    Machines(10, couriers=4, pooler=20),
    Machines(10, couriers=4, pooler=2),
)
_HEADS = (
    *("Machines", "Couriers", "Workers", "Pooler", "Connections", "Events a second"),
    "95 of 100 at 70 %",
    *("Pictures a second, painted", "that the rest could take"),
)


def table(times: Times) -> str:
    """Return the examples as a Markdown table."""
    lines = ["| " + " | ".join(_HEADS) + " |", "|" + "---:|" * len(_HEADS)]
    for house in EXAMPLES:
        painted, rest = pictures_a_second(house, times, Painting())
        speed = events_a_second(house, times)
        took = waits(house, times, BUSY * speed)
        cells = (
            house.machines,
            house.crews * house.couriers,
            house.crews * house.workers,
            house.pooler or "",
            house.connections,
            f"{speed:,.0f}",
            f"{took[math.ceil(0.95 * len(took)) - 1] * 1000:,.0f} ms",
            f"{painted:.1f}",
            f"{rest:,.0f}",
        )
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None, page: Path = PAGE, times: Path = TIMES) -> int:
    """Write the table, compare it (--check: 1 if it is stale), or describe one installation."""
    parser = argparse.ArgumentParser(prog="python -m scripts.growth", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if it is stale")
    for item in fields(Machines):
        _add(parser, item)
    given = vars(parser.parse_args(arguments))
    check = given.pop("check")
    own = {name: value for name, value in given.items() if value is not None}
    if own:
        house = replace(Machines(), **own)
        painted, rest = pictures_a_second(house, measured(times), Painting())
        print(f"events      {events_a_second(house, measured(times)):,.0f} a second")
        print(f"pictures    {painted:.1f} a second painted, {rest:,.0f} by all the rest")
        print(f"connections {house.connections} to PostgreSQL at most")
        return 0
    section = table(measured(times))
    new = generated_pages.replace_section(page.read_text(encoding="utf-8"), BEGIN, END, section)
    return generated_pages.write_or_check(page, new, "scripts.growth", check=check)


def _add(parser: argparse.ArgumentParser, item: Field[Any]) -> None:
    about = f"{item.metadata['help']}; {item.default}"
    parser.add_argument(f"--{item.name}", type=int, help=about)


if __name__ == "__main__":
    raise SystemExit(main())
