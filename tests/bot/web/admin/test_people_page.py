"""The pages of people and chats."""

from __future__ import annotations

import re

import pytest

from bot import jobs
from bot.jobs import limits
from bot.queue.app import make_celery
from bot.settings import Settings
from bot.store import bans, schema
from tests.bot.conversation.test_router import HARUTO
from tests.bot.harness import AOI, GROUP, WISH, House, on_queues
from tests.bot.web.admin.browser import AdminBrowser, audited

MARK = bans.fingerprint(AOI)


def test_people_are_counted_and_named_by_fingerprints(admin: AdminBrowser, house: House) -> None:
    house.add(count=3)
    house.drawn(chat=GROUP, user=HARUTO)
    page = admin.get("/admin/people").text
    for who in (AOI, HARUTO, GROUP):
        assert bans.fingerprint(who)[:8] in page
        assert who not in page
    single = admin.get(f"/admin/people/{MARK[:8]}").text
    assert "Pictures today</dt><dd>3" in single
    assert "queued 1" in single
    of_group = admin.get(f"/admin/people/{bans.fingerprint(GROUP)}").text
    assert bans.fingerprint(HARUTO)[:8] in of_group
    for text in (single, of_group):
        assert not {AOI, HARUTO, GROUP, WISH} & set(re.findall(r"[^\s\"<>]+", text))


def test_somebody_is_found_by_number_fingerprint_or_id(admin: AdminBrowser, house: House) -> None:
    number = house.job(house.add(chat=GROUP, user=HARUTO)).number
    house.add()
    haruto = bans.fingerprint(HARUTO)
    for typed, mark in (
        (number.lower().replace("-", ""), haruto),
        (HARUTO, haruto),
        (GROUP, bans.fingerprint(GROUP)),
        (haruto[:8].upper(), haruto[:8]),
    ):
        answer = admin.send("/admin/people", {"who": typed})
        assert answer.location == f"/admin/people/{mark}"
        assert admin.get(answer.location).status_code == 200
    assert admin.send("/admin/people", {"who": "000-000"}).location == "/admin/people"
    assert "Nobody is found" in admin.get("/admin/people").text


@pytest.mark.parametrize("mark", ["0" * 64, "abc", "A" * 64, MARK[:7], "%27"])
def test_nobody_has_that_fingerprint(admin: AdminBrowser, house: House, mark: str) -> None:
    house.add()
    assert admin.get(f"/admin/people/{mark}").status_code == 404


def test_a_ban_and_its_end(admin: AdminBrowser, house: House) -> None:
    house.add()
    page = f"/admin/people/{MARK}"
    answer = admin.send(f"{page}/ban", {"reason": "floods"}, of=page)
    assert answer.location == page
    with house.database.read() as db:
        assert bans.is_banned(db, AOI, GROUP)
    assert "floods" in admin.get(page).text
    assert "floods" in admin.get("/admin/people").text
    admin.send(f"{page}/unban", of=page)
    with house.database.read() as db:
        assert not bans.is_banned(db, AOI, GROUP)
    who = "admin@127.0.0.1"
    assert audited(house) == [(who, "ban", MARK), (who, "unban", MARK)]


def test_limits_of_a_chat(admin: AdminBrowser, house: House, settings: Settings) -> None:
    house.add()
    page = f"/admin/people/{MARK}"
    typed = {"queued_per_person": "1", "daily_pictures": "", "cooldown_seconds": "2.5"}
    admin.send(f"{page}/limits", typed, of=page)
    with house.database.read() as db:
        assert limits.limits_for_chat(db, settings, AOI) == (1, 8, 100, 2.5)
    text = admin.get(page).text
    assert 'name="cooldown_seconds" min="0" step="any" inputmode="decimal" value="2.5"' in text
    admin.send(f"{page}/limits", {"daily_pictures": "-1", "queued_per_person": "9"}, of=page)
    assert "daily_pictures is -1" in admin.get(page).text
    with house.database.read() as db:
        assert limits.limits_for_chat(db, settings, AOI).queued_per_person == 1, (
            "all of it or nothing"
        )
    assert admin.send(f"{page}/limits", {}, of=page).status_code == 400
    assert [each[1] for each in audited(house)] == ["limits"]


def test_erasing_asks_and_then_leaves_a_ban_and_nothing_else(
    admin: AdminBrowser, house: House, settings: Settings
) -> None:
    on_queues(make_celery(settings))
    job_id = house.add()
    page = f"/admin/people/{MARK}"
    admin.send(f"{page}/ban", of=page)
    admin.send(f"{page}/erase", of=page)
    assert house.job(job_id).erase_at is None
    assert "tick the box" in admin.get(page).text
    answer = admin.send(f"{page}/erase", {"sure": "yes"}, of=page)
    assert answer.location == "/admin/people"
    job = house.job(job_id)
    assert (job.state, job.request) == (jobs.CANCELLED, None)
    admin.application.extensions["publisher"].close(10)
    assert ("erase", job_id) in on_queues(make_celery(settings))
    with house.database.write() as db:
        jobs.mark_erased(db, job_id, limits.day_mark(AOI))  # what the courier does at the end
    assert admin.get(page).status_code == 404
    assert MARK[:8] in admin.get("/admin/people").text, "the ban stays, and can be lifted"
    admin.send(f"{page}/unban", of="/admin/people")
    assert house.rows(schema.bans) == []
    assert [each[1] for each in audited(house)] == ["ban", "erase", "unban"]
