"""Who requests pictures, and where."""

from __future__ import annotations

from bot.operations import usage
from bot.store import bans
from tests.bot.harness import AOI, GROUP, House

HARUTO = "U" + "b" * 32


def test_people_and_groups_are_counted_by_their_latest_request(house: House) -> None:
    house.add(chat=GROUP, user=AOI, count=2)
    house.add(chat=GROUP, user=HARUTO)
    erased = house.add(chat=GROUP, user=HARUTO)
    house.change(erased, erase_at=1.0)
    with house.database.read() as db:
        people, [group] = usage.list_people(db), usage.list_groups(db)
        assert usage.list_people(db, limit=1, offset=1) == people[1:]
    assert [row.fingerprint for row in people] == [bans.fingerprint(HARUTO), bans.fingerprint(AOI)]
    assert [(row.jobs, row.pictures, row.unfinished) for row in people] == [(1, 1, 1), (1, 2, 1)]
    assert (group.kind, group.jobs, group.requesters) == ("group", 2, 2)


def test_a_report_shows_counts_and_no_chat_that_does_not_exist(house: House) -> None:
    house.add(chat=GROUP, user=HARUTO)
    with house.database.read() as db:
        report = usage.report(db, HARUTO)
        assert [row.fingerprint for row in usage.neighbours(db, HARUTO)] == [
            bans.fingerprint(GROUP)
        ]
        assert [row.fingerprint for row in usage.neighbours(db, GROUP)] == [
            bans.fingerprint(HARUTO)
        ]
    assert report.jobs_by_state == {"queued": 1}
    assert (report.counts.kind, report.has_chat, report.ban) == ("person", False, None)


def test_ids_are_found_by_the_beginning_of_their_fingerprint(house: House) -> None:
    house.add(chat=GROUP, user=HARUTO)
    fingerprint = bans.fingerprint(HARUTO)
    with house.database.read() as db:
        for prefix in (fingerprint, fingerprint[:8]):
            assert usage.ids_by_fingerprint(db, prefix) == [HARUTO]
        assert usage.ids_by_fingerprint(db, "f" * 64) == []
