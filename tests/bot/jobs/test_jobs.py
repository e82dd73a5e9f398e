"""The state machine: every way from one state to another, the forbidden ones, and the races."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot import jobs
from bot.jobs import CANCELLED, DELIVERED, DRAWING, DRAWN, FAILED, QUEUED, WAITING, lifecycle
from bot.jobs import lifecycle as painting_module
from bot.prompt import StoredRequest
from bot.store import schema
from bot.store.clock import now
from tests.bot.harness import AOI, GROUP, WISH, House, stored, together

STATES = (QUEUED, DRAWING, DRAWN, WAITING, DELIVERED, FAILED, CANCELLED)
LIFE = 55.0


def put_in(house: House, state: str) -> str:
    """A job in this state, brought there by the real moves."""
    job_id = house.add(token=None)
    if state == QUEUED:
        return job_id
    if state == CANCELLED:
        with house.database.write() as db:
            assert jobs.cancel(db, job_id)
        return job_id
    if state in {DRAWING, FAILED}:
        assert house.claim(job_id)
        if state == FAILED:
            with house.database.write() as db:
                assert jobs.fail(db, job_id, "paint_failed", owner="w")
        return job_id
    house.paint(job_id)
    with house.database.write() as db:
        job = jobs.claim_delivery(db, job_id, 30)
        if state == DRAWN:
            jobs.postpone_delivery(db, job_id, 0)
        elif state == WAITING:
            assert job is not None
            assert jobs.wait_for_tap(db, job)
        else:
            jobs.mark_delivered(db, job_id)
    assert house.state(job_id) == state
    return job_id


def act(house: House, move: Callable[[Connection], Any]) -> Any:
    with house.database.write() as db:
        return move(db)


# Which states each move may start from, and where it leads.
MOVES: dict[str, tuple[Callable[[Connection, str], Any], dict[str, str]]] = {
    "claim": (lambda db, job_id: lifecycle.claim(db, job_id, "other", 30), {QUEUED: DRAWING}),
    "renew": (
        lambda db, job_id: jobs.renew_lease(db, job_id, "w", 30, step=1, steps=9),
        {DRAWING: DRAWING},
    ),
    "renew by another": (
        lambda db, job_id: jobs.renew_lease(db, job_id, "x", 30, step=1, steps=9),
        {},
    ),
    "drawn": (
        lambda db, job_id: jobs.mark_drawn(db, job_id, "w", _one(db, job_id), now()),
        {DRAWING: DRAWN},
    ),
    "drawn by another": (
        lambda db, job_id: jobs.mark_drawn(db, job_id, "x", _one(db, job_id), now()),
        {},
    ),
    "give back": (
        lambda db, job_id: jobs.requeue(db, job_id, "w", counted=True),
        {DRAWING: QUEUED},
    ),
    "give back another's": (lambda db, job_id: jobs.requeue(db, job_id, "x", counted=True), {}),
    "fail": (lambda db, job_id: jobs.fail(db, job_id, "x", owner="w"), {DRAWING: FAILED}),
    "fail another's": (lambda db, job_id: jobs.fail(db, job_id, "x", owner="y"), {}),
    "fail unowned": (lambda db, job_id: jobs.fail(db, job_id, "x"), {QUEUED: FAILED}),
    "cancel": (lambda db, job_id: jobs.cancel(db, job_id), {QUEUED: CANCELLED, DRAWING: CANCELLED}),
    "leave": (
        lambda db, job_id: jobs.drop_chat(db, AOI, erase=False),
        dict.fromkeys((QUEUED, DRAWING), CANCELLED),
    ),
    "claim delivery": (
        lambda db, job_id: jobs.claim_delivery(db, job_id, 30),
        {DRAWN: DRAWN, FAILED: FAILED},
    ),
    "wake": (lambda db, job_id: jobs.reactivate_delivery(db, job_id), {WAITING: DRAWN}),
}


def _one(db: Connection, job_id: str) -> list[jobs.StoredPicture]:
    job = jobs.get(db, job_id)
    assert job is not None
    return [stored(job)]


@pytest.mark.parametrize("move", MOVES)
def test_each_move_from_each_state(house: House, move: str) -> None:
    what, leads = MOVES[move]
    for state in STATES:
        job_id = put_in(house, state)
        before = house.job(job_id)
        result = act(house, lambda db, job_id=job_id: what(db, job_id))  # type: ignore[misc]
        after = house.job(job_id)
        assert after.state == leads.get(state, state), f"{move} from {state}"
        if move == "wake":
            assert after.wakes == before.wakes + 1
            assert (after.deliver_at is not None) == (after.state in {DRAWN, FAILED})
        elif state in leads:
            assert result, f"{move} from {state}"
        else:
            assert not result, f"{move} from {state}"
            assert after == before, f"{move} from {state} was refused, but changed something"


def test_what_a_new_job_holds(house: House) -> None:
    job = house.job(house.add(token="t", message="m1", count=2))
    assert (job.state, job.attempts, job.wakes, job.deliver_tries) == (QUEUED, 0, 0, 0)
    assert job.request is not None
    assert (job.request.prompt, job.request.count) == (WISH, 2)
    assert job.published_at is not None
    assert re.fullmatch("[0-9a-f]{32}", job.secret)
    assert job.secret != job.id


def test_one_event_makes_one_job(house: House) -> None:
    first = house.job(house.add())
    with pytest.raises(IntegrityError), house.database.write() as db:
        jobs.add(
            db,
            event_id=first.event_id,
            chat_id=AOI,
            chat_kind="user",
            user_id=AOI,
            message_id=None,
            quote_token=None,
            language="ja",
            request=StoredRequest("猫"),
            reply_token=None,
            token_at=0.0,
        )


def test_numbers_can_be_read_aloud() -> None:
    for _ in range(500):
        number = jobs.new_number()
        assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{3}", number)
        assert re.search("[0-9]", number)


def test_a_number_that_is_taken_is_not_given_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = house.job(house.add()).number
    dice = iter([taken, taken, "4F7-K2M"])
    monkeypatch.setattr(painting_module, "new_number", lambda: next(dice))
    assert house.job(house.add()).number == "4F7-K2M"


def test_numbers_open_only_the_own_chat(house: House) -> None:
    job = house.job(house.add(chat=GROUP))
    with house.database.read() as db:
        assert jobs.by_number(db, job.number, GROUP) == job
        assert jobs.by_number(db, job.number, AOI) is None


# --- painting


def test_of_many_workers_one_gets_the_job(house: House) -> None:
    for _ in range(15):
        job_id = house.add()
        owners = [f"w{n}" for n in range(4)]
        claims = together([partial(house.claim, job_id, owner) for owner in owners])
        won = [claimed for claimed in claims if claimed is not None]
        assert len(won) == 1
        job = house.job(job_id)
        assert (job.attempts, job.lease_owner) == (1, won[0].lease_owner)


def test_cancel_and_drawn_at_once_have_one_winner(house: House) -> None:
    for _ in range(15):
        job_id = house.add()
        job = house.claim(job_id)
        assert job is not None
        moves = [
            lambda job_id=job_id: act(house, lambda db: jobs.cancel(db, job_id)),
            lambda job=job: act(
                house, lambda db: jobs.mark_drawn(db, job.id, "w", [stored(job)], now())
            ),
        ]
        results = together(moves)  # type: ignore[arg-type]
        assert sorted(results) == [False, True]
        assert house.state(job_id) == (CANCELLED if results[0] else DRAWN)
        with house.database.read() as db:
            assert len(jobs.pictures_of(db, job_id)) == int(results[1])


def test_rescue_and_drawn_at_once_have_one_winner(house: House) -> None:
    for _ in range(10):
        job_id = house.add()
        job = house.claim(job_id, lease=-1)
        assert job is not None
        drawn, (again, _) = together(
            [
                lambda job=job: act(  # type: ignore[misc]
                    house, lambda db: jobs.mark_drawn(db, job.id, "w", [stored(job)], now())
                ),
                lambda: act(house, lambda db: jobs.recover_expired(db, 3)),
            ]
        )
        assert drawn is (again == [])
        assert house.state(job_id) == (DRAWN if drawn else QUEUED)


def test_a_lease_that_is_renewed_is_not_taken(house: House) -> None:
    job_id = house.add()
    house.claim(job_id, lease=-1)
    assert act(house, lambda db: jobs.renew_lease(db, job_id, "w", 30, step=3, steps=8))
    assert act(house, lambda db: jobs.recover_expired(db, 3)) == ([], [])
    assert (house.job(job_id).step, house.job(job_id).steps) == (3, 8)


def test_a_dead_workers_job_goes_to_another(house: House) -> None:
    job_id = house.add()
    house.claim(job_id, "dead", lease=-1)
    assert act(house, lambda db: jobs.recover_expired(db, 3)) == ([job_id], [])
    assert house.job(job_id).lease_owner is None
    assert house.claim(job_id, "alive")
    # The dead one was only slow. It has nothing to say any more.
    assert not act(house, lambda db: jobs.renew_lease(db, job_id, "dead", 30, step=9, steps=9))
    assert not act(house, lambda db: jobs.mark_drawn(db, job_id, "dead", _one(db, job_id), now()))
    assert not act(house, lambda db: jobs.fail(db, job_id, "x", owner="dead"))
    assert house.job(job_id).lease_owner == "alive"
    assert house.job(job_id).attempts == 2


def test_a_job_that_kills_its_workers_is_parked(house: House) -> None:
    job_id = house.add()
    for attempt in (1, 2, 3):
        assert house.claim(job_id, lease=-1)
        again, given_up = act(house, lambda db: jobs.recover_expired(db, 3))
        assert (again, given_up) == (([job_id], []) if attempt < 3 else ([], [job_id]))
    job = house.job(job_id)
    assert (job.state, job.error_code, job.lease_owner) == (FAILED, "too_many_attempts", None)
    assert act(house, lambda db: jobs.due_deliveries(db, 20)) == [job_id], "the chat is to be told"


def test_a_stop_does_not_count_as_an_attempt(house: House) -> None:
    job_id = house.add()
    for _ in range(5):
        house.claim(job_id)
        assert act(house, lambda db: jobs.requeue(db, job_id, "w", counted=False))
    assert house.job(job_id).attempts == 0
    house.claim(job_id)
    assert act(house, lambda db: jobs.requeue(db, job_id, "w", counted=True))
    assert house.job(job_id).attempts == 1


def test_what_was_never_published_is_published(house: House) -> None:
    lost, fine, old = house.add(), house.add(), house.add()
    act(house, lambda db: jobs.mark_unpublished(db, [lost]))
    house.change(old, published_at=now() - 61)
    assert act(house, lambda db: jobs.overdue(db, 60)) == [lost, old]
    assert act(house, lambda db: jobs.overdue(db, 60)) == [], "not again so soon"
    assert house.state(fine) == QUEUED


def test_only_queued_jobs_are_published_again(house: House) -> None:
    for state in STATES:
        job_id = put_in(house, state)
        act(house, lambda db, job_id=job_id: jobs.mark_unpublished(db, [job_id]))  # type: ignore[misc]
        house.change(job_id, published_at=None)
        result = act(house, lambda db: jobs.overdue(db, 60))
        assert result == ([job_id] if state == QUEUED else [])


def test_the_oldest_are_published_first_and_not_all_at_once(house: House) -> None:
    ids = [house.add() for _ in range(5)]
    act(house, lambda db: jobs.mark_unpublished(db, ids))
    assert act(house, lambda db: jobs.overdue(db, 60, limit=3)) == ids[:3]
    assert act(house, lambda db: jobs.overdue(db, 60, limit=3)) == ids[3:]


# --- bringing


def test_of_many_couriers_one_brings(house: House) -> None:
    for _ in range(15):
        job_id = house.drawn()
        claims = together(
            [lambda job_id=job_id: act(house, lambda db: jobs.claim_delivery(db, job_id, 30))] * 4  # type: ignore[misc]
        )
        assert sum(claimed is not None for claimed in claims) == 1
        assert house.job(job_id).deliver_tries == 1


def test_a_dead_couriers_delivery_goes_to_another(house: House) -> None:
    job_id = house.drawn()
    assert act(house, lambda db: jobs.due_deliveries(db, 0)) == [job_id]
    assert act(house, lambda db: jobs.claim_delivery(db, job_id, 30))
    assert act(house, lambda db: jobs.due_deliveries(db, 0)) == [], "somebody is at it"
    house.change(job_id, deliver_lease=now() - 1)
    assert act(house, lambda db: jobs.due_deliveries(db, 0)) == [job_id]
    assert act(house, lambda db: jobs.claim_delivery(db, job_id, 30))


def test_a_slow_courier_notices_that_another_took_over(house: House) -> None:
    job_id = house.drawn()
    slow = act(house, lambda db: jobs.claim_delivery(db, job_id, -1))
    quick = act(house, lambda db: jobs.claim_delivery(db, job_id, 30))
    assert act(house, lambda db: jobs.renew_delivery_lease(db, slow, 30)) is None
    held = act(house, lambda db: jobs.renew_delivery_lease(db, quick, 60))
    assert held is not None
    assert held.deliver_lease > quick.deliver_lease
    assert act(house, lambda db: jobs.renew_delivery_lease(db, quick, 60)) is None, "an old claim"


def test_a_courier_notices_that_the_job_was_cancelled(house: House) -> None:
    job_id = house.drawn(message="m")
    job = act(house, lambda db: jobs.claim_delivery(db, job_id, 30))
    act(house, lambda db: jobs.unsend(db, "m"))
    assert act(house, lambda db: jobs.renew_delivery_lease(db, job, 30)) is None


def test_due_deliveries_are_named_once_in_a_while(house: House) -> None:
    job_id = house.drawn()
    assert act(house, lambda db: jobs.due_deliveries(db, 20)) == [job_id]
    assert act(house, lambda db: jobs.due_deliveries(db, 20)) == []
    house.change(job_id, deliver_at=now() - 1)
    assert act(house, lambda db: jobs.due_deliveries(db, 20)) == [job_id]


def test_deliver_later_waits_and_lets_go(house: House) -> None:
    job_id = house.drawn()
    act(house, lambda db: jobs.claim_delivery(db, job_id, 30))
    act(house, lambda db: jobs.postpone_delivery(db, job_id, 5))
    job = house.job(job_id)
    assert job.deliver_lease is None
    assert job.deliver_at is not None
    assert 3 < job.deliver_at - now() < 6


def test_a_tap_before_the_courier_gives_up_is_noticed(house: House) -> None:
    job_id = house.drawn()
    job = act(house, lambda db: jobs.claim_delivery(db, job_id, 30))
    house.tap(job_id, "fresh")
    assert act(house, lambda db: jobs.wait_for_tap(db, job)) is False
    assert house.state(job_id) == DRAWN


def test_a_tap_after_the_courier_gave_up_wakes_the_job(house: House) -> None:
    job_id = put_in(house, WAITING)
    assert act(house, lambda db: jobs.due_deliveries(db, 0)) == []
    house.tap(job_id, "fresh")
    assert house.state(job_id) == DRAWN
    assert act(house, lambda db: jobs.due_deliveries(db, 0)) == [job_id]


def test_a_tap_at_the_very_moment_is_never_lost(house: House) -> None:
    for number in range(15):
        job_id = house.drawn()
        job = act(house, lambda db, job_id=job_id: jobs.claim_delivery(db, job_id, 30))  # type: ignore[misc]
        put_aside, _ = together(
            [
                lambda job=job: act(house, lambda db: jobs.wait_for_tap(db, job)),  # type: ignore[misc]
                lambda job_id=job_id, n=number: house.tap(job_id, f"t{n}"),  # type: ignore[misc]
            ]
        )
        after = house.job(job_id)
        assert after.state == DRAWN
        assert after.deliver_at is not None
        assert (after.deliver_lease is None) is put_aside


def test_a_failed_job_waits_for_a_tap_and_stays_failed(house: House) -> None:
    job_id = put_in(house, FAILED)
    job = act(house, lambda db: jobs.claim_delivery(db, job_id, 30))
    assert act(house, lambda db: jobs.wait_for_tap(db, job))
    assert house.state(job_id) == FAILED
    house.tap(job_id, "t")
    assert act(house, lambda db: jobs.claim_delivery(db, job_id, 30))
    act(house, lambda db: jobs.mark_delivered(db, job_id))
    after = house.job(job_id)
    assert (after.state, after.deliver_at) == (FAILED, None)
    assert after.finished_at is not None
    assert act(house, lambda db: jobs.claim_delivery(db, job_id, 30)) is None


def test_what_is_cancelled_stays_cancelled(house: House) -> None:
    job_id = put_in(house, CANCELLED)
    act(house, lambda db: jobs.mark_delivered(db, job_id))
    act(house, lambda db: jobs.reactivate_delivery(db, job_id))
    act(house, lambda db: jobs.postpone_delivery(db, job_id, 0))
    assert house.state(job_id) == CANCELLED
    assert act(house, lambda db: jobs.due_deliveries(db, 0)) == []


# --- tokens


def test_a_token_is_spent_once(house: House) -> None:
    job_id = house.add()
    for number in range(15):
        token = f"token-{number}"
        act(house, lambda db, t=token: jobs.add_token(db, job_id, t, now()))  # type: ignore[misc]
        results = together([lambda t=token: act(house, lambda db: jobs.spend_token(db, t))] * 4)  # type: ignore[misc]
        assert sorted(results) == [False, False, False, True]
    assert act(house, lambda db: jobs.spend_token(db, "never seen")) is False


def test_the_newest_live_token_is_taken(house: House) -> None:
    job_id = house.add()
    for token, age in (("old", 50.0), ("new", 10.0), ("dead", 56.0)):
        act(house, lambda db, t=token, a=age: jobs.add_token(db, job_id, t, now() - a))  # type: ignore[misc]
    result = act(house, lambda db: jobs.live_token(db, job_id, LIFE))
    assert result[0] == "new"
    assert act(house, lambda db: jobs.live_token(db, job_id, LIFE, min_age=45))[0] == "old"
    act(house, lambda db: (jobs.spend_token(db, "new"), jobs.spend_token(db, "old")))
    assert act(house, lambda db: jobs.live_token(db, job_id, LIFE)) is None


@pytest.mark.parametrize(("age", "wanted"), [(44.0, False), (46.0, True), (56.0, False)])
def test_a_ticket_is_due_only_in_the_tokens_last_seconds(
    house: House, age: float, wanted: bool
) -> None:
    job_id = house.add(token="t", age=age)
    result = act(house, lambda db: jobs.jobs_needing_ticket(db, 45, LIFE))
    assert result == ([job_id] if wanted else [])


@pytest.mark.parametrize("state", STATES)
def test_only_unfinished_jobs_need_a_ticket(house: House, state: str) -> None:
    job_id = put_in(house, state)
    act(house, lambda db: jobs.add_token(db, job_id, "t", now() - 50))
    result = act(house, lambda db: jobs.jobs_needing_ticket(db, 45, LIFE))
    assert result == ([job_id] if state in {QUEUED, DRAWING} else [])
    act(house, lambda db: jobs.spend_token(db, "t"))
    assert act(house, lambda db: jobs.jobs_needing_ticket(db, 45, LIFE)) == []


# --- forgetting


@pytest.mark.parametrize("state", STATES)
def test_unsend_cancels_and_forgets_from_every_state(house: House, state: str) -> None:
    job_id = put_in(house, state)
    house.change(job_id, message_id="m1", quote_token="q")
    act(house, lambda db: jobs.add_token(db, job_id, "t", now()))
    assert act(house, lambda db: jobs.unsend(db, "m1")) == [job_id]
    job = house.job(job_id)
    assert job.state == (state if state in {DELIVERED, FAILED} else CANCELLED)
    assert (job.request, job.quote_token, job.deliver_at) == (None, None, None)
    assert job.finished_at is not None
    assert house.rows(schema.reply_tokens) == []
    assert act(house, lambda db: jobs.due_erasures(db)) == [job_id]
    assert act(house, lambda db: jobs.claim_delivery(db, job_id, 30)) is None
    assert act(house, lambda db: lifecycle.claim(db, job_id, "w", 30)) is None


def test_an_unsend_may_come_first_or_twice(house: House) -> None:
    assert act(house, lambda db: jobs.was_unsent(db, "m")) is False
    assert act(house, lambda db: jobs.unsend(db, "m")) == []
    assert act(house, lambda db: jobs.unsend(db, "m")) == []
    assert act(house, lambda db: jobs.was_unsent(db, "m")) is True


def test_leaving_a_chat_takes_its_jobs_and_no_others(house: House) -> None:
    mine, theirs = house.add(chat=GROUP), house.add(chat=AOI)
    delivered = put_in(house, DELIVERED)
    house.change(delivered, chat_id=GROUP)
    assert set(act(house, lambda db: jobs.drop_chat(db, GROUP, erase=True))) == {mine, delivered}
    assert (house.state(mine), house.state(theirs)) == (CANCELLED, QUEUED)
    assert house.state(delivered) == DELIVERED
    assert set(act(house, lambda db: jobs.due_erasures(db))) == {mine, delivered}


def test_erased_leaves_no_words_and_no_people(house: House) -> None:
    job_id = house.drawn(token="t", message="m1")
    act(house, lambda db: jobs.unsend(db, "m1"))
    act(house, lambda db: jobs.mark_erased(db, job_id))
    job = house.job(job_id)
    kept = (job.request, job.user_id, job.chat_id, job.quote_token, job.message_id)
    assert kept == (None,) * 5
    assert house.rows(schema.pictures) == []
    assert act(house, lambda db: jobs.due_erasures(db)) == []


def test_the_retention_time(house: House) -> None:
    old, new = house.add(), house.add()
    house.change(old, created_at=now() - 1000)
    act(house, lambda db: jobs.mark_expired(db, now() - 500))
    assert act(house, lambda db: jobs.due_erasures(db)) == [old]
    assert house.job(new).erase_at is None


def test_traces_go_when_they_are_of_no_more_use(house: House) -> None:
    job_id = house.add(token="old", age=100)
    act(house, lambda db: jobs.add_token(db, job_id, "new", now()))
    act(house, lambda db: jobs.unsend(db, "x"))
    act(house, lambda db: jobs.delete_stale_records(db, now() - 50, now() - 50))
    assert [row["token"] for row in house.rows(schema.reply_tokens)] == ["new"]
    assert len(house.rows(schema.unsent)) == 1
    act(house, lambda db: jobs.delete_stale_records(db, now() - 50, now() + 1))
    assert house.rows(schema.unsent) == []


# --- queries


def test_the_place_in_the_queue(house: House) -> None:
    ids = [house.add() for _ in range(4)]
    house.claim(ids[0])
    with house.database.read() as db:
        places = [jobs.queue_position(db, house.job(job_id)) for job_id in ids]
    assert places == [0, 1, 2, 3]
    with house.database.write() as db:
        jobs.mark_drawn(db, ids[0], "w", [stored(house.job(ids[0]))], now())
        assert [jobs.queue_position(db, house.job(job_id)) for job_id in ids[1:]] == [1, 2, 3]


def test_the_latest_job_of_a_person(house: House) -> None:
    other = "U" + "b" * 32
    mine, theirs = house.add(chat=GROUP, user=AOI), house.add(chat=GROUP, user=other)
    house.change(mine, created_at=now() - 10)
    with house.database.read() as db:
        result = [
            jobs.latest(db, GROUP, AOI, (QUEUED,)),
            jobs.latest(db, GROUP, other, (QUEUED,)),
            jobs.latest(db, GROUP, None, (QUEUED,)),
            jobs.latest(db, GROUP, AOI, (QUEUED,), since=now() - 5),
            jobs.latest(db, GROUP, AOI, (DRAWN,)),
            jobs.latest(db, AOI, AOI, (QUEUED,)),
        ]
    assert [job and job.id for job in result] == [mine, theirs, theirs, None, None, None]


def test_a_failure_that_was_told_is_not_the_latest(house: House) -> None:
    job_id = put_in(house, FAILED)
    with house.database.write() as db:
        job = jobs.latest(db, AOI, AOI, (FAILED,))
        assert job is not None
        jobs.mark_delivered(db, job_id)
        assert jobs.latest(db, AOI, AOI, (FAILED,)) is None


def test_unfinished_counts_what_is_queued_or_painted(house: House) -> None:
    for state in STATES:
        put_in(house, state)
    with house.database.read() as db:
        assert jobs.count_unfinished(db, AOI, AOI) == 2
        assert jobs.count_unfinished(db, AOI, None) == 0, "nobody without a name asked"
        assert jobs.count_unfinished_in_chat(db, AOI) == 2
        assert jobs.count_unfinished(db, AOI, GROUP) == 0
