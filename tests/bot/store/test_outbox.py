"""The outbox: what goes to LINE is written down first, and settled once."""

from __future__ import annotations

from typing import Any

from bot.store import outbox, schema
from bot.store.clock import now
from bot.store.outbox import ANSWER, DEAD, READY, REFUSED, RESULT, SENDING, SENT, TICKET, UNCERTAIN
from tests.bot.harness import AOI, House, together

TEXT = [{"type": "text", "text": "x"}]


def add(house: House, kind: str = ANSWER, job_id: str | None = None, **fields: Any) -> str:
    with house.database.write() as db:
        return outbox.add_reply(
            db, kind, token="t", token_at=now(), job_id=job_id, **{"messages": TEXT, **fields}
        )


def claim(house: House, delivery_id: str, lease: float = 30.0) -> outbox.Delivery | None:
    with house.database.write() as db:
        return outbox.claim(db, delivery_id, lease)


def row(house: House, delivery_id: str) -> dict[str, Any]:
    [result] = [row for row in house.deliveries() if row["id"] == delivery_id]
    return result


def test_of_many_couriers_one_sends(house: House) -> None:
    for _ in range(15):
        delivery = add(house)
        claims = together([lambda delivery=delivery: claim(house, delivery)] * 4)  # type: ignore[misc]
        assert sum(claimed is not None for claimed in claims) == 1
        assert row(house, delivery)["tries"] == 1


def test_what_is_settled_is_never_sent_again(house: House) -> None:
    for state in (SENT, DEAD, REFUSED, UNCERTAIN):
        delivery = add(house)
        assert claim(house, delivery)
        with house.database.write() as db:
            outbox.settle(db, delivery, state, code="c", request_id="r")
        assert claim(house, delivery) is None
        result = row(house, delivery)
        assert (result["state"], result["messages"], result["next_at"]) == (state, None, None)
        assert (result["sent_at"] is not None) == (state == SENT)
        with house.database.write() as db:
            assert outbox.due(db, 20) == []


def test_what_a_dead_courier_left_is_taken_with_doubt(house: House) -> None:
    delivery = add(house)
    first = claim(house, delivery, lease=-1)
    assert first is not None
    assert first.doubt is False
    second = claim(house, delivery)
    assert second is not None
    assert second.doubt is True
    assert second.tries == 2
    assert claim(house, delivery) is None


def test_doubt_stays_through_a_postponement(house: House) -> None:
    delivery = add(house)
    claim(house, delivery)
    with house.database.write() as db:
        outbox.mark_in_doubt(db, delivery, "timeout", 30)
        outbox.postpone(db, delivery, 0, "rate_limited")
    again = claim(house, delivery)
    assert again is not None
    assert again.doubt is True


def test_a_first_try_that_was_refused_leaves_no_doubt(house: House) -> None:
    delivery = add(house)
    claim(house, delivery)
    with house.database.write() as db:
        outbox.postpone(db, delivery, 60, "rate_limited")
        assert outbox.due(db, 20) == [], "not yet"
    assert row(house, delivery)["state"] == READY
    again = claim(house, delivery)
    assert again is not None
    assert again.doubt is False


def test_due_names_answers_and_tickets_but_results_only_through_their_job(house: House) -> None:
    job_id = house.drawn()
    answer, ticket, result = (add(house, kind, job_id) for kind in (ANSWER, TICKET, RESULT))
    with house.database.write() as db:
        assert set(outbox.due(db, 20)) == {answer, ticket}
        assert outbox.due(db, 20) == [], "named once in a while"
        results = outbox.unsettled(db, job_id, RESULT)
        assert results is not None
        assert results.id == result


def test_due_names_what_a_dead_courier_left(house: House) -> None:
    lost, busy = add(house), add(house)
    claim(house, lost, lease=-1)
    claim(house, busy)
    with house.database.write() as db:
        assert outbox.due(db, 20) == [lost]


def test_the_push_of_a_job_keeps_its_key_and_words(house: House) -> None:
    job_id = house.drawn()
    with house.database.write() as db:
        assert outbox.was_pushed(db, job_id) is False
        delivery = outbox.add_push(db, job_id, AOI, 1, TEXT)
        assert outbox.was_pushed(db, job_id) is True
    first = claim(house, delivery)
    assert first is not None
    with house.database.write() as db:
        outbox.postpone(db, delivery, 0, "server_error")
    second = claim(house, delivery)
    assert second is not None
    assert (second.retry_key, second.messages) == (first.retry_key, TEXT)
    assert second.retry_key


def test_uncertain_is_remembered(house: House) -> None:
    job_id = house.drawn()
    delivery = add(house, RESULT, job_id)
    with house.database.write() as db:
        assert outbox.may_have_arrived(db, job_id) is False
        outbox.settle(db, delivery, UNCERTAIN, code="timeout", request_id=None)
        assert outbox.may_have_arrived(db, job_id) is True


def test_a_dropped_job_sends_nothing_and_leaves_no_words(house: House) -> None:
    job_id = house.drawn()
    waiting, under_way, other = add(house, RESULT, job_id), add(house, TICKET, job_id), add(house)
    claim(house, under_way)
    with house.database.write() as db:
        outbox.delete_for_job(db, job_id)
    assert {row["id"] for row in house.deliveries()} == {under_way, other}
    left = row(house, under_way)
    assert (left["state"], left["token"], left["messages"]) == (SENDING, None, None)
    assert claim(house, waiting) is None
    assert row(house, other)["messages"] == TEXT


def test_old_deliveries_lose_what_is_personal(house: House) -> None:
    job_id = house.drawn()
    with house.database.write() as db:
        old = outbox.add_push(db, job_id, AOI, 1, TEXT)
        new = outbox.add_push(db, job_id, AOI, 1, TEXT)
    house.set(schema.deliveries, schema.deliveries.c.id == old, created_at=now() - 100)
    with house.database.write() as db:
        outbox.redact_before(db, now() - 50)
    assert (row(house, old)["recipient"], row(house, old)["messages"]) == (None, None)
    assert row(house, new)["recipient"] == AOI
