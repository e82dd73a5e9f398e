"""Capacity: the simulation agrees with what is known of queues, and the page with the script."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scripts import capacity
from scripts.capacity import House, Worker, fewest, needed, simulate

ONE = House(people=1000, wishes=3.6, pictures=1.0, seconds=1.0, peak=0.5)  # half a wish a second


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_one_after_another_it_is_the_queue_of_the_textbook() -> None:
    """M/D/1 (Pollaczek-Khinchine): waiting is load / (2 (1 - load)) of the service time."""
    house = replace(ONE, slots=1)
    assert house.rate == pytest.approx(0.5)
    assert mean(simulate(house, 1)) == pytest.approx(1 + 0.5 / (2 * 0.5), rel=0.05)


def test_sharing_without_gain_is_the_other_queue_of_the_textbook() -> None:
    """M/G/1 with processor sharing: the time in the system is service / (1 - load)."""
    house = replace(ONE, slots=10_000, more=1.0)
    assert mean(simulate(house, 1)) == pytest.approx(1 / (1 - 0.5), rel=0.05)


def test_where_a_batch_costs_nothing_nobody_waits() -> None:
    took = simulate(replace(ONE, slots=10_000, more=0.0), 1)
    assert took[0] == pytest.approx(1.0)
    assert took[-1] == pytest.approx(1.0)


def test_two_queues_of_their_own_wait_longer_than_one_before_two_workers() -> None:
    """M/D/2 at the same load waits less than M/D/1."""
    two = simulate(replace(ONE, people=2000, slots=1), 2)
    assert 1.0 < mean(two) < mean(simulate(replace(ONE, slots=1), 1))


def test_who_joins_slows_the_batch_and_who_leaves_frees_it() -> None:
    worker = Worker(replace(ONE, more=0.5))
    worker.join(0.0, 1)
    worker.go_on(0.5)
    worker.join(0.5, 1)
    assert worker.next_end(0.5) == pytest.approx(0.5 + 0.5 * 1.5)
    worker.go_on(0.75)
    assert worker.finish() == 0.0
    assert worker.next_end(1.25) == pytest.approx(1.25 + 0.5)


def test_every_wish_is_painted_and_the_same_seed_tells_the_same() -> None:
    result = simulate(ONE, 1, wishes=500)
    assert len(result) == 500
    assert result == sorted(result) == simulate(ONE, 1, wishes=500)
    assert result != simulate(ONE, 1, wishes=500, seed=2)


def test_the_fewest_workers_are_enough_and_one_less_is_not() -> None:
    house = House(people=60_000, patience=10.0)
    result = needed(house)
    assert result.wait <= 10.0
    fewer = simulate(house, result.workers - 1)
    assert fewer[int(0.95 * len(fewer))] > 10.0
    assert result.workers >= fewest(house)


def test_a_patience_that_nobody_can_keep_does_not_search_for_ever() -> None:
    result = needed(House(seconds=9.0, patience=1.0))
    assert result.wait > 1.0


def test_the_arithmetic() -> None:
    house = House(
        people=100, wishes=4, pictures=1.5, megabytes=1.0, days=10, missed=0.01, members=2
    )
    result = needed(house)
    assert result.gigabytes == pytest.approx(100 * 4 * 1.5 * 10 / 1000)
    assert result.gigabytes_a_month == pytest.approx(100 * 4 * 1.5 * 30 / 1000)
    assert (result.pushes, result.plan) == (240, "ライト")
    assert needed(replace(house, missed=0.0)).plan == "コミュニケーション"
    assert needed(replace(house, missed=0.9)).pushes == 21_600


def test_more_people_never_need_less() -> None:
    result = [needed(House(people=number)).workers for number in (100, 10_000, 50_000)]
    assert result == sorted(result)
    assert result[-1] > 1


def test_the_page_is_up_to_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert capacity.main(["--check"]) == 0, "run: python -m scripts.capacity"
    page = tmp_path / "capacity.md"
    page.write_text(f"before\n{capacity.BEGIN}old\n{capacity.END}after\n", encoding="utf-8")
    assert capacity.main(["--check"], page) == 1
    assert "stale" in capsys.readouterr().err
    assert capacity.main([], page) == capacity.main(["--check"], page) == 0


def test_ones_own_house_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert capacity.main(["--people", "500", "--seconds", "2.5"]) == 0
    output = capsys.readouterr().out
    assert "wishes in the peak hour   240" in output
    assert "450 a month" in output
