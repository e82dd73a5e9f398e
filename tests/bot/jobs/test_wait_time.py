"""How long it will take: only what was measured; and LINE's animation, again while one waits."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from bot.jobs import DELIVERED, wait_time
from bot.jobs.wait_time import RecentPaintings
from bot.settings import Settings
from bot.store import flags, schema
from bot.store.clock import now
from bot.tasks.tickets import TicketOffice
from bot.texts import gettext
from tests.bot.conversation.test_router import Talk
from tests.bot.harness import AOI, House, Line

_people = (f"U{number:032x}" for number in itertools.count(1))


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


def worker(house: House, slots: int = 1, process: str = "worker", silent: float = 0.0) -> None:
    """A worker that is alive, or has been silent for so long."""
    values = {"id": f"{process}{slots}{silent}", "process": process, "host": "h", "pid": 1}
    values |= {"started_at": now(), "seen_at": now() - silent, "about": {"slots": slots}}
    with house.database.write() as db:
        db.execute(insert(schema.workers).values(**values))


def painted(house: House, *lengths: float, pictures: int = 1, apart: float = 100.0) -> None:
    """Paintings of these lengths, one after another, the last a minute ago."""
    for number, length in enumerate(reversed(lengths)):
        person = next(_people)
        job_id = house.add(chat=person, user=person)
        end = now() - 60 - number * apart
        house.change(
            job_id,
            state=DELIVERED,
            asked=pictures,
            created_at=end - length,
            drawing_at=end - length,
            painted_at=end,
        )


def waits(house: House, job_id: str) -> tuple[int, object]:
    with house.database.read() as db:
        return wait_time.estimate_wait(db, house.job(job_id))


def seconds(house: House, job_id: str) -> tuple[float, float]:
    _, result = waits(house, job_id)
    assert isinstance(result, tuple)
    return result


def somebody(house: House, count: int = 1) -> str:
    person = next(_people)
    return house.add(chat=person, user=person, count=count)


def test_nothing_is_told_that_was_not_measured(house: House) -> None:
    mine = somebody(house)
    assert waits(house, mine) == (1, None), "nobody is there"
    worker(house)
    assert waits(house, mine) == (1, None), "nothing was painted yet"
    painted(house, 30, 30)
    assert waits(house, mine) == (1, None), "two say little"
    painted(house, 30)
    assert seconds(house, mine) == (30, 30)


def test_a_queue_in_front_of_one_place(house: House) -> None:
    worker(house)
    painted(house, *[20.0] * 8, 40.0, 40.0)  # p50 20, p90 40; a mean of 24
    ids = [somebody(house) for _ in range(3)]
    house.claim(ids[0])
    assert waits(house, ids[1]) == (1, (pytest.approx(24 + 20), pytest.approx(24 + 40)))
    assert waits(house, ids[2]) == (2, (pytest.approx(48 + 20), pytest.approx(48 + 40)))


def test_more_places_take_more_at_once(house: House) -> None:
    """At the best all four paint as fast as one did alone, at the worst no faster in all."""
    worker(house, 3)
    worker(house, 1)
    worker(house, 5, process="courier")
    worker(house, 7, silent=60)
    painted(house, *[20.0] * 5)
    ids = [somebody(house) for _ in range(6)]
    assert waits(house, ids[3]) == (4, (20, 20)), "there is a place for it"
    for job_id in ids[:4]:
        house.claim(job_id)
    assert waits(house, ids[4]) == (1, (pytest.approx(5 + 20), pytest.approx(20 + 20)))
    assert waits(house, ids[5]) == (2, (pytest.approx(10 + 20), pytest.approx(40 + 20)))


def test_what_was_painted_together_came_out_so_much_faster(house: House) -> None:
    worker(house, 4)
    painted(house, *[20.0] * 4, apart=0.0)
    ids = [somebody(house) for _ in range(5)]
    for job_id in ids[:4]:
        house.claim(job_id)
    assert seconds(house, ids[4]) == pytest.approx((25, 25), abs=0.5)


def test_four_pictures_are_measured_by_the_like(house: House) -> None:
    worker(house)
    painted(house, *[20.0] * 5)
    painted(house, *[70.0] * 3, pictures=4)
    assert seconds(house, somebody(house)) == (20, 20)
    assert seconds(house, somebody(house, count=4)) == pytest.approx((108.75, 108.75))


def test_what_is_being_painted_is_told_by_its_steps(house: House) -> None:
    worker(house)
    painted(house, 60, 60, 90)
    mine = somebody(house)
    house.claim(mine)
    house.change(mine, drawing_at=now() - 20)
    low, high = seconds(house, mine)
    assert (low, high) == pytest.approx((40, 70), abs=1)
    house.change(mine, step=5, steps=15)
    assert waits(house, mine) == (0, (pytest.approx(40, abs=1), pytest.approx(40, abs=1)))
    house.change(mine, step=14)
    assert waits(house, mine) == (0, None), "nearly there"


def test_a_painting_longer_than_all_others_promises_nothing(house: House) -> None:
    worker(house)
    painted(house, 20, 20, 30)
    mine = somebody(house)
    house.claim(mine)
    house.change(mine, drawing_at=now() - 300)
    assert waits(house, mine) == (0, None)


def test_of_less_than_a_quarter_of_a_minute_nobody_speaks(house: House) -> None:
    worker(house)
    painted(house, *[6.0] * 5)
    ids = [somebody(house) for _ in range(4)]
    assert [waits(house, job_id)[1] is not None for job_id in ids] == [False, False, True, True]


def test_workers_that_are_drained_come_to_nobody(house: House) -> None:
    worker(house)
    painted(house, *[30.0] * 5)
    mine = somebody(house)
    with house.database.write() as db:
        flags.set_flag(db, flags.DRAINING, on=True)
    assert waits(house, mine) == (1, None)


def test_what_is_long_ago_does_not_count(house: House) -> None:
    worker(house)
    painted(house, *[30.0] * 5, apart=3600.0)
    assert waits(house, somebody(house)) == (1, None)


@given(
    st.lists(
        st.tuples(st.floats(0, 1000), st.floats(0.01, 100), st.integers(1, 4)),
        min_size=1,
        max_size=20,
    ),
    st.integers(1, 20),
)
def test_the_least_is_never_more_than_the_most(
    runs: list[tuple[float, float, int]], places: int
) -> None:
    measured = RecentPaintings([(start, start + length, many) for start, length, many in runs])
    least, most = measured.completion_interval(places)
    assert 0 < least <= most
    assert most <= max(least, max(length for _, length, _ in runs)) + 1e-6
    lengths = measured.durations(4)
    assert lengths == sorted(lengths)


@pytest.mark.parametrize("in_group", [False, True])
def test_asking_tells_the_place_and_the_time(talk: Talk, in_group: bool) -> None:
    worker(talk.house)
    painted(talk.house, *[30.0] * 5)
    for _ in range(2):
        somebody(talk.house)
    if in_group:
        talk.in_group("りんご")
        talk.in_group("まだ？")
    else:
        talk.says("りんご")
        talk.says("まだ？")
    assert "順番は3番目です。あと2分ほどです。" in talk.answers[-1]


@pytest.mark.parametrize("in_group", [False, True])
def test_a_full_queue_tells_when_it_opens(house: House, settings: Settings, in_group: bool) -> None:
    """Of a person's own wishes, or of the group's, the one that comes first."""
    limits: dict[str, Any] = {
        "max_queued_per_person": 3 if in_group else 2,
        "max_queued_per_group": 2,
    }
    settings = replace(settings, **limits, max_extra_queued=0)
    talk = Talk(house, settings)
    worker(house)
    painted(house, *[30.0] * 5)
    somebody(house)
    for text in ("りんご", "みかん", "ぶどう"):
        (talk.in_group if in_group else talk.says)(text)
    answer = talk.answers[-1]
    assert gettext("busy.group" if in_group else "busy.waiting", "ja", limit=2) in answer
    assert gettext("busy.soon", "ja", when="あと1分ほどです。") in answer


def test_the_ticket_tells_it_too(house: House, line: Line, tickets: TicketOffice) -> None:
    worker(house)
    painted(house, *[30.0] * 5)
    somebody(house)
    mine = house.add(token=line.token(), age=46)
    tickets.offer_ticket(mine)
    [ticket] = line.bot_messages(AOI)
    assert "順番は2番目です。あと1分ほどです。" in str(ticket.flex)
    assert gettext("ticket.body", "ja") in str(ticket.flex)
