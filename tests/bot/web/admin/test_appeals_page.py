"""The operators' page of refusals that are said to be mistaken."""

from __future__ import annotations

from bot.store import appeals
from tests.bot.harness import AOI, House
from tests.bot.web.admin.browser import AdminBrowser, audited


def test_an_appeal_is_shown_and_deleted(admin: AdminBrowser, house: House) -> None:
    with house.database.write() as db:
        appeals.add(db, AOI, AOI, "裸の猫と○○", "sexual")
        [appeal] = appeals.list_appeals(db)
    page = admin.get("/admin/appeals").text
    assert "裸の猫と○○" in page
    assert AOI not in page
    admin.send(f"/admin/appeals/{appeal.id}", {}, of="/admin/appeals")
    with house.database.read() as db:
        assert appeals.list_appeals(db) == []
    assert audited(house)[0][1:] == ("drop appeal", appeal.id)
    again = admin.send(f"/admin/appeals/{appeal.id}", {}, of="/admin/appeals")
    assert again.status_code == 303
