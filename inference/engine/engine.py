"""The engine: a thread that owns the device and runs continuous batching.

    paint() in any thread -> queue -> batch, a step at a time -> latents -> paint() again

Requests join and leave the batch between two steps, as in Orca's iteration-level scheduling:
https://www.usenix.org/conference/osdi22/presentation/yu

The thread only takes steps. Whoever waits for latents waits in a thread of their own; callbacks run
there too, so that none can hold up or hurt the neighbours.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext

import torch

from inference.cancellation import POLL_SECONDS, CheckCancelled
from inference.engine.batch import Batch, StepResult
from inference.engine.batch_policy import BatchPolicy
from inference.engine.request_state import RequestState
from inference.engine.side_worker import SideWorker
from inference.errors import Closed, PaintError
from inference.models.model import Model
from inference.status import OnStep, Progress, Status, StepRate
from inference.torch_errors import try_call

logger = logging.getLogger(__name__)

DEFAULT_SLOTS = {"cuda": 16}  # pictures after which a call hardly gets more efficient; elsewhere:
DEFAULT_SLOTS_ELSEWHERE = 4
_LARGE_SIDE = 96  # latent cells a side from which fewer fill a GPU


class _Task:
    """A request in the engine, and its owner's events: (done, total) a step, None at the end."""

    def __init__(self, state: RequestState) -> None:
        self.state = state
        self.events: queue.SimpleQueue[tuple[int, int] | None] = queue.SimpleQueue()
        self.error: Exception | None = None
        self.abandoned = False

    def end(self, error: Exception | None = None) -> None:
        self.error = error
        self.events.put(None)


