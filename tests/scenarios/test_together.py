"""Several people ask at once, and one worker paints for them all in the same batch."""

from __future__ import annotations

from bot.tables import jobs
from tests.scenarios.house import House
from tests.scenarios.processes import eventually

GRACE = 30.0


def test_two_people_are_painted_for_at_once_and_both_pictures_arrive(slow_house: House) -> None:
    """Neither waits for the other's picture: both are seen in mid-paint at the same moment."""
    house = slow_house
    with house.set("worker", ENGINE_SLOTS="4"):
        mio, rin = house.person("みお"), house.person("りん")
        for person in (mio, rin):
            house.simulator.send(person, "赤いりんご")

        def both() -> bool:
            rows = house.rows(jobs, jobs.c.chat_id.in_([mio, rin]), jobs.c.state == "drawing")
            return len(rows) == 2 and all((row["step"] or 0) > 0 for row in rows)

        eventually("both are in mid-paint", both, 60)
        for person in (mio, rin):
            house.bring(person)
            assert house.job(person)["attempts"] == 1


def test_a_worker_of_openvino_paints_for_several_at_once(house: House) -> None:
    """The whole way with a model that was translated: in other words, as `make demo` paints."""
    with house.set("worker", ENGINE_COMPILE="openvino", ENGINE_SLOTS="4"):
        people = [house.person(name) for name in ("みお", "りん", "そら")]
        wishes = ("赤いりんご", "猫 横長", "桜 縦長")
        for person, wish in zip(people, wishes, strict=True):
            house.simulator.send(person, wish)
        for person in people:
            house.bring(person)
            assert house.job(person)["attempts"] == 1
        ready = [line for line in house.log_lines("worker") if '"event": "painter ready"' in line][
            -1
        ]
        assert '"runtime": "openvino"' in ready


def test_a_deploy_gives_all_jobs_of_a_batch_back(slow_house: House) -> None:
    """SIGTERM stops a worker with several paints under way as fast as with one."""
    house = slow_house
    with house.set("worker", ENGINE_SLOTS="4"):
        people = [house.person(name) for name in ("みお", "りん", "そら")]
        for person in people:
            house.simulator.send(person, "赤いりんご")
        for person in people:
            house.wait_until_painting(person)
        house.processes["worker"].terminate()
        assert house.processes["worker"].wait(GRACE) == 0
        for person in people:
            job = house.job(person)
            assert (job["state"], job["attempts"], job["lease_owner"]) == ("queued", 0, None)
        house.start("worker")
        for person in people:
            house.bring(person)
