"""The pages "now" and "job": what they show of a real database, and what their buttons do."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot import jobs, outbox, tables
from bot.admin import charts
from bot.alarms import ADVICE
from bot.app import create_app
from bot.audit import Entry, latest
from bot.database import now
from bot.delivery import Courier
from bot.logstream import KEY
from bot.queue import Wake, make_celery
from bot.settings import Settings
from bot.storage import FolderStorage
from tests.bot.house import AOI, GROUP, WISH, House, Line, on_queues
from tests.bot.test_admin import Desk, admin, browser, close, stranger, with_pages
from tests.bot.valkey import valkey

__all__ = ["admin", "stranger", "with_pages"]  # fixtures


def words(page: str) -> str:
    """What a page says, without its tags and with single spaces."""
    body = page[page.index("<main") :]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body))).strip()


def shown(desk: Desk, page: str) -> str:
    answer = desk.get(page)
    assert answer.status_code == 200
    return words(answer.text)


def fail(house: House, job_id: str, code: str = "storage_failed") -> None:
    assert house.claim(job_id)
    with house.database.write() as db:
        assert jobs.fail(db, job_id, code, owner="w")


def done(house: House) -> list[tuple[str, str, str]]:
    """(who, action, about) of what was written down after the login."""
    with house.database.read() as db:
        found: list[Entry] = latest(db)
    return [(it.who, it.action, it.about) for it in found if it.action != "log in"]


def woken(desk: Desk, settings: Settings) -> list[Wake]:
    desk.application.extensions["publisher"].close(10)
    return on_queues(make_celery(settings))


@pytest.fixture(autouse=True)
def _empty_queues(settings: Settings) -> None:
    on_queues(make_celery(settings))  # what an earlier test left in the broker


# --- now


def test_an_empty_house(admin: Desk) -> None:
    said = shown(admin, "/admin/")
    assert "No worker is alive" in said
    assert "No courier is alive: nothing is said in any chat, and nobody looks" in said
    assert "Alarms 0 nobody looks" in said
    assert "No courier has told of it" in said


def test_a_clock_that_is_behind_breaks_no_chart(admin: Desk, house: House) -> None:
    """A worker's machine says that it painted a picture before it was asked for."""
    job_id = house.drawn()
    house.change(job_id, created_at=now(), state="delivered", finished_at=now() - 5)
    assert "Jobs of the last hour (1)" in shown(admin, "/admin/")


def test_the_queue_and_the_stages(admin: Desk, house: House) -> None:
    house.change(house.add(), created_at=now() - 300)
    house.add()
    for seconds in (2.0, 4.0, 60.0):
        moment = now() - 600
        times = {"created_at": moment, "drawing_at": moment + 1, "painted_at": moment + 1 + seconds}
        job_id = house.drawn()
        house.change(job_id, **times, drawn_at=moment + 62, finished_at=moment + 63)
        house.change(job_id, state="delivered")
    fail(house, house.add(), "unsafe")
    said = shown(admin, "/admin/")
    assert "In the queue 2 oldest 5 min" in said
    assert "painting 3 4.00 s 60 s" in said  # jobs, p50, p95
    assert "all of it 3 63 s 63 s" in said
    assert "unsafe 1 Every picture was flagged" in said
    assert "delivered 3 –" in said
    page = admin.get("/admin/").text
    assert page.count('<svg class="chart"') == 2
    assert page.count("<polyline") + page.count("<circle") > 0
    assert page.count("<rect") > 0