class Engine:
    """Continuous batching for one model. Safe to share between threads.

    slots: requests in the batch, and pictures of the model's own size in one call, at most; a
    request alone may have more. max_waiting: requests that may wait beyond those; denoise() waits
    for a place among them for `queue_timeout` seconds. cost_aware: see BatchPolicy.
    """

    def __init__(
        self,
        model: Model,
        *,
        slots: int | None = None,
        max_waiting: int = 64,
        queue_timeout: float = 60.0,
        cost_aware: bool = True,
    ) -> None:
        usual = DEFAULT_SLOTS.get(model.device.type, DEFAULT_SLOTS_ELSEWHERE)
        self.slots = slots or (min(usual, 4) if model.latent_side >= _LARGE_SIDE else usual)
        self._model = model
        self._picture_cost = 2 * model.latent_side**2
        self._batch = Batch(
            model,
            BatchPolicy(self.slots * self._picture_cost, cost_aware=cost_aware),
            pad_to=model.pad_to,
            before_retry=self._retry_quietly,
        )
        self.side_worker = SideWorker(
            model.device, pause_steps=self._pause_steps, is_stepping=lambda: bool(self._tasks)
        )
        self._max_waiting, self._queue_timeout = max_waiting, queue_timeout
        self._changed = threading.Condition()
        self._waiting: deque[_Task] = deque()
        self._tasks: dict[RequestState, _Task] = {}
        self._thread: threading.Thread | None = None
        self._closed = False
        self._quiet_step = False
        self._turnstile, self._step_lock = threading.Lock(), threading.Lock()
        self._unet_calls = self._unet_rows = 0
        self._rate = StepRate()

    def denoise(
        self, state: RequestState, *, on_step: OnStep, check_cancelled: CheckCancelled
    ) -> torch.Tensor:
        """Return the latents after the last step, (pictures, channels, h, w).

        on_step(done, total) is called after every step, check_cancelled() then and several times a
        second, both in this thread; what they raise ends the request and passes through. Raises
        PaintError, with the code "busy" if no place became free in time, and Closed if the engine
        closes.
        """
        task = self._submit(_Task(state), check_cancelled)
        try:
            while True:
                try:
                    step = task.events.get(timeout=POLL_SECONDS)
                except queue.Empty:
                    check_cancelled()
                    continue
                if step is None:
                    break
                on_step(*step)
                check_cancelled()
            if task.error is not None:
                raise task.error
            return state.latents
        finally:
            task.abandoned = True
            with self._changed:
                if task in self._waiting:
                    self._waiting.remove(task)
                self._changed.notify_all()

    def status(self) -> Status:
        """Return what the engine is doing. Cheap, from any thread."""
        with self._changed:
            states = list(self._tasks)
            return Status(
                waiting=len(self._waiting),
                active=len(states),
                unet_rows=self._unet_rows,
                slots=max(1, int(self._batch.policy.capacity.current / self._picture_cost)),
                unet_calls=self._unet_calls,
                steps_per_second=self._rate.per_second(),
                requests=tuple(Progress(s.pictures, s.done, s.total) for s in states),
                side_tasks=self.side_worker.tasks_done,
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
        self.side_worker.close(timeout)

    def _submit(self, task: _Task, check_cancelled: CheckCancelled) -> _Task:
        deadline = time.monotonic() + self._queue_timeout
        while True:
            check_cancelled()
            with self._changed:
                if self._closed:
                    raise Closed
                if len(self._waiting) < self._max_waiting:
                    self._waiting.append(task)
                    self._start()
                    self._changed.notify_all()
                    return task
                self._changed.wait(POLL_SECONDS)
            if time.monotonic() > deadline:
                raise PaintError(
                    f"{self._max_waiting} requests are waiting already; try again later.",
                    permanent=False,
                    code="busy",
                )

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
            _, error = try_call(self._batch.warm_up)
            warm.set_exception(error) if error is not None else warm.set_result(None)
        while self._admit():
            self._step()
        with self._changed:
            unfinished = [*self._tasks.values(), *self._waiting]
            self._tasks.clear()
            self._waiting.clear()
        for task in unfinished:
            task.end(Closed())

    def _admit(self) -> bool:
        """Wait for work, drop abandoned requests, admit the next ones. False once closed."""
        with self._changed:
            while not (self._closed or self._tasks or self._waiting):
                self._changed.wait()
            if self._closed:
                return False
            for task in [task for task in self._tasks.values() if task.abandoned]:
                self._batch.remove(task.state)
                del self._tasks[task.state]
            joining: list[_Task] = []
            while self._waiting and len(self._tasks) + len(joining) < self.slots:
                joining.append(self._waiting.popleft())
            for task in joining:
                self._tasks[task.state] = task
            if joining:
                self._changed.notify_all()
        for task in joining:
            try:
                self._batch.add(task.state)
            except Exception as error:
                self._end(task.state, error)
        return True

    def _step(self) -> None:
        quiet, self._quiet_step = self._quiet_step, False
        try:
            with self.side_worker.paused() if quiet else nullcontext():
                with self._turnstile:
                    pass
                with self._step_lock:
                    result = self._batch.step()
            self._publish(result)
        except Exception as error:  # a mistake of this project: nobody may wait for ever
            logger.exception("engine.batch_broken")
            self._batch.states.clear()
            for state in list(self._tasks):
                self._end(state, PaintError(f"The batch broke: {error!r}", permanent=False))

    def _publish(self, result: StepResult) -> None:
        with self._changed:
            self._unet_calls += bool(result.stepped)
            self._unet_rows = result.unet_rows
            self._rate.record(sum(state.pictures for state in result.stepped))
        for state in result.stepped:
            self._tasks[state].events.put((state.done, state.total))
        for outcome in result.departed:
            self._end(outcome.state, outcome.error)

    def _end(self, state: RequestState, error: Exception | None) -> None:
        with self._changed:
            task = self._tasks.pop(state)
        task.end(error)

    def _retry_quietly(self) -> None:
        """Memory ran out for one request alone: its next try is made while nothing is decoded."""
        self._quiet_step = True

    @contextmanager
    def _pause_steps(self) -> Iterator[None]:
        """Hold the steps; the turnstile keeps the loop from being first every time."""
        with self._turnstile, self._step_lock:
            yield
