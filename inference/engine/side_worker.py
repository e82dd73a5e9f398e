"""Run the autoencoder and the safety checker in a thread beside the steps.

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

from inference.cancellation import POLL_SECONDS, CheckCancelled
from inference.errors import Closed, OutOfMemory
from inference.torch_errors import try_call

T = TypeVar("T")
_STREAM_MIN_MEMORY = (
    12 * 2**30
)  # bytes of a GPU's memory; a stream of its own keeps memory of its own


class SideWorker:
    """The thread and its queue.

    pause_steps: a context in which no step is taken; a call that ran out of memory is tried again
    in it. is_stepping: whether the step loop runs; on a CPU both share the cores then.
    """

    def __init__(
        self,
        device: torch.device,
        *,
        pause_steps: Callable[[], AbstractContextManager[object]] = nullcontext,
        is_stepping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._device = device
        self._pause_steps = pause_steps
        self._is_stepping = is_stepping
        self.tasks_done = 0  # calls since the start, those that failed among them
        self._threads = torch.get_num_threads()
        self._calls: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]
        self._calls = queue.SimpleQueue()
        self._working = threading.Lock()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def run(self, call: Callable[[], T], check_cancelled: CheckCancelled) -> T:
        """Return what the call returns; check_cancelled() is called meanwhile, and may raise.

        Raises PaintError for what the call throws.
        """
        check_cancelled()
        return self.wait(self.submit(call), check_cancelled)

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Put the call into the queue. Whoever does not wait for it has to cancel it."""
        with self._starting:
            if self._closed:
                raise Closed
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="side-worker", daemon=True)
                self._thread.start()
            future: Future[T] = Future()
            self._calls.put((future, call))
        return future

    def wait(self, future: Future[T], check_cancelled: CheckCancelled) -> T:
        """Return what a submitted call returns, as run() does."""
        try:
            while True:
                try:
                    return future.result(POLL_SECONDS)
                except TimeoutError:
                    check_cancelled()
        finally:
            future.cancel()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Hold this worker for the length of a with."""
        with self._working:
            yield

    def close(self, timeout: float = 10.0) -> None:
        """End the thread after its current call; those that wait end with Closed."""
        with self._starting:
            self._closed = True
            self._calls.put(None)
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)

    def _work(self) -> None:
        stream: Any = None
        if self._device.type == "cuda" and _memory(self._device) > _STREAM_MIN_MEMORY:
            stream = torch.cuda.Stream(self._device)  # type: ignore[no-untyped-call]
        torch.get_num_threads()  # else this thread's first operation would undo what is set here
        while (item := self._calls.get()) is not None:
            future, call = item
            if not future.set_running_or_notify_cancel():
                continue
            if self._closed:
                future.set_exception(Closed())
                continue
            execute = partial(self._execute, call, stream)
            with self._working:
                result, error = try_call(execute)
                if isinstance(error, OutOfMemory):
                    with self._pause_steps():
                        result, error = try_call(execute)
            self.tasks_done += 1
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)
            del item, future, call, execute, result, error  # nothing is to outlive its use

    def _execute(self, call: Callable[[], T], stream: Any) -> T:
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
            torch.set_num_threads(
                max(1, self._threads // 2) if self._is_stepping() else self._threads
            )
            return call()
        finally:
            torch.set_num_threads(self._threads)  # it is the default of threads to come, too


def _memory(device: torch.device) -> int:
    return int(torch.cuda.get_device_properties(device).total_memory)
