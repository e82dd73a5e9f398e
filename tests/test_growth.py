"""Growth: the simulation agrees with what is known of queues, and the page with the script."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scripts import growth
from scripts.capacity import House as Painting
from scripts.growth import Machines, Times, events_a_second, pictures_a_second, waits

SMALL = 1e-7
TIMES = Times(*[SMALL] * 8)
MANY = Machines(2, cores=64, couriers=64)


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_one_courier_is_the_queue_of_the_textbook() -> None:
    """M/M/1: the time in the system is service / (1 - load)."""
    house = Machines(2, cores=64, couriers=1)
    took = waits(house, replace(TIMES, reader=0.01), rate=50.0, events=8_000)
    assert mean(took) == pytest.approx(0.01 / (1 - 0.5), rel=0.1)


def test_nobody_waits_where_there_is_enough_of_everything() -> None:
    times = Times(0.001, 0.002, 0.003, 0.004, *[SMALL] * 4)
    assert mean(waits(MANY, times, rate=20.0)) == pytest.approx(0.010, rel=0.05)


@pytest.mark.parametrize(
    ("times", "house", "most"),
    [
        (replace(TIMES, web=0.004), Machines(3, cores=2, couriers=64), 2 * 2 / 0.004),
        (replace(TIMES, reader=0.004), Machines(3, cores=64, couriers=3), 2 * 3 / 0.004),
        (replace(TIMES, reader_database=0.004), replace(MANY, cores=4), 4 / 0.004),
        (replace(TIMES, reader_database=0.004), replace(MANY, pooler=3), 3 / 0.004),
    ],
)
def test_what_is_scarce_bounds_the_speed(times: Times, house: Machines, most: float) -> None:
    """Cores, couriers (which read one after the other), the database's cores, the pooler."""
    assert events_a_second(house, times) == pytest.approx(most, rel=0.1)


def test_a_courier_that_waits_for_the_database_reads_nothing_else() -> None:
    times = replace(TIMES, reader=0.002, reader_database=0.002)
    one = events_a_second(Machines(2, cores=64, couriers=1), times)
    assert one == pytest.approx(250, rel=0.05)


def test_connections_are_counted_and_a_pooler_bounds_them() -> None:
    assert Machines(10, couriers=4).connections == (9 * 6 + 1) * 10
    assert Machines(10, couriers=4, pooler=20).connections == 20


def test_pictures_are_bounded_by_gpus_and_by_the_rest() -> None:
    times = replace(TIMES, courier=0.02, picture_database=0.04)
    painting = Painting(seconds=2.0, more=1.0, slots=16)  # a batch gains nothing
    painted, rest = pictures_a_second(Machines(3, cores=4, workers=2), times, painting)
    assert painted == pytest.approx(2 * 2 * 0.5)
    assert rest == pytest.approx(4 / 0.04, rel=0.01)
    assert pictures_a_second(Machines(1, cores=4), times, painting)[1] == pytest.approx(
        4 / 0.06, rel=0.01
    )


def test_the_page_is_up_to_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert growth.main(["--check"]) == 0, "run: python -m scripts.growth"
    page = tmp_path / "capacity.md"
    page.write_text(f"before\n{growth.BEGIN}old\n{growth.END}after\n", encoding="utf-8")
    assert growth.main(["--check"], page) == 1
    assert "stale" in capsys.readouterr().err


def test_ones_own_house_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert growth.main(["--machines", "3"]) == 0
    assert "a second painted" in capsys.readouterr().out
