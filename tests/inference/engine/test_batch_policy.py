"""Whose turn it is, with stand-in runs: plain arithmetic, without a model."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from inference.engine.batch_policy import BatchPolicy, StepCostModel

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


def test_who_is_left_out_does_not_stop_those_behind() -> None:
    """Too large, of another size, or too dear: the next in line may come along all the same."""
    first, last = Job(2), Job(20)
    for between in (Job(3, rows=8), Job(3, bucket=LARGE)):
        assert alone(2).choose([first, between, last]) == [first, last]
    dear = Job(1, rows=20)
    assert taught(base=200.0, slope=1.0).choose([first, dear, last]) == [first, last]


def test_the_first_call_of_a_size_teaches_nothing() -> None:
    """It took long since it had to compile, which looks as if sharing saved much; it saves none."""
    policy = BatchPolicy(1e9)
    for bucket in (LARGE, SMALL):
        for compiling in (1000.0, 0.0, 0.0):
            for rows in (2, 4):
                policy.observe(bucket, rows * 64, compiling + rows * 0.64)
        assert len(policy.choose([Job(10, bucket=bucket)] * 2)) == 1


@pytest.mark.parametrize(("work_done", "passes"), [(1.9, True), (2.0, False)])
def test_nobody_passes_who_comes_after_twice_the_own_work(work_done: float, passes: bool) -> None:
    long = Job(100)
    short = Job(1, joined_at=work_done * long.remaining_cost)
    assert alone().choose([long, short]) == [short if passes else long]


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


@pytest.mark.parametrize(
    ("base", "slope", "fit"),
    [(0.5, 0.01, (0.5, 0.01)), (-1.0, 0.01, (0.0, 0.01)), (9.0, -0.01, (5.5, 0.0))],
)
def test_a_call_costs_something_and_never_less_by_its_size(
    base: float, slope: float, fit: tuple[float, float]
) -> None:
    """A few calls may look otherwise; the last row's calls take 5.5 s in the mean."""
    price = StepCostModel()
    for size in (200, 500, 200, 500):
        price.observe(size, base + slope * size)
    assert price.fit() == pytest.approx(fit, abs=0.05)


def test_the_room_shrinks_at_once_and_grows_slowly() -> None:
    policy = BatchPolicy(16)
    room = policy.capacity

    def run_out_and_grow(cost: float) -> list[int]:
        """Return after how many good calls it grew, each time until all is there again."""
        room.on_oom(cost)
        assert room.current == cost / 2
        calls, size = [0], room.current
        while size < 16:
            policy.on_success(1.0)
            calls[-1] += 1
            if room.current != size:
                assert size < room.current <= 1.25 * size
                size = room.current
                calls.append(0)
            assert calls[-1] < 5000
        assert size == 16
        return calls[:-1]

    for _ in range(50):  # what went well before does not count
        policy.on_success(1.0)
    [interval] = set(run_out_and_grow(12))
    assert interval > 50
    assert set(run_out_and_grow(8)) == {2 * interval}
