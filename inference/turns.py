"""Whose turn it is: which runs share the next UNet call. Pure arithmetic, no tensors.

Cost is counted in UNet rows times latent cells. One rule serves pictures and sizes alike: the run
that would be done soonest goes next, unless somebody has waited long; whoever has the same size
may come along, as long as there is room and as long as it saves more time than it costs.

Shortest first gives the smallest mean waiting time, and a request of one picture passes one of
four. Waiting counts: what arrives after twice a run's own work was done cannot pass it any more, so
neither a long request nor a rare size starves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

PATIENCE = 0.5
_FORGET = 0.98  # per call: prices of the last fifty calls or so count
_GOOD_CALLS = 64


class Costs(Protocol):
    """What is asked of a run (inference.run.Run)."""

    since: float

    @property
    def bucket(self) -> tuple[int, int]: ...
    @property
    def cost(self) -> int: ...
    @property
    def left(self) -> int: ...


T = TypeVar("T", bound=Costs)


class Price:
    """What a call costs by its size, learnt from the calls themselves: seconds = base + slope * x.

    A least-squares line through recent calls. None until calls of different sizes were seen, and
    again when they are long ago: then it is worth finding out.
    """

    def __init__(self) -> None:
        self._sums = [0.0] * 5

    def learn(self, x: float, seconds: float) -> None:
        """A call of size x took so long."""
        new = (1.0, x, x * x, seconds, x * seconds)
        self._sums = [_FORGET * old + it for old, it in zip(self._sums, new, strict=True)]

    def line(self) -> tuple[float, float] | None:
        """(base, slope), neither below 0."""
        n, sx, sxx, sy, sxy = self._sums
        if n == 0:
            return None
        spread = sxx / n - (sx / n) ** 2
        if spread < 1e-3 * (sx / n) ** 2:
            return None
        slope = max(0.0, (sxy / n - sx * sy / n**2) / spread)
        return max(0.0, (sy - slope * sx) / n), slope


class Room:
    """How much one call may hold: `most` at first, less after memory ran out, slowly more again."""

    def __init__(self, most: float) -> None:
        self.most = most
        self.now = most
        self._good = 0
        self._enough = _GOOD_CALLS

    def ran_out(self, cost: float) -> None:
        """A shared call of that size did not fit: half of it may."""
        self.now = cost / 2
        self._good = 0
        self._enough *= 2  # the next try to grow comes later each time

    def fitted(self) -> None:
        """A call went well."""
        self._good += 1
        if self._good >= self._enough and self.now < self.most:
            self.now = min(self.most, self.now * 1.25)
            self._good = 0


class Turns:
    """Chooses, learns prices, keeps the clock of work done.

    most: what one call may hold, in cost. thrifty: leave out who would cost the others more time
    than sharing saves; without it everybody who fits comes along.
    """

    def __init__(self, most: float, *, thrifty: bool = True) -> None:
        self.room = Room(most)
        self.clock = 0.0
        self._thrifty = thrifty
        self._prices: dict[tuple[int, int], Price] = {}
        self._seen: set[tuple[tuple[int, int], float]] = set()

    def choose(self, runs: Sequence[T]) -> list[T]:
        """The runs of the next call: at least one of those given, all of one bucket."""
        order = sorted(runs, key=lambda run: run.left + PATIENCE * run.since)
        chosen = order[:1]
        bucket, held = chosen[0].bucket, chosen[0].cost
        line = self._prices[bucket].line() if self._thrifty and bucket in self._prices else None
        for place, run in enumerate(order[1:], start=1):
            if run.bucket != bucket or held + run.cost > self.room.now:
                continue
            if line is not None:
                base, slope = line
                # Those ahead wait for its rows; it and those behind are spared a call of its own.
                if len(chosen) * slope * run.cost > (len(order) - place) * base:
                    continue
            chosen.append(run)
            held += run.cost
        return chosen

    def done(self, cost: float) -> None:
        """A call of this cost went well."""
        self.clock += cost
        self.room.fitted()

    def learn(self, bucket: tuple[int, int], size: float, seconds: float) -> None:
        """A call for a bucket, of a size in cost, padding and all, took so long.

        The first call of each size does not count: kernels are chosen and memory is found in it.
        """
        if (bucket, size) not in self._seen:
            self._seen.add((bucket, size))
            return
        self._prices.setdefault(bucket, Price()).learn(size, seconds)
