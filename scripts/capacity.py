"""How many workers, how much disk and which LINE plan: arithmetic, and a simulation of the queue.

python -m scripts.capacity                           write the table of docs/operate/capacity.md
python -m scripts.capacity --check                   only look: 1 if it is stale
python -m scripts.capacity --people 500 --seconds 3  for your own house; --help tells the rest

The simulation is of the peak hour, many times over: people ask at random, each worker paints up to
`slots` pictures together, and each picture more slows all of its batch by the share `more`.
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
from collections import deque
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from scripts import generated_pages

PAGE = Path(__file__).parent.parent / "docs" / "operate" / "capacity.md"
BEGIN = "<!-- Made by `python -m scripts.capacity`; change scripts/capacity.py instead. -->\n"
END = "<!-- The end of what is made. -->\n"
WISHES = 10_000  # that are simulated
PLANS = (("コミュニケーション", 200), ("ライト", 5_000), ("スタンダード", 30_000))
MONTH = 30  # days


def option(help_text: str, default: Any) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True)
class House:
    """The load of an installation, and the speed of one of its workers."""

    people: int = option("people who ask for pictures on a day", 100)
    wishes: float = option("wishes a day of each", 4.0)
    pictures: float = option("pictures a wish, on average", 1.3)
    peak: float = option("share of the day's wishes in its busiest hour", 0.12)
    seconds: float = option("seconds that a wish takes when a worker has only that one", 2.0)
    more: float = option(
        "what each further picture adds to those seconds, as a share of them", 0.25
    )
    slots: int = option("ENGINE_SLOTS: wishes that a worker paints together", 16)
    patience: float = option("seconds within which 95 of 100 wishes are to be painted", 45.0)
    megabytes: float = option("megabytes a picture, with its preview", 0.6)
    days: int = option("RETENTION_DAYS", 90)
    missed: float = option("share of wishes that neither reply nor ticket can carry", 0.005)
    members: float = option("what such a push costs: members of the chat, on average", 1.5)

    @property
    def rate(self) -> float:
        """Return requests a second in the peak hour."""
        return self.people * self.wishes * self.peak / 3600


@dataclass(frozen=True)
class Need:
    """What the load takes. wait: the 95th percentile of seconds a request takes at the peak."""

    workers: int
    wait: float
    late: float  # share of wishes that outlive a reply token, and need a tap
    busy_hours: float  # a day, of all devices together, if no two wishes shared a batch
    gigabytes: float  # that lie there once RETENTION_DAYS are over
    gigabytes_a_month: float
    pushes: int  # a month
    plan: str


class Worker:
    """One worker: all its requests progress at the same speed, which falls with their number.

    Progress is counted in `done`: the seconds that a request would have taken alone. A request
    ends when `done` has grown by its own seconds, whoever joined or left meanwhile.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self.done = 0.0
        self.pictures = 0
        self.batch: list[tuple[float, int, float]] = []  # (done at its end, pictures, asked at)

    @property
    def speed(self) -> float:
        """Return the progress of each request in a second, in seconds of a request alone."""
        return 1.0 / (1.0 + self._house.more * max(0, self.pictures - 1))

    def next_end(self, now: float) -> float:
        """Return when the first of the batch will be painted if no request joins."""
        return now + (self.batch[0][0] - self.done) / self.speed if self.batch else math.inf

    def go_on(self, seconds: float) -> None:
        """Advance the time."""
        self.done += seconds * self.speed

    def join(self, arrived_at: float, pictures: int) -> None:
        """Add a request to the batch."""
        heapq.heappush(self.batch, (self.done + self._house.seconds, pictures, arrived_at))
        self.pictures += pictures

    def finish(self) -> float:
        """Remove the first of the batch; return when it was requested."""
        _, pictures, arrived_at = heapq.heappop(self.batch)
        self.pictures -= pictures
        return arrived_at


def simulate(house: House, workers: int, wishes: int = WISHES, seed: int = 1) -> list[float]:
    """Return the seconds from request to picture at the peak rate, in ascending order."""
    chance = random.Random(seed)
    crew = [Worker(house) for _ in range(workers)]
    waiting: deque[tuple[float, int]] = deque()
    took: list[float] = []
    now, left = 0.0, wishes
    arrival = chance.expovariate(house.rate)
    while len(took) < wishes:
        first = min(crew, key=lambda worker: worker.next_end(now))
        end = first.next_end(now)
        upcoming = arrival if left else math.inf
        next_at = min(end, upcoming)
        for worker in crew:
            worker.go_on(next_at - now)
        now = next_at
        if end <= upcoming:
            took.append(now - first.finish())
        else:
            waiting.append((now, _pictures(house.pictures, chance)))
            left -= 1
            arrival = now + chance.expovariate(house.rate)
        while waiting:
            free = min(crew, key=lambda worker: len(worker.batch))
            if len(free.batch) >= house.slots:
                break
            free.join(*waiting.popleft())
    return sorted(took)


