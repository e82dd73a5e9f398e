"""The operators' page of the inbox, without what people wrote."""

from __future__ import annotations

import pytest

from bot.queue.app import READ_INBOX, make_celery
from bot.settings import Settings
from bot.store import inbox, schema
from tests.bot.harness import AOI, House, on_queues
from tests.bot.web.admin.browser import AdminBrowser, audited

WORDS = "ひみつの絵"


@pytest.fixture
def parked(house: House) -> int:
    return house.park_event(WORDS)


def test_an_event_is_tried_again(
    admin: AdminBrowser, house: House, settings: Settings, parked: int
) -> None:
    page = admin.get("/admin/inbox").text
    assert "01HPARKED" in page
    assert WORDS not in page
    assert AOI not in page
    on_queues(make_celery(settings))
    admin.send(f"/admin/inbox/{parked}", {"do": "retry"}, of="/admin/inbox")
    with house.database.read() as db:
        assert inbox.has_due(db)
        assert inbox.list_parked(db) == []
    admin.application.extensions["publisher"].close()
    assert on_queues(make_celery(settings)) == [READ_INBOX]
    assert audited(house)[0][1:] == ("retry event", str(parked))


def test_an_event_is_deleted(admin: AdminBrowser, house: House, parked: int) -> None:
    admin.send(f"/admin/inbox/{parked}", {"do": "drop"}, of="/admin/inbox")
    assert house.rows(schema.inbox) == []
    answer = admin.send(f"/admin/inbox/{parked}", {"do": "drop"}, of="/admin/inbox")
    assert answer.status_code == 303
