"""A thread for what must not hold up the steps: the autoencoder and the safety checker.

It overlaps with the step loop, one thing after another in the order of asking, so that at no time
more than one picture is being decoded.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any, TypeVar

import torch

from inference.failures import attempt
from inference.request import OutOfMemory, Stopped

T = TypeVar("T")
Look = Callable[[], None]
_PLENTY = 12 * 2**30  # bytes of a GPU's memory; a stream of its own keeps memory of its own
LOOK_AROUND = 0.1  # seconds between two looks at whether one is still wanted


class Aside:
    """The thread and its queue.

    hush: a context in which the step loop holds still; memory that runs out beside a running batch
    may do without one. busy: whether the step loop runs; on a CPU both share the cores then.
    """

    def __init__(
        self,
        device: torch.device,
        *,
        hush: Callable[[], AbstractContextManager[object]] = nullcontext,
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self._device = device
        self._hush = hush
        self._busy = busy
        self.done = 0  # calls since the start, those that failed among them
        self._threads = torch.get_num_threads()
        self._jobs: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]
        self._jobs = queue.SimpleQueue()
        self._working = threading.Lock()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def do(self, call: Callable[[], T], look: Look) -> T:
        """What the call returns, once it is its turn; look() is called meanwhile, and may raise.

        Raises PaintError for what the call throws.
        """
        look()
        return self.wait(self.begin(call), look)

    def begin(self, call: Callable[[], T]) -> Future[T]:
        """Put the call into the queue. Whoever does not wait for it has to cancel it."""
        with self._starting:
            if self._closed:
                raise Stopped("The painter is closed.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="aside", daemon=True)
                self._thread.start()
            future: Future[T] = Future()
            self._jobs.put((future, call))
        return future

    def wait(self, future: Future[T], look: Look) -> T:
        """What the call returns; as do()."""
        try:
            while True:
                try:
                    return future.result(LOOK_AROUND)
                except TimeoutError:
                    look()
        finally:
            future.cancel()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """A context in which nothing goes on here."""
        with self._working:
            yield

    def close(self, timeout: float = 10.0) -> None:
        """End the thread after what it is at; what waits ends with Stopped."""
        with self._starting:
            self._closed = True
            self._jobs.put(None)
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)

    def _work(self) -> None:
        stream: Any = None
        if self._device.type == "cuda" and _memory(self._device) > _PLENTY:
            stream = torch.cuda.Stream(self._device)  # type: ignore[no-untyped-call]
        torch.get_num_threads()  # else this thread's first operation would undo what is set here
        while (job := self._jobs.get()) is not None:
            future, call = job
            if not future.set_running_or_notify_cancel():
                continue
            if self._closed:
                future.set_exception(Stopped("The painter is closed."))
                continue
            run = partial(self._alone, call, stream)
            with self._working:
                result, error = attempt(run)
                if isinstance(error, OutOfMemory):
                    with self._hush():
                        result, error = attempt(run)
            self.done += 1
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)
            del job, future, call, run, result, error  # nothing is to outlive its use

    def _alone(self, call: Callable[[], T], stream: Any) -> T:
        if self._device.type == "cuda" and stream is None:
            return call()
        if stream is not None:  # a GPU can do it beside the steps
            stream.wait_stream(torch.cuda.default_stream(self._device))
            with torch.cuda.stream(stream):
                result = call()
            stream.synchronize()
            return result
        try:
            # torch counts threads by thread: these leave half the cores to the steps.
            torch.set_num_threads(max(1, self._threads // 2) if self._busy() else self._threads)
            return call()
        finally:
            torch.set_num_threads(self._threads)  # it is the default of threads to come, too


def _memory(device: torch.device) -> int:
    return int(torch.cuda.get_device_properties(device).total_memory)