def _pictures(mean: float, chance: random.Random) -> int:
    """Draw one picture or four, so that the mean is right."""
    return 4 if chance.random() < (mean - 1) / 3 else 1


def fewest(house: House) -> int:
    """Return the number of workers below which the queue would grow without end."""
    pictures = max(house.slots * house.pictures, 1.0)
    together = house.slots / (house.seconds * (1.0 + house.more * (pictures - 1)))
    return max(1, math.ceil(house.rate / together + 1e-9))


def needed(house: House) -> Need:
    """Return the fewest workers that paint 95 of 100 requests in time, and everything else."""
    workers = fewest(house)
    while True:
        took = simulate(house, workers)
        wait = took[math.ceil(0.95 * len(took)) - 1]
        if wait <= house.patience or workers > 10 * fewest(house) + 10:
            break
        workers += 1
    wishes = house.people * house.wishes
    pictures = wishes * house.pictures
    pushes = round(wishes * MONTH * house.missed * house.members)
    return Need(
        workers=workers,
        wait=wait,
        late=sum(seconds > 55.0 for seconds in took) / len(took),
        busy_hours=wishes * house.seconds * (1 + house.more * (house.pictures - 1)) / 3600,
        gigabytes=pictures * house.days * house.megabytes / 1000,
        gigabytes_a_month=pictures * MONTH * house.megabytes / 1000,
        pushes=pushes,
        plan=next((name for name, limit in PLANS if pushes <= limit), "スタンダード, and more"),
    )


# Four times what two cores with AVX512-BF16 were measured at: other processors are slower.
_CPU = House(seconds=0.5, more=0.6, slots=4, megabytes=0.12)
EXAMPLES = {
    "a family, 豆 on a CPU": replace(_CPU, people=5, wishes=6),
    "a club, 豆 on a CPU": replace(_CPU, people=60),
    "a school, one GPU": House(people=600),
    "a town, GPUs": House(people=6_000),
    "a land, GPUs": House(people=60_000, wishes=3),
}
_HEADS = (
    *("For example", "People", "Pictures a day", "Wishes in the peak hour", "Workers"),
    *("95 of 100 within", "Device hours a day", "Disk after 90 days", "Pushes a month"),
    "LINE plan",
)


def table() -> str:
    """Return the examples as a Markdown table."""
    lines = ["| " + " | ".join(_HEADS) + " |", "|---|" + "---:|" * 8 + "---|"]
    for name, house in EXAMPLES.items():
        need = needed(house)
        cells = (
            name,
            f"{house.people:,}",
            f"{house.people * house.wishes * house.pictures:,.0f}",
            f"{house.rate * 3600:,.0f}",
            need.workers,
            f"{need.wait:.0f} s" if need.wait >= 1 else f"{need.wait:.1f} s",
            f"{need.busy_hours:,.1f} h" if need.busy_hours >= 0.1 else "under 0.1 h",
            f"{need.gigabytes:,.1f} GB",
            f"{need.pushes:,}",
            need.plan,
        )
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines) + "\n"


def tell(house: House) -> str:
    """Describe one installation for a terminal."""
    need = needed(house)
    return "\n".join(
        (
            f"wishes in the peak hour   {house.rate * 3600:,.0f}",
            f"workers                   {need.workers}, at least {fewest(house)}",
            f"95 of 100 wishes within   {need.wait:.1f} s",
            f"later than a reply token  {need.late:.2%}: a tap on 「受け取る」, free",
            f"devices paint             {need.busy_hours:,.1f} h a day at most, all together",
            f"pictures take             {need.gigabytes_a_month:,.1f} GB a month, "
            f"{need.gigabytes:,.1f} GB once the first are erased",
            f"pushes                    {need.pushes:,} a month; LINE's plan: {need.plan}",
        )
    )


def main(arguments: list[str] | None = None, page: Path = PAGE) -> int:
    """Write the table, compare it (--check: 1 if it is stale), or describe one installation."""
    parser = argparse.ArgumentParser(prog="python -m scripts.capacity", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if it is stale")
    for item in fields(House):
        _add(parser, item)
    given = vars(parser.parse_args(arguments))
    check = given.pop("check")
    own = {name: value for name, value in given.items() if value is not None}
    if own:
        print(tell(House(**own)))
        return 0
    new = generated_pages.replace_section(page.read_text(encoding="utf-8"), BEGIN, END, table())
    return generated_pages.write_or_check(page, new, "scripts.capacity", check=check)


def _add(parser: argparse.ArgumentParser, item: Field[Any]) -> None:
    kind = int if isinstance(item.default, int) else float
    about = f"{item.metadata['help']}; {item.default:g}".replace("%", "%%")
    parser.add_argument(f"--{item.name}", type=kind, help=about)


if __name__ == "__main__":
    raise SystemExit(main())
