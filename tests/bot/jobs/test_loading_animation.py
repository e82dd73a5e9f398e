"""LINE's loading animation, started again while somebody waits."""

from __future__ import annotations

from bot.jobs import DRAWING, loading_animation
from bot.store.clock import now
from bot.tasks import sweep
from bot.tasks.delivery import Courier
from bot.tasks.runtime import Runtime
from bot.tasks.tickets import TicketOffice
from tests.bot.harness import GROUP, House, Line


def arms(runtime: Runtime) -> list[str]:
    return [
        message.id
        for message in sweep.sweep_tickets(runtime.database, runtime.settings)
        if message.task == "show_loading"
    ]


def test_the_animation_is_asked_for_again_before_it_ends(runtime: Runtime, house: House) -> None:
    job_id = house.add()
    house.change(job_id, created_at=now() - 50)
    assert arms(runtime) == [], "the first of it still lasts"
    for age in (56, 111, 166):
        house.change(job_id, created_at=now() - age)
        assert arms(runtime) == [job_id]
        assert arms(runtime) == [], "once"
    house.change(job_id, state=DRAWING, created_at=now() - 222)
    assert arms(runtime) == [job_id]


def test_a_ticket_ends_the_animation_and_so_it_is_asked_for(runtime: Runtime, house: House) -> None:
    job_id = house.add()
    house.change(job_id, created_at=now() - 46, ticket_at=now() - 1)
    assert arms(runtime) == [job_id]
    house.change(job_id, created_at=now() - 70)
    assert arms(runtime) == [], "it counts from the ticket"
    house.change(job_id, ticket_at=now() - 57)
    assert arms(runtime) == [job_id]
    assert arms(runtime) == []


def test_there_is_none_in_groups_nor_for_what_is_painted_nor_for_ever(
    runtime: Runtime, house: House
) -> None:
    for job_id in (house.add(chat=GROUP), house.drawn(), house.add()):
        house.change(job_id, created_at=now() - 100)
    assert len(arms(runtime)) == 1
    house.change(job_id, created_at=now() - 700)
    assert arms(runtime) == []


def test_couriers_that_look_at_once_ask_once(house: House) -> None:
    job_id = house.add()
    house.change(job_id, created_at=now() - 60)
    with house.database.read() as db:
        seen = [loading_animation.expiring_animations(db) for _ in range(2)]
    assert seen[0] == seen[1]
    with house.database.write() as db:
        assert [loading_animation.claim_animations(db, expiring) for expiring in seen] == [
            [job_id],
            [],
        ]


def test_the_animation_stays_away_once_the_picture_is_there(
    house: House, line: Line, courier: Courier, tickets: TicketOffice
) -> None:
    job_id = house.add(token=line.token())
    house.paint(job_id)
    tickets.show_loading(job_id)  # the clock saw it unfinished, and then it was painted
    assert line.calls("loading/start") == []
    courier.deliver(job_id)
    tickets.show_loading(job_id)
    assert line.calls("loading/start") == []