def test_workers_and_what_they_paint(admin: Desk, house: House) -> None:
    job_id = house.add()
    house.claim(job_id, owner="gpu-7:41/3")
    house.change(job_id, step=12, steps=30)
    about = {
        "model": "mame",
        "device": "cuda:0",
        "dtype": "float16",
        "slots": 16,
        "active": 1,
        "steps_per_second": 7.5,
        "memory": 2_000_000_000,
        "device_memory": {"used": 6_000_000_000, "total": 16_000_000_000},
    }
    seen = {"host": "gpu-7", "process": "worker", "started_at": now() - 60}
    silent = {"id": "gpu-8:9", "pid": 9, "seen_at": now() - 100, "about": about}
    alive = {"id": "gpu-7:41", "pid": 41, "seen_at": now(), "about": about}
    with house.database.write() as db:
        for each in (alive, silent):
            db.execute(insert(tables.workers).values(**seen | each))
    said = shown(admin, "/admin/")
    number = house.job(job_id).number
    assert "worker gpu-7 41 alive" in said
    assert "worker gpu-7 9 silent" in said
    assert "mame float16 cuda:0 6.0 GB of 16.0 GB 2.0 GB 1/16 7.5" in said
    assert f"{number} 12/30" in said
    assert "No worker is alive" not in said
    page = admin.get("/admin/").text
    assert f'href="/admin/job/{number}"' in page
    assert '<progress max="30" value="12"' in page


def test_the_budget_is_what_a_courier_heard_last(
    admin: Desk, house: House, settings: Settings
) -> None:
    courier = {"process": "courier", "host": "web-1", "started_at": now(), "seen_at": now()}
    for pid, used, at in ((1, 150, now() - 600), (2, 180, now()), (3, 160, now() - 300)):
        about = {"quota": {"limit": 200, "used": used, "at": at}}
        with house.database.write() as db:
            row = insert(tables.workers).values(**courier, id=f"web-1:{pid}", pid=pid, about=about)
            db.execute(row)
    said = shown(admin, "/admin/")
    assert "Pushes left 20 of 200 this month" in said
    assert f"Pictures may push {max(0, 20 - settings.push_reserve)}" in said


def test_alarms_are_shown_with_their_age(admin: Desk, house: House) -> None:
    values = {"name": "queue_old", "since": now() - 720, "seen_at": now(), "detail": "12 minutes"}
    with house.database.write() as db:
        db.execute(insert(tables.alarms).values(**values))
    said = shown(admin, "/admin/")
    assert "queue_old" in said
    assert f"(12 min) {ADVICE['queue_old'].means} {ADVICE['queue_old'].do} 12 minutes" in said
    assert "Alarms 1 see above" in said


def test_the_page_comes_anew_and_that_is_no_click(admin: Desk) -> None:
    page = admin.get("/admin/").text
    assert 'data-every="10" data-from="/admin/?auto=1"' in page


# --- charts


def test_a_chart_has_a_scale_that_people_can_read() -> None:
    drawn = charts.bars("A <title>", ["", "1:00"], [0.0, 7.3], "{:g}".format)
    assert re.findall(r">([\d.:]+)</text>", drawn) == ["0", "2", "4", "6", "8", "1:00"]
    assert 'aria-label="A &lt;title&gt;"' in drawn
    assert drawn.count("<rect") == 1


def test_a_curve_breaks_where_there_is_nothing() -> None:
    line = charts.Line("x", [1.0, 2.0, None, 3.0, None, 4.0, 4.0])
    drawn = charts.curves("x", [""] * 7, [line])
    assert drawn.count("<polyline") == 2
    assert drawn.count("<circle") == 5


@pytest.mark.parametrize("values", [[], [0.0], [1e-4], [1e7, 1.0]])
def test_a_chart_of_little_or_much(values: list[float]) -> None:
    assert "nan" not in charts.bars("x", [""] * len(values), values)


# --- finding a job


@pytest.mark.parametrize("write", [str, str.lower, lambda it: it.replace("-", " ")])
def test_a_number_is_found_however_it_is_typed(admin: Desk, house: House, write: object) -> None:
    number = house.job(house.add()).number
    typed = write(number)  # type: ignore[operator]
    answer = admin.get("/admin/job", query_string={"number": typed})
    assert answer.location == f"/admin/job/{number}"


