"""Houses for the stories. They are expensive, so that stories share them.

house                 has a picture ready in a fraction of a second
slow_house            takes some seconds for a picture and offers tickets soon
painting_house        really paints: a tiny model with random weights, by torch

The first two have a worker without torch (tests.scenarios.stub_worker): their stories are about
something else than painting. Starting is most of what houses cost: only in painting_house is every
process started as the Procfile says, in the others as a fork of the zygotes. Between stories their
clocks stand still (tests.scenarios.rest). All stand on SQLite and Valkey. any_house, any_slow_house
and any_painting_house stand, besides, on PostgreSQL with Redis and with RabbitMQ: those runs are
marked `services`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from bot.store.schema import jobs
from simulator.client import AOI, GROUP, HARUTO, YUI
from tests.scenarios.house import House
from tests.scenarios.privacy import leaks, personal_words
from tests.scenarios.rest import rest, wake
from tests.scenarios.servers import PostgreSQL, postgresql

EVERYBODYS = (AOI, HARUTO, YUI, GROUP)  # the chats that the simulator begins with
HERE = Path(__file__).parent
COMMON = {"SWEEP_INTERVAL_SECONDS": "0.5", "LEASE_SECONDS": "5"}
QUICK = {**COMMON, "NUM_INFERENCE_STEPS": "3"}
# One job at a time: these stories tell of jobs that wait behind another.
SLOW = {**COMMON, "NUM_INFERENCE_STEPS": "100", "TICKET_AFTER_SECONDS": "0.5", "ENGINE_SLOTS": "1"}
SLOW_SECONDS = 4.0  # long enough to act in, on any machine, and no longer
AT_HOME = "sqlite+valkey"
ELSEWHERE = [
    pytest.param(kind, marks=pytest.mark.services)
    for kind in ("postgresql+redis", "postgresql+rabbitmq")
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a scenario, and may have to wait for houses to be built."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.scenario)
            item.add_marker(pytest.mark.timeout(300))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Show what the processes said last beside a story that failed."""
    report = yield
    item.stash[_PASSED] = report.passed and (report.when == "setup" or item.stash[_PASSED])
    if report.failed:
        for house in getattr(item, "funcargs", {}).values():
            if isinstance(house, House):
                report.sections += [(f"log of {name}", text) for name, text in house.log_tails()]
    return report


_PASSED = pytest.StashKey[bool]()


