"""Clients that send and read a byte now and then, beside webhooks."""

from __future__ import annotations

import pytest

from benchmarks.slow_clients import send_webhooks, start_slow_clients, store_picture
from tests.scenarios.house import House

pytestmark = pytest.mark.scenario


def test_slow_clients_shut_nobody_out(house: House) -> None:
    port = int(house.env["PORT"])
    slow = start_slow_clients(house, 120, 30.0, store_picture(house), port)
    try:
        outcome = send_webhooks(port, house.secret, 8.0, 2.0)
    finally:
        slow.kill()
        slow.wait()
    # All of them, each before LINE would give up; `make bench` says how fast.
    assert max(outcome.seconds) < 8.0, outcome
