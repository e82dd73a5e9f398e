"""The engine's thread: joining, leaving, waiting, stopping and troubles, with a real model."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import torch

from inference.engine.engine import Engine
from inference.engine.painter import EnginePainter
from inference.errors import OutOfMemory, PaintError, Stopped
from inference.request import DrawRequest, Picture
from inference.status import Progress, Status
from tests.inference.engine.test_batch import before_unet, out_of_memory_above
from tests.inference.test_painter import QUICK, difference

pytestmark = [pytest.mark.slow, pytest.mark.core]

LONG = dataclasses.replace(QUICK, steps=500)


@pytest.fixture
def easel(painter: EnginePainter) -> Iterator[EnginePainter]:
    """A painter of its own for each test; everybody who fits shares a call."""
    item = with_engine(painter)
    yield item
    item.close()


def with_engine(painter: EnginePainter, **options: Any) -> EnginePainter:
    engine_painter = EnginePainter(painter.model)
    engine_painter.engine = Engine(painter.model, **{"slots": 4, "cost_aware": False, **options})
    return engine_painter


def _throws(*_: Any) -> Any:
    return 1 // 0


class Paint(threading.Thread):
    """A paint in a thread of its own, which can be looked at and stopped."""

    def __init__(self, painter: EnginePainter, request: DrawRequest, **fields: Any) -> None:
        super().__init__(daemon=True)
        self.stopping = threading.Event()
        self.stepped = threading.Event()
        self.steps: list[int] = []
        self.pictures: list[Picture] = []
        self.error: BaseException | None = None
        self._work = partial(
            painter.paint,
            request,
            on_step=self.on_step,
            should_stop=self.stopping.is_set,
            **fields,
        )
        self.start()

    def on_step(self, done: int, _total: int) -> None:
        self.steps.append(done)
        self.stepped.set()

    def run(self) -> None:
        try:
            self.pictures = self._work()
        except BaseException as error:
            self.error = error

    def under_way(self) -> Paint:
        assert self.stepped.wait(60), self.error
        return self

    def ended(self, timeout: float = 60.0) -> Paint:
        self.join(timeout)
        assert not self.is_alive()
        return self

    def stop(self) -> Paint:
        self.stopping.set()
        return self.ended()


def until(what: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_request_joins_a_running_batch_and_leaves_before_the_others(easel: EnginePainter) -> None:
    alone = easel.paint(QUICK)[0]
    long = Paint(easel, LONG).under_way()
    with before_unet(easel.model, lambda rows, _: seen.append(len(rows))):
        seen: list[int] = []
        (joined,) = easel.paint(QUICK)
    assert long.is_alive()
    assert 4 in seen, "two requests' rows in one call"
    assert difference(joined, alone) <= 1
    long.stop()
    assert isinstance(long.error, Stopped)
    assert long.steps == list(range(1, len(long.steps) + 1))


def test_one_picture_and_four_do_not_hold_each_other_up(easel: EnginePainter) -> None:
    four = Paint(easel, dataclasses.replace(LONG, count=4)).under_way()
    assert easel.paint(QUICK), "one passes four"
    before = len(four.steps)
    stream = [Paint(easel, dataclasses.replace(LONG, steps=20)) for _ in range(3)]
    for each in stream:
        assert each.ended().pictures
    until(lambda: len(four.steps) > before + 3)
    four.stop()


def test_slots_are_bounded_and_who_waits_is_taken_in_when_one_leaves(
    painter: EnginePainter,
) -> None:
    easel = with_engine(painter, slots=2)
    first, second = Paint(easel, LONG).under_way(), Paint(easel, LONG).under_way()
    third = Paint(easel, LONG)
    until(lambda: easel.status().waiting == 1)
    assert easel.status().active == 2
    assert not third.steps
    first.stop()
    third.under_way()
    for each in (second, third):
        each.stop()
    easel.close()


def test_who_waits_can_be_stopped_too(painter: EnginePainter) -> None:
    easel = with_engine(painter, slots=1)
    long = Paint(easel, LONG).under_way()
    waiting = Paint(easel, QUICK)
    until(lambda: easel.status().waiting == 1)
    waiting.stop()
    assert isinstance(waiting.error, Stopped)
    assert easel.status().waiting == 0
    assert long.is_alive()
    long.stop()
    easel.close()


def test_beyond_the_waiting_room_one_waits_outside_and_then_hears_that_it_is_busy(
    painter: EnginePainter,
) -> None:
    easel = with_engine(painter, slots=1, max_waiting=1, queue_timeout=0.3)
    long, waiting = Paint(easel, LONG).under_way(), Paint(easel, LONG)
    until(lambda: easel.status().waiting == 1)
    with pytest.raises(PaintError, match="waiting already") as caught:
        easel.paint(QUICK)
    assert (caught.value.code, caught.value.permanent) == ("busy", False)
    request = iter([False, False, False, True])
    with pytest.raises(Stopped):
        easel.paint(QUICK, should_stop=lambda: next(request))
    outside = Paint(easel, QUICK)
    long.stop()
    waiting.stop()
    assert outside.ended().pictures, "a place became free in time"
    easel.close()


def test_a_deadline_counts_while_waiting_and_while_painting(painter: EnginePainter) -> None:
    easel = with_engine(painter, slots=1)
    painting = Paint(easel, LONG, timeout=1.0).under_way()
    waiting = Paint(easel, LONG, timeout=0.3)
    for each in (painting, waiting):
        error = each.ended().error
        assert isinstance(error, PaintError)
        assert error.code == "too_late"
    until(lambda: easel.status().active == 0)
    easel.close()


def test_a_stop_while_finishing(easel: EnginePainter) -> None:
    decoded: list[int] = []
    hook = easel.model.vae.decoder.register_forward_pre_hook(lambda *_: decoded.append(1))
    try:
        with pytest.raises(Stopped):
            easel.paint(dataclasses.replace(QUICK, count=4), should_stop=lambda: len(decoded) >= 2)
    finally:
        hook.remove()
    assert len(decoded) == 2


def test_a_callback_that_throws_or_dawdles_hurts_nobody_else(easel: EnginePainter) -> None:
    def throws(done: int, total: int) -> None:
        raise ZeroDivisionError

    def dawdles(done: int, total: int) -> None:
        dawdling.set()
        enough.wait(30)

    dawdling, enough = threading.Event(), threading.Event()
    slow = threading.Thread(target=lambda: easel.paint(QUICK, on_step=dawdles))
    slow.start()
    assert dawdling.wait(30)
    with pytest.raises(ZeroDivisionError):
        easel.paint(QUICK, on_step=throws)
    assert easel.paint(QUICK)
    assert slow.is_alive()
    enough.set()
    slow.join(30)


def test_a_neighbours_fault_is_its_own(easel: EnginePainter) -> None:
    """Ten seconds of troubles of all kinds beside one picture, which comes as if alone."""
    request = dataclasses.replace(QUICK, steps=60, seed=99)
    alone = easel.paint(request)[0]
    steady = Paint(easel, request).under_way()
    with pytest.raises(PaintError, match="magic"):
        easel.paint(dataclasses.replace(QUICK, scheduler="magic"))
    hook = easel.model.text_encoder.register_forward_pre_hook(_throws)
    with pytest.raises(PaintError, match="ZeroDivisionError"):
        easel.paint(dataclasses.replace(QUICK, prompt="一度も読まれていない"))
    hook.remove()
    with before_unet(easel.model, out_of_memory_above(4)), pytest.raises(OutOfMemory):
        easel.paint(dataclasses.replace(QUICK, count=4))
    assert not steady.ended().error
    assert difference(steady.pictures[0], alone) <= 1


def test_a_batch_that_breaks_tells_everybody_and_goes_on(easel: EnginePainter) -> None:
    long = Paint(easel, LONG).under_way()
    real = easel.engine._batch.step
    easel.engine._batch.step = _throws  # type: ignore[method-assign]
    error = long.ended().error
    easel.engine._batch.step = real  # type: ignore[method-assign]
    assert isinstance(error, PaintError)
    assert not error.permanent
    assert easel.paint(QUICK)


def test_memory_that_runs_out_while_decoding_is_tried_again_in_quiet(easel: EnginePainter) -> None:
    long = Paint(easel, LONG).under_way()
    tries: list[int] = []

    def ran_out(*_: Any) -> None:
        tries.append(len(long.steps))
        if len(tries) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        before = easel.status().unet_calls
        time.sleep(0.3)
        assert easel.status().unet_calls <= before + 1, "no step is taken meanwhile"

    hook = easel.model.vae.decoder.register_forward_pre_hook(ran_out)
    try:
        assert easel.paint(QUICK)
    finally:
        hook.remove()
    assert len(tries) == 2
    before = len(long.steps)
    until(lambda: len(long.steps) > before)
    long.stop()


def test_the_status_tells_what_is_under_way(easel: EnginePainter) -> None:
    assert easel.status() == Status(0, 0, 0, 4, 0, 0.0, ())
    one = Paint(easel, LONG).under_way()
    two = Paint(easel, dataclasses.replace(LONG, count=2, guidance=1.0)).under_way()
    until(lambda: easel.status().unet_rows == 4)
    status = easel.status()
    assert (status.waiting, status.active, status.slots) == (0, 2, 4)
    assert [request.pictures for request in status.requests] == [1, 2]
    first = status.requests[0]
    assert first == Progress(1, first.done, 500)
    assert 0 < first.done < 500
    assert status.unet_calls >= first.done
    assert status.steps_per_second > 0
    for each in (one, two):
        each.stop()
    until(lambda: easel.status().active == 0)


def test_many_threads_at_once(easel: EnginePainter) -> None:
    requests = [
        dataclasses.replace(
            QUICK, seed=seed, count=1 + seed % 3, steps=2 + seed % 3, width=64 + 8 * (seed % 2)
        )
        for seed in range(8)
    ]
    paints = [Paint(easel, request) for request in requests]
    for request, each in zip(requests, paints, strict=True):
        assert not each.ended(120).error
        assert len(each.pictures) == request.count
        assert each.steps == list(range(1, (request.steps or 0) + 1))
    last = easel.paint(requests[7])
    assert all(
        difference(one, other) <= 1 for one, other in zip(last, paints[7].pictures, strict=True)
    )


def test_warming_up_calls_the_unet_with_every_padded_size(painter: EnginePainter) -> None:
    seen: list[tuple[str, int]] = []
    engine = Engine(dataclasses.replace(painter.model, pad_to=(1, 2, 4)))
    with before_unet(
        painter.model, lambda rows, _: seen.append((threading.current_thread().name, len(rows)))
    ):
        engine.warm_up()
    assert seen == [("engine", 1), ("engine", 2), ("engine", 4)]
    engine.close()
