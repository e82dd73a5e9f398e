"""The dashboard, on a real database."""

from __future__ import annotations

from sqlalchemy import insert

from bot.monitoring.alarms import ALARMS
from bot.settings import Settings
from bot.store import schema
from bot.store.clock import now
from tests.bot.harness import House
from tests.bot.web.admin.browser import AdminBrowser, fail_job, read_page


def test_an_empty_house(admin: AdminBrowser) -> None:
    sentence = read_page(admin, "/admin/")
    assert "No worker is alive" in sentence
    assert "No courier is alive: nothing is said in any chat, and nobody looks" in sentence
    assert "Alarms 0 nobody looks" in sentence
    assert "No courier has told of it" in sentence


def test_a_clock_that_is_behind_breaks_no_chart(admin: AdminBrowser, house: House) -> None:
    """A worker's machine says that it painted a picture before it was asked for."""
    job_id = house.drawn()
    house.change(job_id, created_at=now(), state="delivered", finished_at=now() - 5)
    assert "Jobs of the last hour (1)" in read_page(admin, "/admin/")


def test_the_queue_and_the_stages(admin: AdminBrowser, house: House) -> None:
    house.change(house.add(), created_at=now() - 300)
    house.add()
    for seconds in (2.0, 4.0, 60.0):
        moment = now() - 600
        times = {"created_at": moment, "drawing_at": moment + 1, "painted_at": moment + 1 + seconds}
        job_id = house.drawn()
        house.change(job_id, **times, drawn_at=moment + 62, finished_at=moment + 63)
        house.change(job_id, state="delivered")
    fail_job(house, house.add(), "unsafe")
    sentence = read_page(admin, "/admin/")
    assert "In the queue 2 oldest 5 min" in sentence
    assert "painting 3 4.00 s 60 s" in sentence  # jobs, p50, p95
    assert "all of it 3 63 s 63 s" in sentence
    assert "unsafe 1 Every picture was flagged" in sentence
    assert "delivered 3 –" in sentence
    page = admin.get("/admin/").text
    assert page.count('<svg class="chart"') == 2
    assert page.count("<polyline") + page.count("<circle") > 0
    assert page.count("<rect") > 0


def test_workers_and_what_they_paint(admin: AdminBrowser, house: House) -> None:
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
            db.execute(insert(schema.workers).values(**seen | each))
    sentence = read_page(admin, "/admin/")
    number = house.job(job_id).number
    assert "worker gpu-7 41 alive" in sentence
    assert "worker gpu-7 9 silent" in sentence
    assert "mame float16 cuda:0 6.0 GB of 16.0 GB 2.0 GB 1/16 7.5" in sentence
    assert f"{number} 12/30" in sentence
    assert "No worker is alive" not in sentence
    page = admin.get("/admin/").text
    assert f'href="/admin/job/{number}"' in page
    assert '<progress max="30" value="12"' in page


def test_a_worker_that_loads_its_model(admin: AdminBrowser, house: House) -> None:
    row = {"id": "gpu-7:41", "pid": 41, "host": "gpu-7", "process": "worker", "seen_at": now()}
    row |= {"started_at": now() - 60, "about": {"loading": "fetching", "memory": 2_000_000_000}}
    with house.database.write() as db:
        db.execute(insert(schema.workers).values(**row))
    sentence = read_page(admin, "/admin/")
    assert "A worker is loading its model: it paints as soon as that is done." in sentence
    assert "worker gpu-7 41 loading" in sentence
    assert "No worker is alive" not in sentence


def test_the_budget_is_what_a_courier_heard_last(
    admin: AdminBrowser, house: House, settings: Settings
) -> None:
    courier = {"process": "courier", "host": "web-1", "started_at": now(), "seen_at": now()}
    for pid, used, at in ((1, 150, now() - 600), (2, 180, now()), (3, 160, now() - 300)):
        about = {"quota": {"limit": 200, "used": used, "at": at}}
        with house.database.write() as db:
            row = insert(schema.workers).values(**courier, id=f"web-1:{pid}", pid=pid, about=about)
            db.execute(row)
    sentence = read_page(admin, "/admin/")
    assert "Pushes left 20 of 200 this month" in sentence
    assert f"Pictures may push {max(0, 20 - settings.push_reserve)}" in sentence


def test_alarms_are_shown_with_their_age(admin: AdminBrowser, house: House) -> None:
    values = {"name": "queue_old", "since": now() - 720, "seen_at": now(), "detail": "12 minutes"}
    with house.database.write() as db:
        db.execute(insert(schema.alarms).values(**values))
    sentence = read_page(admin, "/admin/")
    assert "queue_old" in sentence
    assert (
        f"(12 min) {ALARMS['queue_old'].meaning} {ALARMS['queue_old'].first_command} 12 minutes"
        in sentence
    )
    assert "Alarms 1 see above" in sentence


def test_the_page_comes_anew_and_that_is_no_click(admin: AdminBrowser) -> None:
    page = admin.get("/admin/").text
    assert 'data-every="10" data-from="/admin/?auto=1"' in page
