"""Settings, flags and the audit log."""

from __future__ import annotations

import re

from bot.operations import actions
from bot.queue.app import make_celery
from bot.settings import Settings
from bot.store import flags
from tests.bot.harness import House, on_queues
from tests.bot.web.admin.browser import PASSWORD, AdminBrowser, audited


def test_settings_in_force_without_their_secrets(admin: AdminBrowser, settings: Settings) -> None:
    page = admin.get("/admin/settings").text
    for each in ("LINE_CHANNEL_SECRET", "MAX_QUEUED_PER_PERSON", "http://127.0.0.1:9"):
        assert each in page
    for secret in (
        settings.line_channel_secret,
        settings.line_channel_access_token,
        settings.broker_url,
        settings.database_url,
        PASSWORD,
    ):
        assert secret not in page
    assert re.search(r"HF_TOKEN</th><td><span class=\"mono\">not set", page)
    assert re.search(r"ADMIN_PASSWORD</th><td><span class=\"state off\">set, hidden", page)


def test_resume_wakes_the_workers_at_once(
    admin: AdminBrowser, house: House, settings: Settings
) -> None:
    house.add()
    on_queues(make_celery(settings))
    for what in ("drain", "resume"):
        admin.send("/admin/settings/switch", {"do": what}, of="/admin/settings")
    admin.application.extensions["publisher"].close()
    assert on_queues(make_celery(settings)) == [("draw", "")]


def test_switches(admin: AdminBrowser, house: House) -> None:
    def do(what: str) -> str:
        admin.send("/admin/settings/switch", {"do": what}, of="/admin/settings")
        return admin.get("/admin/settings").text

    assert "paused</span> since" in do("pause")
    assert "draining</span> since" in do("drain")
    with house.database.read() as db:
        assert flags.get_flags(db)[:2] == (False, True)
    assert "It was so already" in do("drain")
    page = do("resume")
    assert "paused</span>" not in page
    with house.database.read() as db:
        assert flags.get_flags(db)[:2] == (True, False)
    bad = admin.send("/admin/settings/switch", {"do": "burn"}, of="/admin/settings")
    assert bad.status_code == 400
    assert [each[1] for each in audited(house)] == ["pause", "drain", "resume"]


def test_what_operators_did(admin: AdminBrowser, house: House) -> None:
    for place in range(150):
        with house.database.write() as db:
            actions.ban(db, f"U{place:032x}", f"reason {place}", who="someone@somewhere")
    page = admin.get("/admin/audit").text
    assert "reason 149" in page
    assert "reason 49<" not in page
    [older] = re.findall(r'href="(/admin/audit\?before=[^"]+)"', page)
    page = admin.get(older).text
    assert "reason 0<" in page
    assert "admin@127.0.0.1" in page, "the login"
