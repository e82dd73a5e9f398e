"""Whose turn it is, with stand-in runs: plain arithmetic, without a model."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from inference.engine.batch_policy import BatchCapacity, BatchPolicy, StepCostModel

SMALL, LARGE = (8, 8), (16, 8)


@dataclass(eq=False)
class Job:
    """So many steps of a request."""

    steps: int
    rows: int = 2
    bucket: tuple[int, int] = SMALL
    joined_at: float = 0.0
    done: int = 0
    ended: float = 0.0

    @property
    def cost(self) -> int:
        return self.rows * self.bucket[0] * self.bucket[1]

    @property
    def remaining_cost(self) -> int:
        return self.cost * (self.steps - self.done)


def play(
    policy: BatchPolicy,
    arrivals: list[tuple[float, Job]],
    base: float = 0.0,
    slope: float = 1.0,
) -> list[Job]:
    """Let jobs arrive at their seconds, calls cost base + slope * cost; the jobs as they ended."""
    now, coming = 0.0, sorted(arrivals, key=lambda each: each[0])
    here: list[Job] = []
    over: list[Job] = []
    while coming or here:
        if not here:
            now = max(now, coming[0][0])
        while coming and coming[0][0] <= now:
            job = coming.pop(0)[1]
            job.joined_at = policy.work_done
            here.append(job)
        chosen = policy.choose(here)
        cost = sum(job.cost for job in chosen)
        assert len({job.bucket for job in chosen}) == 1
        now += base + slope * cost
        policy.on_success(cost)
        policy.observe(chosen[0].bucket, cost, base + slope * cost)
        for job in chosen:
            job.done += 1
            if job.done == job.steps:
                job.ended = now
                here.remove(job)
                over.append(job)
    return over


def alone(slots: int = 1) -> BatchPolicy:
    """One request of a picture with guidance at a time."""
    return BatchPolicy(slots * 2 * 64)


def test_equal_requests_go_in_the_order_of_coming() -> None:
    jobs = [Job(10) for _ in range(5)]
    over = play(alone(), [(place * 300.0, job) for place, job in enumerate(jobs)])
    assert over == jobs


def test_a_request_of_one_picture_passes_one_of_four() -> None:
    four, one = Job(20, rows=8), Job(20)
    play(alone(4), [(0.0, four), (100.0, one)])
    assert one.ended < 100 + 1.5 * 20 * one.cost
    assert four.ended <= 20 * (four.cost + one.cost)


@pytest.mark.parametrize("long", [Job(50, rows=8), Job(50, bucket=LARGE)])
def test_a_stream_of_small_requests_starves_nobody(long: Job) -> None:
    """The stream alone would fill the device for ever; the long one has waited, and goes."""
    short = [(place * 10 * 128.0, Job(10)) for place in range(200)]
    long = Job(long.steps, long.rows, long.bucket)
    play(alone(4), [(1.0, long), *short])
    assert long.ended < 4 * long.steps * long.cost


def test_sizes_are_served_in_turn_and_the_rare_one_does_not_starve() -> None:
    common = [(place * 16 * 128.0, Job(10)) for place in range(200)]
    rare = [(5_000.0 + place * 60_000, Job(10, bucket=LARGE)) for place in range(3)]
    over = play(alone(4), common + rare, base=100.0)
    assert len(over) == 203
    for came, job in rare:
        assert job.ended - came < 8 * 10 * (job.cost + 100)


def test_what_does_not_fit_waits_for_the_next_call() -> None:
    policy = alone(2)
    jobs = [Job(10) for _ in range(5)]
    assert policy.choose(jobs) == jobs[:2]
    assert policy.choose([Job(10, rows=8)]), "a request alone goes, however large"
    assert policy.choose([jobs[0], Job(10, bucket=LARGE), jobs[1]]) == jobs[:2]


def taught(base: float, slope: float, *, cost_aware: bool = True) -> BatchPolicy:
    policy = BatchPolicy(1e9, cost_aware=cost_aware)
    for rows in (2, 4, 8) * 2:
        policy.observe(SMALL, rows * 64, base + slope * rows * 64)
    return policy


def test_who_costs_more_than_sharing_saves_does_not_come_along() -> None:
    jobs = [Job(10) for _ in range(8)]
    assert len(taught(base=10.0, slope=0.001).choose(jobs)) == 8
    assert len(taught(base=0.001, slope=1.0).choose(jobs)) == 1
    assert len(taught(base=0.001, slope=1.0, cost_aware=False).choose(jobs)) == 8


def test_the_first_call_of_a_size_teaches_nothing() -> None:
    """It took a thousand times as long as those to come, since it had to compile."""
    policy = BatchPolicy(1e9)
    for seconds in (1000.0, 1.0):
        for rows in (2, 4):
            policy.observe(SMALL, rows * 64, seconds)
    assert len(policy.choose([Job(10), Job(10)])) == 2


def test_the_more_wait_the_more_share() -> None:
    chosen = [len(taught(base=100.0, slope=1.0).choose([Job(10)] * n)) for n in (2, 4, 16, 64)]
    assert chosen == sorted(chosen)
    assert chosen[0] == 1 < chosen[-1]


@pytest.mark.parametrize("load", [0.5, 0.8, 1.1])
@pytest.mark.parametrize("base", [0.0, 30.0, 400.0])
def test_never_slower_in_the_mean_than_one_after_another(load: float, base: float) -> None:
    """Poisson arrivals, from a device that gains nothing from sharing to one that gains much."""
    chance = random.Random(1)
    service, now, times = 10 * (base + 128), 0.0, []
    for _ in range(300):
        now += chance.expovariate(load / service)
        times.append(now)
    jobs = [Job(10) for _ in times]
    play(BatchPolicy(8 * 128), list(zip(times, jobs, strict=True)), base=base)
    shared = [job.ended - came for came, job in zip(times, jobs, strict=True)]
    free, queued = 0.0, []
    for came in times:
        free = max(free, came) + service
        queued.append(free - came)
    assert sum(shared) <= 1.02 * sum(queued)
    assert sorted(shared)[284] <= 1.05 * sorted(queued)[284]


def test_prices_are_learnt_and_forgotten() -> None:
    price = StepCostModel()
    assert price.fit() is None
    price.observe(128, 5.0)
    assert price.fit() is None, "one size tells nothing of another"
    for size in (256, 512, 128):
        price.observe(size, 2 + 0.01 * size)
    for _ in range(100):
        price.observe(256, 2 + 0.01 * 256)
        price.observe(512, 2 + 0.01 * 512)
    base, slope = price.fit() or (0.0, 0.0)
    assert base == pytest.approx(2.0, abs=0.05)
    assert slope == pytest.approx(0.01, rel=0.02)
    for _ in range(1000):
        price.observe(256, 4.56)
    assert price.fit() is None


def test_the_room_shrinks_at_once_and_grows_slowly() -> None:
    room = BatchCapacity(16)
    room.on_oom(12)
    assert room.current == 6
    good = 0
    while room.current < 16:
        room.on_success()
        good += 1
        assert good < 5000
    assert good > 200
    before = room.current
    room.on_oom(8)
    for _ in range(200):
        room.on_success()
    assert room.current == 4 < before
