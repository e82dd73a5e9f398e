"""The engine: a thread that owns the device, and the door through which requests join its batch.

    paint() in any thread -> waiting room -> batch, a tick at a time -> latents -> paint() again

The thread only takes steps. Whoever waits for latents waits in a thread of their own, and there
too hears of steps and is asked whether to stop: no callback can hold up or hurt the neighbours.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import torch

from inference.aside import LOOK_AROUND, Aside, Look
from inference.batch import Batch, Tick
from inference.failures import attempt
from inference.model import Model
from inference.request import PaintError, Stopped
from inference.run import Run
from inference.turns import Turns

logger = logging.getLogger(__name__)

OnStep = Callable[[int, int], None]
SLOTS = {"cuda": 16}  # pictures after which a call hardly gets more efficient; elsewhere:
SLOTS_ELSEWHERE = 4
_WINDOW = 10.0  # seconds over which the speed is told


@dataclass(frozen=True)
class Progress:
    """How far a request is: `done` of `total` steps of so many pictures."""

    pictures: int
    done: int
    total: int


@dataclass(frozen=True)
class Status:
    """What the engine is at.

    waiting: requests not yet in the batch. active: requests in it. rows: UNet rows of the last
    call. slots: pictures of the model's own size that a call may hold now; it is lower than what
    was set while memory is short. ticks: calls since the start. steps_per_second: steps of single
    pictures over the last ten seconds. requests: those in the batch, in the order of joining.
    aside: what was done beside the steps since the start: pictures encoded, decoded, checked.
    """

    waiting: int
    active: int
    rows: int
    slots: int
    ticks: int
    steps_per_second: float
    requests: tuple[Progress, ...]
    aside: int = 0


class _Task:
    """A run, and what its owner hears: (done, total) for every step, None at the end."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.heard: queue.SimpleQueue[tuple[int, int] | None] = queue.SimpleQueue()
        self.error: Exception | None = None
        self.unwanted = False

    def end(self, error: Exception | None = None) -> None:
        self.error = error
        self.heard.put(None)


