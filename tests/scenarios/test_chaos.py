"""A short run of `make chaos`: pictures while processes are killed and servers are in trouble."""

from __future__ import annotations

import pytest

from benchmarks.chaos.run import Options, run, wrong

QUICK = {"LEASE_SECONDS": "5", "SWEEP_INTERVAL_SECONDS": "1", "STUB_STEP_SECONDS": "0.02"}


@pytest.mark.parametrize(
    ("database", "broker"),
    [
        ("sqlite", "valkey"),
        pytest.param("postgresql", "rabbitmq", marks=pytest.mark.services),
    ],
)
def test_pictures_come_once_whatever_ends(database: str, broker: str) -> None:
    """Each process is killed and most servers are away for some seconds: all pictures come once."""
    options = Options(
        jobs=40,
        minutes=7.0,
        seed=3,
        database=database,
        broker=broker,
        settings=QUICK,
        longest_seconds=6.0,
        kill_every=9,
        fork=True,
    )
    outcome = run(options)
    assert wrong(outcome) == []
    assert outcome.tally.came >= 25
    assert {f"kill {name}" for name in ("web", "worker", "courier", "clock")} <= set(
        outcome.troubles
    )
