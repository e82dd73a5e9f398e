"""What happens in a run, by its seed: who asks for what, and which trouble comes when."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

VICTIMS = ("web", "worker", "courier", "clock")
SERVERS = (
    *("broker killed", "broker paused", "broker emptied", "database away"),
    *("storage refuses", "storage slow", "LINE away"),
)
# What one call to LINE meets (simulator.faults). The time-outs of calls are some ten seconds.
CALLS = (
    *(("reply", kind) for kind in ("500", "500-after", "drop", "drop-after", "429-rate")),
    *(("reply", kind) for kind in ("hang", "hang-after")),
    *(("push", kind) for kind in ("500", "429-rate", "429-quota", "drop-after", "hang-after")),
    *(("loading", "500"), ("profile", "hang"), ("*", "latency")),
)
THINGS = ("りんご", "猫", "犬", "電車", "山", "花", "船", "鳥", "家", "魚")
COLOURS = ("赤い", "白い", "青い", "黒い", "緑の", "黄色い")
STYLES = ("", "、浮世絵風", "、水彩画", "、油絵")

What = Literal["wish", "taken back", "asked after"]
WHATS: tuple[What, ...] = ("wish", "taken back", "asked after")


@dataclass(frozen=True)
class Deed:
    """One wish. delays: seconds after which LINE sends its webhook, once for each copy.

    more_delays: of the unsend or the question that follows, which may overtake it.
    """

    number: int
    chat: int
    group: bool
    what: What
    text: str
    delays: tuple[float, ...]
    more_delays: tuple[float, ...]


@dataclass(frozen=True)
class Trouble:
    """One trouble, before wish number `at`. kind: "kill worker", one of SERVERS, or "LINE call".

    seconds: how long it lasts. endpoint, fault, times: of a call to LINE.
    """

    at: int
    kind: str
    seconds: float = 0.0
    endpoint: str = ""
    fault: str = ""
    times: int = 1


@dataclass(frozen=True)
class Plan:
    """A run. people, groups: how many chats there are of each."""

    deeds: tuple[Deed, ...]
    troubles: tuple[Trouble, ...]
    people: int
    groups: int


def make_plan(jobs: int, seed: int, *, longest_seconds: float = 20.0, kill_every: int = 20) -> Plan:
    """Return the same plan for the same numbers.

    longest_seconds: of a server's trouble. kill_every: wishes between two kills, about.
    """
    chance = random.Random(seed)
    people, groups = max(2, jobs // 3), max(1, jobs // 30)
    asked: dict[tuple[bool, int], set[str]] = {}
    deeds = tuple(_deed(chance, number, people, groups, asked) for number in range(jobs))
    troubles = [*_kills(chance, jobs, kill_every)]
    troubles += _servers(chance, jobs, kill_every, longest_seconds)
    troubles += _calls(chance, jobs)
    return Plan(deeds, tuple(sorted(troubles, key=lambda each: each.at)), people, groups)


def _deed(
    chance: random.Random,
    number: int,
    people: int,
    groups: int,
    asked: dict[tuple[bool, int], set[str]],
) -> Deed:
    """Return a wish for what its chat has not asked for lately.

    「赤い猫」 soon after 「黒い猫」 is a correction, which stands in the place of the other.
    """
    group = chance.random() < 0.1
    [what] = chance.choices(WHATS, (8, 1, 1))
    chat = chance.randrange(groups if group else people)
    before = asked.setdefault((group, chat), set())
    if len(before) == len(THINGS):
        before.clear()
    thing = chance.choice([each for each in THINGS if each not in before])
    before.add(thing)
    return Deed(
        number=number,
        chat=chat,
        group=group,
        what=what,
        text=chance.choice(COLOURS) + thing + chance.choice(STYLES),
        delays=_copies(chance),
        more_delays=() if what == "wish" else _copies(chance),
    )


def _copies(chance: random.Random) -> tuple[float, ...]:
    """Return delays of one to three copies: some late enough to come after later events."""
    [copies] = chance.choices((1, 2, 3), (6, 2, 2))
    return tuple(round(chance.uniform(0.0, 3.0), 3) for _ in range(copies))


def _kills(chance: random.Random, jobs: int, every: int) -> list[Trouble]:
    """Return kills, each process in turn in a random order."""
    return [
        Trouble(at, f"kill {name}")
        for at, name in _turns(chance, VICTIMS, range(every // 3, jobs), every)
    ]


def _servers(chance: random.Random, jobs: int, every: int, longest: float) -> list[Trouble]:
    """Return troubles of servers, a little rarer than kills."""
    return [
        Trouble(at, kind, round(chance.uniform(0.2, 1.0) * longest, 1))
        for at, kind in _turns(chance, SERVERS, range(every // 2, jobs), every * 3 // 2)
    ]


def _turns(
    chance: random.Random, names: Sequence[str], span: range, every: int
) -> Iterator[tuple[int, str]]:
    """Yield places about `every` apart, with names: each once before any comes again."""
    at = span.start
    while True:
        for name in chance.sample(names, len(names)):
            if at >= span.stop:
                return
            yield at, name
            at += chance.randint(every * 3 // 5, every * 7 // 5)


def _calls(chance: random.Random, jobs: int) -> list[Trouble]:
    troubles: list[Trouble] = []
    for at in range(3, jobs, 5):
        endpoint, fault = chance.choice(CALLS)
        times = chance.choice((1, 1, 2))
        seconds = 1.5 if fault == "latency" else chance.choice((3.0, 15.0))
        troubles.append(Trouble(at, "LINE call", seconds, endpoint, fault, times))
    return troubles
