"""A discrete-event simulation: ways through stations that have so many servers.

https://en.wikipedia.org/wiki/Discrete-event_simulation
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Generator


class Station:
    """So many servers, taken first come, first served."""

    def __init__(self, servers: int) -> None:
        self.free = servers
        self.waiting: deque[Callable[[], None]] = deque()

    def take(self, go_on: Callable[[], None]) -> None:
        """Call `go_on` as soon as a server is taken."""
        if self.free:
            self.free -= 1
            go_on()
        else:
            self.waiting.append(go_on)

    def leave(self) -> None:
        """Give a server to who waits longest."""
        if self.waiting:
            self.waiting.popleft()()
        else:
            self.free += 1


Step = tuple[str, Station | None, float]
Way = Generator[Step, None, None]


class Simulation:
    """Ways through stations: each step takes one, leaves one, or lasts."""

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[tuple[float, int, Way]] = []
        self._order = itertools.count()

    def begin(self, at: float, way: Way) -> None:
        """Let a way begin at a time."""
        heapq.heappush(self._heap, (at, next(self._order), way))

    def run(self) -> None:
        """Follow all ways to their ends."""
        while self._heap:
            self.now, _, way = heapq.heappop(self._heap)
            self._follow(way)

    def _follow(self, way: Way) -> None:
        for kind, station, seconds in way:
            if kind == "last":
                self.begin(self.now + seconds, way)
                return
            assert station
            if kind == "leave":
                station.leave()
            else:
                station.take(lambda: self.begin(self.now, way))
                return