@pytest.mark.parametrize("typed", ["ZZZ-ZZ1", "nonsense", "<b>"])
def test_a_number_that_is_not_there(admin: Desk, typed: str) -> None:
    answer = admin.get("/admin/job", query_string={"number": typed})
    assert answer.status_code == 404
    assert 'role="alert"' in answer.text
    assert "<b>" not in answer.text
    assert admin.get("/admin/job/ZZZ-ZZ1").status_code == 404


def test_the_newest_by_state(admin: Desk, house: House) -> None:
    queued, drawn = house.add(), house.drawn()
    both = shown(admin, "/admin/job")
    assert house.job(queued).number in both
    only = shown(admin, "/admin/job?state=drawn")
    assert house.job(drawn).number in only
    assert house.job(queued).number not in only


# --- one job


def test_a_whole_life(
    admin: Desk,
    house: House,
    line: Line,
    courier: Courier,
    storage: FolderStorage,
) -> None:
    job_id = house.add(token=line.token())
    house.paint(job_id, storage)
    courier.deliver(job_id)
    job = house.job(job_id)
    page = admin.get(f"/admin/job/{job.number}").text
    said = words(page)
    assert f"{job.number} delivered" in said
    [sent] = house.deliveries(job_id)
    assert sent["line_request_id"]
    assert "result by reply sent" in said
    assert sent["line_request_id"] in said
    for stage in ("in the queue broker", "painting worker", "storing worker", "bringing courier"):
        assert stage in said
    assert page.count('<svg class="span"') == 5
    assert "No log lines are kept" in said or "is not Redis" in said


def test_log_lines_of_all_processes_stand_in_the_order_of_their_times(
    with_pages: Settings, house: House, tmp_path: Path
) -> None:
    job = house.job(house.add())
    lines = (
        {"process": "courier", "event": "sent", "line_request_id": "r-1", "second": 3},
        {"process": "web", "event": "queued", "second": 1},
        {"process": "worker", "event": "not painted", "code": "unsafe", "second": 2},
        {"process": "worker", "event": "another's", "number": "ZZZ-ZZ1", "job": "x", "second": 2},
    )
    with valkey(tmp_path / "valkey") as server:
        for it in lines:
            told = {"number": job.number, "job": job.id, "level": "info", **it}
            told["timestamp"] = f"2026-11-22T15:00:0{told.pop('second')}.123456Z"
            server.client.xadd(KEY, {"line": json.dumps(told)})
        desk = browser(replace(with_pages, broker_url=server.url))
        desk.log_in()
        said = shown(desk, f"/admin/job/{job.number}")
        found = [said.index(it) for it in ("queued", "not painted code=unsafe", "sent line_req")]
        assert found == sorted(found)
        assert "2026-11-23 00:00:02.123 info worker" in said
        assert "another's" not in said
        server.stop()
        assert "could not be read" in shown(desk, f"/admin/job/{job.number}")
        close(desk)


def test_what_is_personal_is_masked_until_it_is_asked_for(admin: Desk, house: House) -> None:
    job = house.job(house.add())
    page = f"/admin/job/{job.number}"
    masked = admin.get(page).text
    assert [it for it in (AOI, WISH, job.secret) if it in masked] == []
    assert admin.post(page).status_code == 400, "only a form reveals"
    assert done(house) == []
    answer = admin.send(page)
    assert answer.status_code == 200
    assert AOI in answer.text
    assert WISH in answer.text
    assert done(house) == [("admin@127.0.0.1", "reveal", job.number)]
    assert WISH not in admin.get(page).text


def test_the_reason_and_its_remedy(admin: Desk, house: House) -> None:
    job_id = house.add()
    fail(house, job_id)
    said = shown(admin, f"/admin/job/{house.job(job_id).number}")
    assert "storage_failed It was painted, but could not be stored." in said
    assert "doctor" in said


