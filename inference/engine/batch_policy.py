"""Choose which requests share the next UNet call. Pure arithmetic, no tensors.

Shortest remaining work first, with ageing: the request that would be done soonest goes next, unless
another has waited long; others of the same size come along if there is capacity, and if sharing
saves more time than it costs. Shortest first gives the smallest mean waiting time. Ageing means
that what arrives after twice a request's own work was done cannot pass it any more, so neither a
long request nor a rare size starves. Cost is counted in UNet rows times latent cells.

https://en.wikipedia.org/wiki/Shortest_remaining_time
https://en.wikipedia.org/wiki/Aging_(scheduling)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

AGEING_WEIGHT = 0.5
_DECAY = 0.98  # per call: the costs of the last fifty calls or so count
_CALLS_BEFORE_GROWTH = 64


class Schedulable(Protocol):
    """What the policy needs of a RequestState."""

    joined_at: float

    @property
    def bucket(self) -> tuple[int, int]: ...
    @property
    def cost(self) -> int: ...
    @property
    def remaining_cost(self) -> int: ...


T = TypeVar("T", bound=Schedulable)


class StepCostModel:
    """The duration of a call by its size: seconds = base + slope * cost.

    A least-squares line through recent calls, older ones counting less and less.
    """

    def __init__(self) -> None:
        self._sums = [0.0] * 5

    def observe(self, x: float, seconds: float) -> None:
        """Record that a call of cost x took so many seconds."""
        new = (1.0, x, x * x, seconds, x * seconds)
        self._sums = [_DECAY * old + value for old, value in zip(self._sums, new, strict=True)]

    def fit(self) -> tuple[float, float] | None:
        """Return (base, slope), neither below 0.

        Returns None until calls of different costs were observed, and again when that is long ago.
        """
        n, sx, sxx, sy, sxy = self._sums
        if n == 0:
            return None
        spread = sxx / n - (sx / n) ** 2
        if spread < 1e-3 * (sx / n) ** 2:
            return None
        slope = max(0.0, (sxy / n - sx * sy / n**2) / spread)
        return max(0.0, (sy - slope * sx) / n), slope


class BatchCapacity:
    """How much cost one call may hold: less after memory ran out, slowly more again."""

    def __init__(self, maximum: float) -> None:
        self.maximum = maximum
        self.current = maximum
        self._successes = 0
        self._needed = _CALLS_BEFORE_GROWTH

    def on_oom(self, cost: float) -> None:
        """Halve the capacity: a shared call of that cost did not fit."""
        self.current = cost / 2
        self._successes = 0
        self._needed *= 2  # the next try to grow comes later each time

    def on_success(self) -> None:
        """Count a call that went well; after many the capacity grows again."""
        self._successes += 1
        if self._successes >= self._needed and self.current < self.maximum:
            self.current = min(self.maximum, self.current * 1.25)
            self._successes = 0


class BatchPolicy:
    """Chooses requests, learns the cost of calls, and counts the work done.

    max_cost: what one call may hold. cost_aware: leave out a request that would cost the others
    more time than sharing saves; without it every request that fits comes along. work_done: the
    cost of all calls so far, by which requests age.
    """

    def __init__(self, max_cost: float, *, cost_aware: bool = True) -> None:
        self.capacity = BatchCapacity(max_cost)
        self.work_done = 0.0
        self._cost_aware = cost_aware
        self._cost_models: dict[tuple[int, int], StepCostModel] = {}
        self._observed: set[tuple[tuple[int, int], float]] = set()

    def choose(self, states: Sequence[T]) -> list[T]:
        """Return the requests of the next call: one at least, all of one bucket."""

        def priority(state: T) -> float:
            return state.remaining_cost + AGEING_WEIGHT * state.joined_at

        order = sorted(states, key=priority)
        chosen = order[:1]
        bucket, held = chosen[0].bucket, chosen[0].cost
        line = (
            self._cost_models[bucket].fit()
            if self._cost_aware and bucket in self._cost_models
            else None
        )
        for place, state in enumerate(order[1:], start=1):
            if state.bucket != bucket or held + state.cost > self.capacity.current:
                continue
            if line is not None:
                base, slope = line
                # Those ahead wait for its rows; it and those behind are spared a call of its own.
                if len(chosen) * slope * state.cost > (len(order) - place) * base:
                    continue
            chosen.append(state)
            held += state.cost
        return chosen

    def on_success(self, cost: float) -> None:
        """Record that a call of this cost went well."""
        self.work_done += cost
        self.capacity.on_success()

    def observe(self, bucket: tuple[int, int], size: float, seconds: float) -> None:
        """Record the seconds of a call for a bucket, of a size in cost, padding included.

        The first call of each size does not count: kernels are chosen and memory is found in it.
        """
        if (bucket, size) not in self._observed:
            self._observed.add((bucket, size))
            return
        self._cost_models.setdefault(bucket, StepCostModel()).observe(size, seconds)
