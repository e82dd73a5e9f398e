"""How far a stage has come, by the time it may take."""

from __future__ import annotations

import time

import torch

from inference.training.config import Config


class Progress:
    """The share of a stage's minutes that is spent, 0..1.

    On a CPU only computing counts, of each thread: what other programs take, or a pause, is none,
    so that a stage learns as much beside other work as alone. On a GPU it is the clock.

    A run that is to end at config.stop_at makes one step all the same: where preparing takes as
    long as the run may, pieces would otherwise never come on.
    """

    def __init__(self, config: Config, minutes: float, done: float) -> None:
        """done: the share that earlier runs have spent."""
        self._on_cpu = torch.device(config.device).type == "cpu"
        self._seconds, self._done, self._began = minutes * 60, done, self._clock()
        self._stop_at, self._stepped = config.stop_at, False

    def _clock(self) -> float:
        if self._on_cpu:
            return time.process_time() / torch.get_num_threads()
        return time.time()

    def __call__(self) -> float:
        """The share that is spent by now."""
        return min(1.0, self._done + (self._clock() - self._began) / self._seconds)

    def goes_on(self, done: float) -> bool:
        """Whether a further step is due when the share `done` is spent."""
        first, self._stepped = not self._stepped, True
        return done < 1 and (first or not self.late())

    def late(self) -> bool:
        """Whether it is config.stop_at."""
        return time.time() >= self._stop_at