def test_pictures_come_by_number_and_only_to_the_operator(
    admin: Desk, stranger: Desk, house: House, storage: FolderStorage
) -> None:
    job_id = house.add()
    house.paint(job_id, storage)
    job = house.job(job_id)
    page = admin.get(f"/admin/job/{job.number}").text
    assert job.secret not in page
    found = re.findall(r'(?:src|href)="(/admin/job/[^"]+/picture/[^"]+)"', page)
    assert len(found) == 2
    kinds = {admin.get(it).content_type: admin.get(it).data for it in map(html.unescape, found)}
    assert kinds == {"image/png": b"png", "image/jpeg": b"jpg"}
    assert admin.get(f"/admin/job/{job.number}/picture/1").status_code == 404
    admin.send("/admin/logout", of="/admin/")
    asked = admin.get(html.unescape(found[0]), headers={"accept": "image/*"})
    assert asked.status_code == 401


def test_a_picture_that_is_gone_from_storage(
    admin: Desk, house: House, storage: FolderStorage
) -> None:
    job_id = house.drawn()
    assert admin.get(f"/admin/job/{house.job(job_id).number}/picture/0").status_code == 404


def test_an_erased_job_has_nothing_to_show(admin: Desk, house: House) -> None:
    job_id = house.drawn()
    with house.database.write() as db:
        jobs.drop_chat(db, AOI, erase=True)
        jobs.erased(db, job_id)
    said = shown(admin, f"/admin/job/{house.job(job_id).number}")
    assert "Nothing: it is cancelled, and erased." in said
    assert "Show prompt" not in said


# --- what can be done


@pytest.mark.parametrize("action", ["retry", "cancel", "resend"])
def test_actions_need_a_login_a_form_and_its_token(
    admin: Desk, house: House, settings: Settings, action: str
) -> None:
    job_id = house.add()
    page = f"/admin/job/{house.job(job_id).number}/{action}"
    assert admin.get(page).status_code == 405
    assert admin.post(page).status_code == 400
    token = admin.token("/admin/")
    admin.send("/admin/logout", of="/admin/")
    assert admin.post(page, data={"csrf_token": token}).status_code in (400, 401)
    assert house.state(job_id) == "queued"
    assert done(house) == []


def test_a_failed_job_is_painted_again(admin: Desk, house: House, settings: Settings) -> None:
    job_id = house.add()
    fail(house, job_id)
    page = f"/admin/job/{house.job(job_id).number}"
    answer = admin.send(f"{page}/retry", of=page)
    assert (answer.status_code, answer.location) == (303, page)
    job = house.job(job_id)
    assert (job.state, job.error_code, job.attempts, job.deliver_at) == ("queued", None, 0, None)
    assert "is in the queue again" in shown(admin, page)
    assert done(house) == [("admin@127.0.0.1", "retry", job.number)]
    assert woken(admin, settings) == [Wake("draw", job_id)]
    house.paint(job_id)
    assert house.state(job_id) == "drawn"


def test_an_apology_that_waits_does_not_come_in_place_of_the_pictures(
    admin: Desk, house: House, line: Line, courier: Courier, storage: FolderStorage
) -> None:
    """LINE is away while the failure is to be told; the operator mends it and tries again."""
    job_id = house.add(token=line.token())
    fail(house, job_id)
    line.fault("reply", "429-rate")
    courier.deliver(job_id)
    assert [it["state"] for it in house.deliveries(job_id)] == ["ready"]
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
    admin: Desk, house: House, settings: Settings
) -> None:
    job_id = house.add()
    fail(house, job_id)
    with house.database.write() as db:
        delivery = outbox.add_reply(db, outbox.RESULT, token="t", token_at=now(), job_id=job_id)
        outbox.claim(db, delivery, 30)
    page = f"/admin/job/{house.job(job_id).number}"
    admin.send(f"{page}/retry", of=page)
    assert "being told of the failure this moment" in shown(admin, page)
    assert house.state(job_id) == "failed"
    assert done(house) == []
    assert woken(admin, settings) == []


