"""Rest for the houses in which no story is told just now.

Their clocks tick every half second or less, and the couriers sweep: a tenth of a core for each
house, for as long as the tests take.
"""

from __future__ import annotations

import time

from bot.monitoring import alarms, liveness
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually

SHORT_REST_SECONDS = 45.0  # after 60 without a tick an alarm is raised


def rest(house: House) -> None:
    """Stop the clock, until `wake`. Nothing may be under way."""
    clock = house.processes["clock"]
    if clock.alive:
        clock.pause()
        house.resting_since = time.time()


def wake(house: House) -> None:
    """Let the clock go on, and wait until nobody takes it for dead any more."""
    if house.resting_since is None:
        return
    house.processes["clock"].go_on()
    woken_at = time.time()
    rested, house.resting_since = woken_at - house.resting_since, None
    if rested < SHORT_REST_SECONDS:
        return

    def ticks() -> bool:
        with house.database.read() as db:
            tick_at = liveness.last_seen(db).tick_at
            missed = any(alarm.name == "no_clock" for alarm in alarms.list_active(db))
        return (tick_at or 0.0) > woken_at and not missed

    eventually("the clock ticks again", ticks, PATIENCE, 0.1)
