"""PostgreSQL is started anew: the connections of before cost no transaction."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from bot.store.database import Database
from bot.store.prepared import Prepared
from tests.scenarios.processes import eventually
from tests.scenarios.servers import postgresql

pytestmark = pytest.mark.services

CONNECTIONS = 4


def test_every_transaction_after_a_restart_succeeds() -> None:
    with postgresql() as server:
        database = Database(server.new_database())

        def add(number: int) -> int:
            with database.write() as db:
                query = "SELECT %s::int + 1, pg_sleep(0.2)"
                row = db.exec_driver_sql(query, (number,)).one()
            return int(row[0])

        with ThreadPoolExecutor(CONNECTIONS) as threads:
            assert list(threads.map(add, range(CONNECTIONS))) == [1, 2, 3, 4]
            assert server.process
            server.process.kill()
            server.process.start()
            eventually("it answers", server.answers, 60.0)
            assert list(threads.map(add, range(CONNECTIONS))) == [1, 2, 3, 4]
            server.process.kill()
            server.process.start()
            eventually("it answers", server.answers, 60.0)
            assert database.first(Prepared(text("SELECT 1"))) == (1,)
        database.close()
