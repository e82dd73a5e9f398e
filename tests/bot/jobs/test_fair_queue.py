"""Turns: between people, each job once, nobody starves; and the place that people are told."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bot import jobs
from bot.jobs import Job
from bot.store import photos, schema
from bot.store.clock import now
from tests.bot.harness import AOI, GROUP, House, stored, together

HARUTO = "U" + "b" * 32
OTHER_GROUP = "C" + "9" * 32
# (chat, user): 1:1, the same person in a group, another, and chats in which LINE names nobody.
SEATS = [(AOI, AOI), (GROUP, AOI), (GROUP, HARUTO), (GROUP, None), (OTHER_GROUP, None)]


@dataclass
class Studio:
    """A house with so many places to paint at, and what has been begun there so far."""

    house: House
    begun: list[Job] = field(default_factory=list)
    busy: list[Job] = field(default_factory=list)

    def come(self, seat: tuple[str, str | None]) -> str:
        return self.house.add(chat=seat[0], user=seat[1])

    def take(self) -> Job | None:
        with self.house.database.write() as db:
            job = jobs.claim_next(db, f"w{len(self.begun)}", 30)
        if job is not None:
            self.begun.append(job)
            self.busy.append(job)
        return job

    def finish(self) -> None:
        job = self.busy.pop(0)
        with self.house.database.write() as db:
            assert jobs.mark_drawn(db, job.id, job.lease_owner, [stored(job)], now())

    def place(self, job_id: str) -> int:
        with self.house.database.read() as db:
            return jobs.queue_position(db, self.house.job(job_id))


def who(job: Job) -> str | None:
    return job.user_id or job.chat_id


def test_fifty_jobs_of_one_person_hold_up_another_by_one_painting(house: House) -> None:
    studio = Studio(house)
    for _ in range(50):
        studio.come((AOI, AOI))
    studio.take()
    late = studio.come((GROUP, HARUTO))
    assert studio.place(late) == 1
    studio.finish()
    job = studio.take()
    assert job is not None
    assert job.id == late


def test_with_more_places_who_has_none_goes_before_who_has_three(house: House) -> None:
    studio = Studio(house)
    for _ in range(9):
        studio.come((AOI, AOI))
    for _ in range(4):
        studio.take()
    late = [studio.come((GROUP, HARUTO)), studio.come((GROUP, None))]
    for _ in range(2):
        studio.finish()
        studio.take()
    assert [job.id for job in studio.begun[4:]] == late


def test_the_same_person_in_many_chats_is_one_person(house: House) -> None:
    studio = Studio(house)
    for seat in ((AOI, AOI), (GROUP, AOI), (OTHER_GROUP, AOI)):
        studio.come(seat)
    studio.take()
    late = studio.come((GROUP, HARUTO))
    studio.finish()
    studio.take()
    assert studio.begun[-1].id == late


def test_newcomers_do_not_hold_up_who_waits(house: House) -> None:
    """Whoever has had a turn waits for those who came before it ended, and for nobody else."""
    studio = Studio(house)
    mine = [studio.come((AOI, AOI)) for _ in range(2)]
    studio.take()
    studio.come((GROUP, HARUTO))
    studio.finish()
    for number in range(3):  # somebody new comes whenever one is finished
        studio.come((f"C{number:032x}", None))
        studio.take()
        studio.finish()
    order = [job.id for job in studio.begun]
    assert order.index(mine[1]) == 2


def test_a_job_that_is_handed_back_has_not_had_its_turn(house: House) -> None:
    studio = Studio(house)
    first = studio.come((AOI, AOI))
    job = studio.take()
    assert job is not None
    studio.come((GROUP, HARUTO))
    with house.database.write() as db:
        assert jobs.requeue(db, job.id, job.lease_owner, counted=False)
    assert studio.place(first) == 1
    again = studio.take()
    assert again is not None
    assert again.id == first


def test_many_workers_at_once_take_each_job_once(house: House) -> None:
    studio = Studio(house)
    for seat in SEATS * 2:
        studio.come(seat)
    together([studio.take] * 8)
    assert len({job.id for job in studio.begun}) == 8
    assert set(Counter(map(who, studio.begun)).values()) <= {2}
    with house.database.write() as db:
        assert [jobs.claim_next(db, "x", 30) is None for _ in range(3)] == [False, False, True]


@pytest.mark.parametrize("seat", [(AOI, AOI), (GROUP, None)])
@pytest.mark.parametrize("late_seat", [(OTHER_GROUP, HARUTO), (OTHER_GROUP, None)])
def test_a_long_queue_is_read_to_its_end_if_need_be(
    house: House, seat: tuple[str, str | None], late_seat: tuple[str, str | None]
) -> None:
    """More jobs of one requester than are looked at first, and somebody behind all of them."""
    studio = Studio(house)
    for _ in range(100):
        studio.come(seat)
    studio.take()
    late = studio.come(late_seat)
    job = studio.take()
    assert job is not None
    assert job.id == late
    with house.database.read() as db:
        assert jobs.next_job_id(db) is not None


def test_a_job_is_passed_over_until_its_photo_is_there(house: House) -> None:
    studio = Studio(house)
    photo_ids: list[str | None] = []
    with house.database.write() as db:
        for message_id in ("7", "8"):
            photo_ids.append(
                photos.add(db, message_id=message_id, chat_id=AOI, user_id=AOI, fetch=True)
            )
    first, second = (studio.come((AOI, AOI)) for _ in photo_ids)
    for job_id, photo_id in zip((first, second), photo_ids, strict=True):
        house.change(job_id, parent_id=photo_id)
    assert studio.take() is None
    plain = studio.come((AOI, AOI))
    house.set(schema.photos, schema.photos.c.id == photo_ids[1], state=photos.READY)
    order = [job.id for job in iter(studio.take, None)]
    assert order == [second, plain]
    house.set(schema.photos, schema.photos.c.id == photo_ids[0], state=photos.FAILED)
    job = studio.take()
    assert job is not None, "nothing is waited for, so the failure can be told"
    assert job.id == first


def test_there_is_no_place_in_no_queue(house: House) -> None:
    studio = Studio(house)
    assert studio.take() is None
    job_id = studio.come((AOI, AOI))
    studio.take()
    assert studio.place(job_id) == 0


quietly = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def empty(house: House) -> Studio:
    with house.database.write() as db:
        db.execute(delete(schema.pictures))
        db.execute(delete(schema.jobs))
    return Studio(house)


@quietly
@given(
    acts=st.lists(
        st.one_of(st.sampled_from(SEATS), st.sampled_from(["take", "finish"])), max_size=40
    ),
    places=st.integers(1, 3),
)
def test_everybody_waits_for_one_job_of_each_other_at_most(
    house: House, acts: list[tuple[str, str | None] | str], places: int
) -> None:
    studio = empty(house)
    came: dict[str, int] = {}  # job -> how many had been begun when it came
    nth: dict[str, int] = {}  # job -> which of its person's waiting jobs it was
    waiting: Counter[str] = Counter()

    def take() -> None:
        if len(studio.busy) == places:
            studio.finish()
        busy = Counter(map(who, studio.busy))
        job = studio.take()
        assert (job is None) == (waiting.total() == 0), "a message found nothing to do"
        if job is None:
            return
        me = who(job)
        assert busy[me] == min(busy[each] for each, count in waiting.items() if count)
        waiting[str(me)] -= 1
        if places == 1:
            since = Counter(map(who, studio.begun[came[job.id] : -1]))
            del since[me]
            assert all(count <= nth[job.id] for count in since.values()), since

    for act in acts:
        if isinstance(act, tuple):
            job_id = studio.come(act)
            me = str(act[1] or act[0])
            waiting[me] += 1
            came[job_id], nth[job_id] = len(studio.begun), waiting[me]
        elif act == "take":
            take()
        elif studio.busy:
            studio.finish()
    while waiting.total():
        take()
    assert {job.id for job in studio.begun} == set(came)
    assert len(studio.begun) == len(came)


@quietly
@given(
    before=st.lists(st.sampled_from(SEATS), max_size=6),
    seats=st.lists(st.sampled_from(SEATS), min_size=1, max_size=12),
)
def test_the_place_that_is_told_is_the_order_of_painting(
    house: House,
    before: list[tuple[str, str | None]],
    seats: list[tuple[str, str | None]],
) -> None:
    studio = empty(house)
    for seat in before:  # whose turn has been, one of them while the others come
        studio.come(seat)
        studio.take()
        if len(studio.busy) == 2:
            studio.finish()
    ids = [studio.come(seat) for seat in seats]
    answer = {job_id: studio.place(job_id) for job_id in ids}
    for place in itertools.count(1):
        if studio.busy:
            studio.finish()
        job = studio.take()
        if job is None:
            break
        assert answer[job.id] == place
        assert studio.busy == [job]
    assert sorted(answer.values()) == list(range(1, len(ids) + 1))