def test_what_is_queued_is_cancelled(admin: Desk, house: House) -> None:
    job_id = house.add()
    page = f"/admin/job/{house.job(job_id).number}"
    assert "Cancel it" in admin.get(page).text
    admin.send(f"{page}/cancel", of=page)
    assert house.state(job_id) == "cancelled"
    assert [it[1] for it in done(house)] == ["cancel"]


@pytest.mark.parametrize("action", ["retry", "cancel", "resend"])
def test_a_button_of_a_page_that_is_out_of_date_does_no_harm(
    admin: Desk, house: House, settings: Settings, action: str
) -> None:
    """Delivered and erased since: none of the three is possible any more."""
    job_id = house.drawn()
    page = f"/admin/job/{house.job(job_id).number}"
    with house.database.write() as db:
        jobs.delivered(db, job_id)
        jobs.drop_chat(db, AOI, erase=True)
        jobs.erased(db, job_id)
    admin.send(f"{page}/{action}", of=page if action == "none" else "/admin/")
    assert house.state(job_id) == "delivered"
    assert done(house) == []
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
    admin: Desk, house: House, line: Line, courier: Courier, storage: FolderStorage
) -> None:
    job_id = _delivered(house, courier, storage, line)
    with house.database.write() as db:
        jobs.add_token(db, job_id, line.token(), now())
    page = f"/admin/job/{house.job(job_id).number}"
    assert "Bring it again, free" in admin.get(page).text
    admin.send(f"{page}/resend", of=page)
    courier.deliver(job_id)
    assert line.pictures() == 2
    assert [it[1] for it in house.ends(job_id)] == ["reply", "reply"]
    assert house.state(job_id) == "delivered"


def test_bringing_again_by_push_says_what_it_costs_and_is_done_once(
    admin: Desk, house: House, line: Line, courier: Courier, storage: FolderStorage
) -> None:
    job_id = _delivered(house, courier, storage, line)
    page = f"/admin/job/{house.job(job_id).number}"
    said = shown(admin, page)
    assert "for 1 message" in said
    assert "Bring it again, by push" in said
    for _ in range(2):  # a double click
        admin.send(f"{page}/resend", of=page if _ == 0 else "/admin/")
    courier.deliver(job_id)
    assert line.kinds().count("push:image") == 1
    assert house.state(job_id) == "delivered"
    said = shown(admin, page)
    assert "nothing is pushed twice" in said
    assert "Bring it again" not in said
    admin.send(f"{page}/resend", of="/admin/")
    assert house.state(job_id) == "delivered"


def test_in_a_group_a_push_costs_its_members(
    admin: Desk, house: House, line: Line, courier: Courier, storage: FolderStorage
) -> None:
    job_id = _delivered(house, courier, storage, line, chat=GROUP)
    said = shown(admin, f"/admin/job/{house.job(job_id).number}")
    assert "1 message for each member of the group" in said


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
        settings = replace(settings, push=False)
    elif why == "blocked":
        house.set(tables.chats, tables.chats.c.id == AOI, reachable=False)
    else:
        about = {"quota": {"limit": 200, "used": 190, "at": now()}}
        row = {"id": "c:1", "process": "courier", "host": "c", "pid": 1, "started_at": now()}
        with house.database.write() as db:
            db.execute(insert(tables.workers).values(**row, seen_at=now(), about=about))
    app = create_app(settings)
    app.test_client_class = Desk
    desk = app.test_client()
    assert isinstance(desk, Desk)
    desk.log_in()
    page = f"/admin/job/{number}"
    said = shown(desk, page)
    assert "Bring it again" not in said
    free = f"It is free if somebody writes {number} or 「受け取る」 in that chat."
    assert (free in said) == (why != "blocked")
    desk.send(f"{page}/resend", of="/admin/")
    assert done(house) == []
    app.extensions["publisher"].close()
    app.extensions["database"].close()
