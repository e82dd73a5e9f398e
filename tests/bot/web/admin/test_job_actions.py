"""What operators do about one job: again, cancel, send again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert

from bot import jobs
from bot.app import create_app
from bot.queue.app import TaskMessage, make_celery
from bot.settings import Settings
from bot.storage import FolderStorage
from bot.store import outbox, schema
from bot.store.clock import now
from bot.tasks.delivery import Courier
from tests.bot.harness import AOI, GROUP, House, Line, on_queues
from tests.bot.web.admin.browser import AdminBrowser, audited, fail_job, read_page


def woken(browser: AdminBrowser, settings: Settings) -> list[TaskMessage]:
    browser.application.extensions["publisher"].close(10)
    return on_queues(make_celery(settings))


@pytest.mark.parametrize("action", ["retry", "cancel", "resend"])
def test_actions_need_a_login_a_form_and_its_token(
    admin: AdminBrowser, house: House, settings: Settings, action: str
) -> None:
    job_id = house.add()
    page = f"/admin/job/{house.job(job_id).number}/{action}"
    assert admin.get(page).status_code == 405
    assert admin.post(page).status_code == 400
    token = admin.token("/admin/")
    admin.send("/admin/logout", of="/admin/")
    assert admin.post(page, data={"csrf_token": token}).status_code in (400, 401)
    assert house.state(job_id) == "queued"
    assert audited(house) == []


def test_a_failed_job_is_painted_again(
    admin: AdminBrowser, house: House, settings: Settings
) -> None:
    job_id = house.add()
    fail_job(house, job_id)
    page = f"/admin/job/{house.job(job_id).number}"
    answer = admin.send(f"{page}/retry", of=page)
    assert (answer.status_code, answer.location) == (303, page)
    job = house.job(job_id)
    assert (job.state, job.error_code, job.attempts, job.deliver_at) == ("queued", None, 0, None)
    assert "is in the queue again" in read_page(admin, page)
    assert audited(house) == [("admin@127.0.0.1", "retry", job.number)]
    assert woken(admin, settings) == [TaskMessage("draw")]
    house.paint(job_id)
    assert house.state(job_id) == "drawn"


def test_an_apology_that_waits_does_not_come_in_place_of_the_pictures(
    admin: AdminBrowser, house: House, line: Line, courier: Courier, storage: FolderStorage
) -> None:
    """LINE is away while the failure is to be told; the operator mends it and tries again."""
    job_id = house.add(token=line.token())
    fail_job(house, job_id)
    line.fault("reply", "429-rate")
    courier.deliver(job_id)
    assert [delivery["state"] for delivery in house.deliveries(job_id)] == ["ready"]
    line.clear_faults()
    page = f"/admin/job/{house.job(job_id).number}"
    admin.send(f"{page}/retry", of=page)
    house.paint(job_id, storage)
    with house.database.write() as db:
        jobs.add_token(db, job_id, line.token(), now())
    courier.deliver(job_id)
    assert house.state(job_id) == "delivered"
    assert "reply:image" in line.kinds()
    assert len(house.deliveries(job_id)) == 1


def test_while_the_failure_is_being_told_it_is_not_painted_again(
    admin: AdminBrowser, house: House, settings: Settings
) -> None:
    job_id = house.add()
    fail_job(house, job_id)
    with house.database.write() as db:
        delivery = outbox.add_reply(db, outbox.RESULT, token="t", token_at=now(), job_id=job_id)
        outbox.claim(db, delivery, 30)
    page = f"/admin/job/{house.job(job_id).number}"
    admin.send(f"{page}/retry", of=page)
    assert "being told of the failure this moment" in read_page(admin, page)
    assert house.state(job_id) == "failed"
    assert audited(house) == []
    assert woken(admin, settings) == []


def test_what_is_queued_is_cancelled(admin: AdminBrowser, house: House) -> None:
    job_id = house.add()
    page = f"/admin/job/{house.job(job_id).number}"
    assert "Cancel it" in admin.get(page).text
    admin.send(f"{page}/cancel", of=page)
    assert house.state(job_id) == "cancelled"
    assert [each[1] for each in audited(house)] == ["cancel"]


@pytest.mark.parametrize("action", ["retry", "cancel", "resend"])
def test_a_button_of_a_page_that_is_out_of_date_does_no_harm(
    admin: AdminBrowser, house: House, settings: Settings, action: str
) -> None:
    """Delivered and erased since: none of the three is possible any more."""
    job_id = house.drawn()
    page = f"/admin/job/{house.job(job_id).number}"
    with house.database.write() as db:
        jobs.mark_delivered(db, job_id)
        jobs.drop_chat(db, AOI, erase=True)
        jobs.mark_erased(db, job_id)
    admin.send(f"{page}/{action}", of=page if action == "none" else "/admin/")
    assert house.state(job_id) == "delivered"
    assert audited(house) == []
    assert woken(admin, settings) == []


def _delivered(
    house: House, courier: Courier, storage: FolderStorage, line: Line, chat: str = AOI
) -> str:
    job_id = house.add(token=line.token(chat), chat=chat)
    house.paint(job_id, storage)
    courier.deliver(job_id)
    assert house.state(job_id) == "delivered"
    return job_id


def test_bringing_again_free_while_a_token_lives(
    admin: AdminBrowser, house: House, line: Line, courier: Courier, storage: FolderStorage
) -> None:
    job_id = _delivered(house, courier, storage, line)
    with house.database.write() as db:
        jobs.add_token(db, job_id, line.token(), now())
    page = f"/admin/job/{house.job(job_id).number}"
    assert "Send it again, free" in admin.get(page).text
    admin.send(f"{page}/resend", of=page)
    courier.deliver(job_id)
    assert line.pictures() == 2
    assert [end[1] for end in house.ends(job_id)] == ["reply", "reply"]
    assert house.state(job_id) == "delivered"


def test_bringing_again_by_push_says_what_it_costs_and_is_done_once(
    admin: AdminBrowser, house: House, line: Line, courier: Courier, storage: FolderStorage
) -> None:
    job_id = _delivered(house, courier, storage, line)
    page = f"/admin/job/{house.job(job_id).number}"
    sentence = read_page(admin, page)
    assert "for 1 message" in sentence
    assert "Send it again, by push" in sentence
    for _ in range(2):  # a double click
        admin.send(f"{page}/resend", of=page if _ == 0 else "/admin/")
    courier.deliver(job_id)
    assert line.kinds().count("push:image") == 1
    assert house.state(job_id) == "delivered"
    sentence = read_page(admin, page)
    assert "nothing is pushed twice" in sentence
    assert "Send it again" not in sentence
    admin.send(f"{page}/resend", of="/admin/")
    assert house.state(job_id) == "delivered"


def test_in_a_group_a_push_costs_its_members(
    admin: AdminBrowser, house: House, line: Line, courier: Courier, storage: FolderStorage
) -> None:
    job_id = _delivered(house, courier, storage, line, chat=GROUP)
    sentence = read_page(admin, f"/admin/job/{house.job(job_id).number}")
    assert "1 message for each member of the group" in sentence


@pytest.mark.parametrize("why", ["ticket", "uncertain", "push off", "budget", "blocked"])
def test_why_no_way_is_open_and_what_is_free(
    with_pages: Settings, house: House, why: str, storage: FolderStorage
) -> None:
    job_id = house.drawn()
    settings = with_pages
    number = house.job(job_id).number
    if why == "ticket":
        house.change(job_id, ticket_at=now())
    elif why == "uncertain":
        with house.database.write() as db:
            delivery = outbox.add_reply(db, outbox.RESULT, token="t", token_at=now(), job_id=job_id)
            outbox.settle(db, delivery, outbox.UNCERTAIN, code="timeout", request_id=None)
    elif why == "push off":
        settings = replace(settings, push_enabled=False)
    elif why == "blocked":
        house.set(schema.chats, schema.chats.c.id == AOI, reachable=False)
    else:
        about = {"quota": {"limit": 200, "used": 190, "at": now()}}
        row = {"id": "c:1", "process": "courier", "host": "c", "pid": 1, "started_at": now()}
        with house.database.write() as db:
            db.execute(insert(schema.workers).values(**row, seen_at=now(), about=about))
    app = create_app(settings)
    app.test_client_class = AdminBrowser
    browser = app.test_client()
    assert isinstance(browser, AdminBrowser)
    browser.log_in()
    page = f"/admin/job/{number}"
    sentence = read_page(browser, page)
    assert "Send it again" not in sentence
    free = f"It is free if somebody writes {number} or 「受け取る」 in that chat."
    assert (free in sentence) == (why != "blocked")
    browser.send(f"{page}/resend", of="/admin/")
    assert audited(house) == []
    app.extensions["publisher"].close()
    app.extensions["database"].close()
