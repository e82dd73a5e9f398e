"""The pages of jobs: finding one, and all that is shown of it."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot import jobs
from bot.settings import Settings
from bot.storage import FolderStorage
from bot.tasks.delivery import Courier
from bot.telemetry.log_stream import STREAM_KEY
from tests.bot.harness import AOI, WISH, House, Line
from tests.bot.valkey import valkey
from tests.bot.web.admin.browser import (
    AdminBrowser,
    audited,
    close_browser,
    fail_job,
    open_browser,
    read_page,
    text_of,
)


@pytest.mark.parametrize("write", [str, str.lower, lambda each: each.replace("-", " ")])
def test_a_number_is_found_however_it_is_typed(
    admin: AdminBrowser, house: House, write: object
) -> None:
    number = house.job(house.add()).number
    typed = write(number)  # type: ignore[operator]
    answer = admin.get("/admin/job", query_string={"number": typed})
    assert answer.location == f"/admin/job/{number}"


@pytest.mark.parametrize("typed", ["ZZZ-ZZ1", "nonsense", "<b>"])
def test_a_number_that_is_not_there(admin: AdminBrowser, typed: str) -> None:
    answer = admin.get("/admin/job", query_string={"number": typed})
    assert answer.status_code == 404
    assert 'role="alert"' in answer.text
    assert "<b>" not in answer.text
    assert admin.get("/admin/job/ZZZ-ZZ1").status_code == 404


def test_the_newest_by_state(admin: AdminBrowser, house: House) -> None:
    queued, drawn = house.add(), house.drawn()
    both = read_page(admin, "/admin/job")
    assert house.job(queued).number in both
    only = read_page(admin, "/admin/job?state=drawn")
    assert house.job(drawn).number in only
    assert house.job(queued).number not in only


def test_a_whole_life(
    admin: AdminBrowser,
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
    sentence = text_of(page)
    assert f"{job.number} delivered" in sentence
    [sent] = house.deliveries(job_id)
    assert sent["line_request_id"]
    assert "result by reply sent" in sentence
    assert sent["line_request_id"] in sentence
    for stage in ("in the queue broker", "painting worker", "storing worker", "bringing courier"):
        assert stage in sentence
    assert page.count('<svg class="span"') == 5
    assert "No log lines are kept" in sentence or "is not Redis" in sentence


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
        for line in lines:
            answer = {"number": job.number, "job": job.id, "level": "info", **line}
            answer["timestamp"] = f"2026-11-22T15:00:0{answer.pop('second')}.123456Z"
            server.client.xadd(STREAM_KEY, {"line": json.dumps(answer)})
        desk = open_browser(replace(with_pages, broker_url=server.url))
        desk.log_in()
        sentence = read_page(desk, f"/admin/job/{job.number}")
        result = [
            sentence.index(each) for each in ("queued", "not painted code=unsafe", "sent line_req")
        ]
        assert result == sorted(result)
        assert "2026-11-23 00:00:02.123 info worker" in sentence
        assert "another's" not in sentence
        server.stop()
        assert "could not be read" in read_page(desk, f"/admin/job/{job.number}")
        close_browser(desk)


def test_what_is_personal_is_masked_until_it_is_asked_for(
    admin: AdminBrowser, house: House
) -> None:
    job = house.job(house.add())
    page = f"/admin/job/{job.number}"
    masked = admin.get(page).text
    assert [each for each in (AOI, WISH, job.secret) if each in masked] == []
    assert admin.post(page).status_code == 400, "only a form reveals"
    assert audited(house) == []
    answer = admin.send(page)
    assert answer.status_code == 200
    assert AOI in answer.text
    assert WISH in answer.text
    assert audited(house) == [("admin@127.0.0.1", "reveal", job.number)]
    assert WISH not in admin.get(page).text


def test_the_reason_and_its_remedy(admin: AdminBrowser, house: House) -> None:
    job_id = house.add()
    fail_job(house, job_id)
    sentence = read_page(admin, f"/admin/job/{house.job(job_id).number}")
    assert "storage_failed It was painted, but could not be stored." in sentence
    assert "doctor" in sentence


def test_pictures_come_by_number_and_only_to_the_operator(
    admin: AdminBrowser, stranger: AdminBrowser, house: House, storage: FolderStorage
) -> None:
    job_id = house.add()
    house.paint(job_id, storage)
    job = house.job(job_id)
    page = admin.get(f"/admin/job/{job.number}").text
    assert job.secret not in page
    result = re.findall(r'(?:src|href)="(/admin/job/[^"]+/picture/[^"]+)"', page)
    assert len(result) == 2
    kinds = {
        admin.get(each).content_type: admin.get(each).data for each in map(html.unescape, result)
    }
    assert kinds == {"image/png": b"png", "image/jpeg": b"jpg"}
    assert admin.get(f"/admin/job/{job.number}/picture/1").status_code == 404
    admin.send("/admin/logout", of="/admin/")
    request = admin.get(html.unescape(result[0]), headers={"accept": "image/*"})
    assert request.status_code == 401


def test_a_picture_that_is_gone_from_storage(
    admin: AdminBrowser, house: House, storage: FolderStorage
) -> None:
    job_id = house.drawn()
    assert admin.get(f"/admin/job/{house.job(job_id).number}/picture/0").status_code == 404


def test_an_erased_job_has_nothing_to_show(admin: AdminBrowser, house: House) -> None:
    job_id = house.drawn()
    with house.database.write() as db:
        jobs.drop_chat(db, AOI, erase=True)
        jobs.mark_erased(db, job_id)
    sentence = read_page(admin, f"/admin/job/{house.job(job_id).number}")
    assert "Nothing: it is cancelled, and erased." in sentence
    assert "Show prompt" not in sentence
