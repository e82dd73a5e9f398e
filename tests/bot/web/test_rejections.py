"""Strangers write one log line a minute and raise no alarm; a wrong secret still does."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.monitoring import alarms
from bot.monitoring.liveness import WebhookLiveness, last_seen, webhook_signature_failing
from bot.settings import Settings
from bot.store.database import Database
from bot.web.rejections import Rejections


def body(destination: object = "U" + "1" * 32) -> bytes:
    return json.dumps({"destination": destination, "events": []}).encode()


def rejections(settings: Settings, database: Database) -> Rejections:
    return Rejections(settings, database, WebhookLiveness(database, 0.0))


def failing(database: Database) -> bool:
    with database.read() as db:
        return webhook_signature_failing(last_seen(db))


@pytest.mark.parametrize(
    "sent",
    [b"", b"{}", b"[]", b"[" * 100_000, b'{"events": []}', body(3), body(""), b" " * 300_000],
)
def test_what_is_no_webhook_raises_no_alarm(
    settings: Settings, database: Database, sent: bytes
) -> None:
    item = rejections(settings, database)
    with capture_logs() as lines:
        for _ in range(20):
            item.note_rejected(sent, "forged", "192.0.2.1")
            item.note_rejected(body(), None, "192.0.2.1")
    assert not failing(database)
    assert [line["kind"] for line in lines] == ["forged", "unsigned"]


def test_forgers_who_do_not_know_the_bot_raise_none(settings: Settings, database: Database) -> None:
    rejections(settings, database).note_accepted(body())
    item = rejections(settings, database)  # of another process
    for _ in range(20):
        item.note_rejected(body("U" + "2" * 32), "forged", "192.0.2.1")
    assert not failing(database)
    for _ in range(3):
        item.note_rejected(body(), "of a secret that was reissued", "192.0.2.1")
    assert failing(database)


def test_whom_webhooks_are_for_is_noted_now_and_then_only(
    settings: Settings, database: Database
) -> None:
    """Not with every webhook, each of which would cost a look into the database."""
    item = rejections(settings, database)
    item.note_accepted(body("U" + "1" * 32))
    item.note_accepted(body("U" + "2" * 32))
    other = rejections(settings, database)
    for _ in range(3):
        other.note_rejected(body("U" + "2" * 32), "forged", "192.0.2.1")
    assert not failing(database)
    for _ in range(3):
        other.note_rejected(body("U" + "1" * 32), "of a secret that was reissued", "192.0.2.1")
    assert failing(database)


@pytest.mark.parametrize("ever_accepted", [True, False])
def test_a_wrong_secret_does(settings: Settings, database: Database, ever_accepted: bool) -> None:
    if ever_accepted:
        rejections(settings, database).note_accepted(body())
    wrong = rejections(replace(settings, line_channel_secret="of another channel"), database)
    for _ in range(3):
        wrong.note_rejected(body("U" + "3" * 32), "LINE's", "192.0.2.1")
    assert failing(database)


def test_that_alarm_is_pushed_with_others_only(database: Database) -> None:
    with database.write() as db:
        alarms.update_active(db, {"webhooks_refused": "3 in a row"}, 60.0)
        assert [alarm.name for alarm in alarms.list_active(db)] == ["webhooks_refused"]
        assert alarms.due_notifications(db, 0.0) == []
        alarms.update_active(db, {"webhooks_refused": "3 in a row", "storage": "full"}, 60.0)
        names = {alarm.name for alarm in alarms.due_notifications(db, 0.0)}
    assert names == {"webhooks_refused", "storage"}