class Town:
    """The houses of one kind, built when the first story needs them."""

    def __init__(
        self,
        folder: Path,
        make_model: Callable[[], Path],
        kind: str,
        postgres: PostgreSQL | None = None,
    ) -> None:
        self._folder = folder
        self._make_model = make_model
        self._broker = kind.partition("+")[2]
        self._postgres = postgres
        self._houses: dict[str, House] = {}

    def quick_house(self, *, stub: bool = True) -> House:
        """A house that has a picture ready in a fraction of a second."""
        name = "quick" if stub else "painting"
        return self._houses.get(name) or self._build(name, QUICK, stub=stub)

    def slow_house(self) -> House:
        """A house with so many steps that this machine takes about SLOW_SECONDS for a picture."""
        if house := self._houses.get("slow"):
            return house
        house = self._build("slow", SLOW, stub=True)
        person = house.person()
        house.simulator.send(person, "りんご")
        job = house.wait_for_state(person, "waiting", "delivered")
        seconds = job["painted_at"] - job["drawing_at"]
        steps = int(SLOW_SECONDS / seconds * int(SLOW["NUM_INFERENCE_STEPS"]))
        house.processes["courier"].env["NUM_INFERENCE_STEPS"] = str(min(max(steps, 50), 500))
        house.restart("courier")
        return house

    def _build(self, name: str, env: dict[str, str], *, stub: bool) -> House:
        url = self._postgres.new_database() if self._postgres else None
        model = None if stub else self._make_model()
        house = House(
            self._folder / name,
            model,
            env,
            broker=self._broker,
            database_url=url,
            fork=name != "painting",
        )
        try:
            self._houses[name] = house.open()
        except BaseException:
            house.close()
            raise
        return house

    def houses(self) -> list[House]:
        """The houses that were built so far."""
        return list(self._houses.values())

    def close(self) -> None:
        """Tear them all down."""
        for house in self._houses.values():
            house.close()


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint with random weights: real painting in milliseconds a step."""
    from tests.inference.tiny import make_checkpoint  # imports torch: not before it is needed

    return make_checkpoint(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def make_model(request: pytest.FixtureRequest) -> Callable[[], Path]:
    """The checkpoint, made when the first story needs it."""
    return lambda: cast(Path, request.getfixturevalue("model"))


@pytest.fixture(scope="session")
def home(
    tmp_path_factory: pytest.TempPathFactory, make_model: Callable[[], Path]
) -> Iterator[Town]:
    """The houses on SQLite and Valkey."""
    town = Town(tmp_path_factory.mktemp("home"), make_model, AT_HOME)
    yield town
    town.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSQL]:
    """One PostgreSQL server for all houses that want one."""
    with postgresql() as running:
        yield running


@pytest.fixture(scope="session", params=[AT_HOME, *ELSEWHERE])
def town(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    make_model: Callable[[], Path],
) -> Iterator[Town]:
    """The houses of each kind in turn."""
    if request.param == AT_HOME:
        yield request.getfixturevalue("home")
        return
    running: PostgreSQL = request.getfixturevalue("postgres")
    town = Town(tmp_path_factory.mktemp("town"), make_model, request.param, running)
    yield town
    town.close()


@pytest.fixture
def house(home: Town, request: pytest.FixtureRequest) -> Iterator[House]:
    """A house that has a picture ready at once."""
    yield from visit(home.quick_house(), request)


@pytest.fixture
def slow_house(home: Town, request: pytest.FixtureRequest) -> Iterator[House]:
    """A house that takes some seconds for a picture and offers tickets soon."""
    yield from visit(home.slow_house(), request)


@pytest.fixture
def painting_house(home: Town, request: pytest.FixtureRequest) -> Iterator[House]:
    """A house that really paints."""
    yield from visit(home.quick_house(stub=False), request)


@pytest.fixture
def any_house(town: Town, request: pytest.FixtureRequest) -> Iterator[House]:
    """`house`, on every broker and database."""
    yield from visit(town.quick_house(), request)


@pytest.fixture
def any_slow_house(town: Town, request: pytest.FixtureRequest) -> Iterator[House]:
    """`slow_house`, on every broker and database."""
    yield from visit(town.slow_house(), request)


@pytest.fixture
def any_painting_house(town: Town, request: pytest.FixtureRequest) -> Iterator[House]:
    """`painting_house`, on every broker and database."""
    yield from visit(town.quick_house(stub=False), request)


def visit(house: House, request: pytest.FixtureRequest) -> Iterator[House]:
    """A house in order before the story; quiet, and discreet, after it."""
    house.mend()
    wake(house)
    house.simulator.reset(settings=True)
    read = {name: len(house.log_lines(name)) for name in house.processes}
    yield house
    try:
        if request.node.stash.get(_PASSED, True):
            _check(house, read)
        else:
            _clear_up(house)
    finally:
        rest(house)


def _check(house: House, read: dict[str, int]) -> None:
    """Whether a story has left the house quiet. read: lines of each log before it."""
    house.settle()
    of_all = house.rows(jobs, jobs.c.chat_id.in_(EVERYBODYS))
    assert not of_all, "a story needs people of its own (house.person()): others meet their jobs"
    assert leaks(house, personal_words(house), read) == [], "the logs tell what is personal"


def _clear_up(house: House) -> None:
    """A story that failed must not spoil the next: whatever it left under way is given up."""
    house.mend()
    house.simulator.clear_faults()
    house.give_up()
