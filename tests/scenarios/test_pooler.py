"""Behind PgBouncer in transaction mode everything works, the time-outs included."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from bot.store import database as database_module
from bot.store.database import Database
from tests.scenarios.house import House
from tests.scenarios.servers import PostgreSQL, pgbouncer

pytestmark = pytest.mark.services


@pytest.fixture
def pooled_url(postgres: PostgreSQL) -> Iterator[str]:
    """The URL of an empty database, by way of a pooler that has two connections for everybody."""
    name = postgres.new_database().rpartition("/")[2]
    with pgbouncer(postgres) as port:
        yield f"postgresql+psycopg://efude@127.0.0.1:{port}/{name}"


def transactions(url: str) -> int:
    """The same statement so often that a driver would prepare it."""
    database = Database(url)
    for number in range(25):
        with database.write() as db:
            sum_ = db.exec_driver_sql("SELECT %s::int + 1, pg_sleep(0.002)", (number,))
            assert sum_.first()[0] == number + 1  # type: ignore[index]
    database.close()
    return 25


def test_transactions_of_many_clients(pooled_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(transactions, [pooled_url] * 4)) == 100


def test_a_statement_ends_in_time_and_leaves_no_setting_behind(
    pooled_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "STATEMENT_TIMEOUT_SECONDS", 1)
    database = Database(pooled_url)
    for _ in range(3):
        with pytest.raises(OperationalError) as raised, database.read() as db:
            db.exec_driver_sql("SELECT pg_sleep(30)")
        assert isinstance(raised.value.orig, psycopg.errors.QueryCanceled)
    database.close()
    address = pooled_url.replace("+psycopg", "")
    for _ in range(4):  # another client of the same pool
        with psycopg.connect(address, autocommit=True, prepare_threshold=None) as other:
            row = other.execute("SHOW statement_timeout").fetchone()
            assert row == ("0",)


def test_a_house_behind_a_pooler(tmp_path: Path, pooled_url: str) -> None:
    """Migration, webhooks, worker, courier and clock share two connections."""
    env = {"SWEEP_INTERVAL_SECONDS": "0.5", "LEASE_SECONDS": "5", "NUM_INFERENCE_STEPS": "3"}
    house = House(tmp_path, None, env, database_url=pooled_url.replace("+psycopg", ""))
    try:
        house.open()
        people = [house.person(name) for name in ("みお", "りん", "そら", "りく")]
        for person in people:
            house.simulator.send(person, "赤いりんご")
        for person in people:
            house.bring(person)
        assert {webhook["status"] for webhook in house.simulator.webhooks()} == {200}
    finally:
        house.close()