class Engine:
    """In-flight batching for one model. Safe to share between threads.

    slots: requests in the batch, and pictures of the model's own size in one call, at most; a
    request alone may have more. waiting_room: requests that may wait beyond those; who finds it
    full waits outside for `patience` seconds. thrifty: see inference.turns.Turns.
    """

    def __init__(
        self,
        model: Model,
        *,
        slots: int | None = None,
        waiting_room: int = 64,
        patience: float = 60.0,
        thrifty: bool = True,
    ) -> None:
        self.slots = slots or SLOTS.get(model.device.type, SLOTS_ELSEWHERE)
        self._model = model
        side = -(-model.native_size // model.factor)
        self._picture = 2 * side * side
        self._batch = Batch(
            model,
            Turns(self.slots * self._picture, thrifty=thrifty),
            pad_to=model.pad_to,
            make_room=self._be_careful,
        )
        self.aside = Aside(model.device, hush=self._hush, busy=lambda: bool(self._tasks))
        self._places, self._patience = waiting_room, patience
        self._changed = threading.Condition()
        self._waiting: deque[_Task] = deque()
        self._tasks: dict[Run, _Task] = {}
        self._thread: threading.Thread | None = None
        self._closed = False
        self._careful = False
        self._turnstile, self._stepping = threading.Lock(), threading.Lock()
        self._ticks = self._rows = 0
        self._recent: deque[tuple[float, int]] = deque(maxlen=4096)

    def denoise(self, run: Run, *, on_step: OnStep, look: Look) -> torch.Tensor:
        """The run's latents after its last step, (pictures, channels, h, w).

        on_step(done, total) is called after every step, look() then and several times a second,
        both in this thread; what they raise ends the run and passes through. Raises PaintError,
        with the code "busy" when no place became free in time, and Stopped when the engine closes.
        """
        task = self._submit(_Task(run), look)
        try:
            while True:
                try:
                    step = task.heard.get(timeout=LOOK_AROUND)
                except queue.Empty:
                    look()
                    continue
                if step is None:
                    break
                on_step(*step)
                look()
            if task.error is not None:
                raise task.error
            return run.latents
        finally:
            task.unwanted = True
            with self._changed:
                if task in self._waiting:
                    self._waiting.remove(task)
                self._changed.notify_all()

    def status(self) -> Status:
        """A picture of now; cheap, from any thread."""
        with self._changed:
            now = time.monotonic()
            steps = sum(count for at, count in self._recent if at > now - _WINDOW)
            runs = list(self._tasks)
            return Status(
                waiting=len(self._waiting),
                active=len(runs),
                rows=self._rows,
                slots=max(1, int(self._batch.turns.room.now / self._picture)),
                ticks=self._ticks,
                steps_per_second=steps / _WINDOW,
                requests=tuple(Progress(it.pictures, it.done, it.total) for it in runs),
                aside=self.aside.done,
            )

    def warm_up(self) -> None:
        """Call the UNet once with every number of rows that calls are padded to.

        In the engine's thread, since what is compiled with CUDA graphs belongs to a thread. Raises
        PaintError when the UNet cannot be called.
        """
        if self._model.pad_to:
            warm: Future[None] = Future()
            with self._changed:
                self._start(warm)
            warm.result()

    def close(self, timeout: float = 10.0) -> None:
        """End the threads within a step; requests under way end with Stopped."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)
        self.aside.close(timeout)

    def _submit(self, task: _Task, look: Look) -> _Task:
        patience = time.monotonic() + self._patience
        while True:
            look()
            with self._changed:
                if self._closed:
                    raise Stopped("The painter is closed.")
                if len(self._waiting) < self._places:
                    self._waiting.append(task)
                    self._start()
                    self._changed.notify_all()
                    return task
                self._changed.wait(LOOK_AROUND)
            if time.monotonic() > patience:
                raise PaintError(
                    f"{self._places} requests are waiting already; try again later.",
                    permanent=False,
                    code="busy",
                )

    # --- the engine's thread

    def _start(self, warm: Future[None] | None = None) -> None:
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._work, args=[warm], name="engine", daemon=True
            )
            self._thread.start()
        elif warm is not None:
            warm.set_result(None)

    def _work(self, warm: Future[None] | None) -> None:
        torch.get_num_threads()  # settles this thread's number, whatever others set later
        if warm is not None:
            _, error = attempt(self._batch.warm_up)
            warm.set_exception(error) if error is not None else warm.set_result(None)
        while self._admit():
            self._tick()
        with self._changed:
            left = [*self._tasks.values(), *self._waiting]
            self._tasks.clear()
            self._waiting.clear()
        for task in left:
            task.end(Stopped("The painter is closed."))

    def _admit(self) -> bool:
        """Wait for work, let go of who is not wanted, take in who is next; False: closed."""
        with self._changed:
            while not (self._closed or self._tasks or self._waiting):
                self._changed.wait()
            if self._closed:
                return False
            for task in [it for it in self._tasks.values() if it.unwanted]:
                self._batch.remove(task.run)
                del self._tasks[task.run]
            joining: list[_Task] = []
            while self._waiting and len(self._tasks) + len(joining) < self.slots:
                joining.append(self._waiting.popleft())
            for task in joining:
                self._tasks[task.run] = task
            if joining:
                self._changed.notify_all()
        for task in joining:
            try:
                self._batch.add(task.run)
            except Exception as error:
                self._end(task.run, error)
        return True

    def _tick(self) -> None:
        careful, self._careful = self._careful, False
        try:
            with self.aside.quiet() if careful else nullcontext():
                with self._turnstile:
                    pass
                with self._stepping:
                    tick = self._batch.tick()
            self._tell(tick)
        except Exception as error:  # a mistake of this project: nobody may wait for ever
            logger.exception("the batch broke")
            self._batch.runs.clear()
            for run in list(self._tasks):
                told = PaintError(f"The batch broke: {error!r}", permanent=False)
                self._end(run, told)

    def _tell(self, tick: Tick) -> None:
        with self._changed:
            self._ticks += bool(tick.stepped)
            self._rows = tick.rows
            self._recent.append((time.monotonic(), sum(it.pictures for it in tick.stepped)))
        for run in tick.stepped:
            self._tasks[run].heard.put((run.done, run.total))
        for outcome in tick.left:
            self._end(outcome.run, outcome.error)

    def _end(self, run: Run, error: Exception | None) -> None:
        with self._changed:
            task = self._tasks.pop(run)
        task.end(error)

    def _be_careful(self) -> None:
        """Memory ran out for one request alone: its next try is made while nothing is decoded."""
        self._careful = True

    @contextmanager
    def _hush(self) -> Iterator[None]:
        """No step is taken meanwhile; the turnstile keeps the loop from being first every time."""
        with self._turnstile, self._stepping:
            yield
