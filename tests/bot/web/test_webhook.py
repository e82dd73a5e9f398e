"""POST /callback: only LINE is believed, everything is stored once, nothing is waited for."""

from __future__ import annotations

import io
import logging
import re
import socket
import sqlite3
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, TestResponse

from bot.app import create_app
from bot.queue.app import READ_INBOX, TaskMessage
from bot.settings import Settings
from bot.store import schema
from bot.store.clock import now
from bot.store.database import Database
from bot.tasks import read_inbox
from bot.tasks.read_inbox import InboxReader
from bot.tasks.sweep import sweep
from tests.bot.conftest import Woken
from tests.bot.harness import (
    AOI,
    SECRET,
    House,
    ReadingClient,
    body_of,
    event,
    impatient,
    in_group,
    signed,
    together,
)

pytestmark = pytest.mark.core

TABLES = (schema.events, schema.jobs, schema.deliveries, schema.reply_tokens, schema.chats)


def post(client: FlaskClient, *events: Any) -> TestResponse:
    body = body_of(*events)
    return client.post("/callback", data=body, headers=signed(body))


def nothing_stored(house: House) -> bool:
    return not any(house.rows(table) for table in TABLES)


# --- who is believed


def test_the_signature_of_lines_own_example(settings: Settings, own_logs: None) -> None:
    """Messaging API documentation, "Verify webhook signature"."""
    secret = "8c570fa6dd201bb328f1c1eac23a96d8"
    app = create_app(replace(settings, line_channel_secret=secret))
    structlog.configure(cache_logger_on_first_use=False)
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
    header = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="
    answer = app.test_client().post("/callback", data=body, headers={"X-LINE-Signature": header})
    assert answer.status_code == 200
    app.extensions["publisher"].close()
    app.extensions["database"].close()


def test_a_forged_webhook_stores_nothing(client: FlaskClient, house: House, woken: Woken) -> None:
    body = body_of(event("りんご"))
    forged = ("", "x", "é", "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=")
    headers = [{"x-line-signature": text.encode().decode("latin-1")} for text in forged]
    answers = [client.post("/callback", data=body, headers=header) for header in headers]
    assert [answer.status_code for answer in answers] == [400] * len(forged)
    assert client.post("/callback", data=body).status_code == 400
    good = signed(body)
    assert client.post("/callback", data=body + b" ", headers=good).status_code == 400
    assert client.post("/callback", data=body, headers=signed(body, "old")).status_code == 400
    assert nothing_stored(house)
    assert woken() == []


def test_the_signature_is_checked_over_the_raw_bytes(client: FlaskClient, house: House) -> None:
    spaced = body_of(event("りんご")).replace(b'"events":', b'\n"events" :  ')
    assert client.post("/callback", data=spaced, headers=signed(spaced)).status_code == 200
    assert len(house.rows(schema.jobs)) == 1


def test_the_connectivity_check(client: FlaskClient, house: House) -> None:
    assert post(client).status_code == 200
    assert nothing_stored(house)


def test_a_signed_body_that_is_no_webhook(client: FlaskClient, house: House) -> None:
    bodies = (b"", b"{", b"[]", b'"x"', b'{"events": {}}', b"\xff", b"null")
    answers = {
        body: client.post("/callback", data=body, headers=signed(body)).status_code
        for body in bodies
    }
    assert answers == dict.fromkeys(bodies, 400)
    assert nothing_stored(house)


def test_a_body_that_is_too_large(client: FlaskClient, house: House) -> None:
    body = body_of(event("あ" * 800_000))
    assert len(body) > 2 * 1024 * 1024
    assert client.post("/callback", data=body, headers=signed(body)).status_code == 413
    builder = EnvironBuilder("/callback", method="POST", headers=signed(body).items())
    environ = builder.get_environ()  # in chunks, so that nobody announces the length
    environ |= {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True}
    environ.pop("CONTENT_LENGTH", None)
    assert client.open(environ).status_code == 413
    assert nothing_stored(house)


def test_only_post(client: FlaskClient) -> None:
    answers = [client.open("/callback", method=method) for method in ("GET", "PUT", "DELETE")]
    assert [answer.status_code for answer in answers] == [405] * 3


# --- what is stored


def test_a_prompt_becomes_a_job_and_wakes_a_painter(
    client: FlaskClient, house: House, woken: Woken
) -> None:
    wish = event("夜の富士山")
    assert post(client, wish).status_code == 200
    [job] = house.rows(schema.jobs)
    assert job["request"]["prompt"] == "夜の富士山"
    assert (job["chat_id"], job["user_id"], job["state"]) == (AOI, AOI, "queued")
    assert (job["message_id"], job["quote_token"]) == (
        wish["message"]["id"],
        wish["message"]["quoteToken"],
    )
    [token] = house.rows(schema.reply_tokens)
    assert token["token"] == wish["replyToken"]
    assert abs(token["received_at"] - now()) < 10
    assert set(woken()) == {TaskMessage("draw"), TaskMessage("show_loading", job["id"])}


def test_the_same_event_again_changes_nothing(
    client: FlaskClient, house: House, woken: Woken
) -> None:
    wish = event("りんご")
    again = {**wish, "deliveryContext": {"isRedelivery": True}}
    assert post(client, wish, wish).status_code == 200
    assert post(client, again).status_code == 200
    assert len(house.rows(schema.jobs)) == len(house.rows(schema.events)) == 1
    assert [each.task for each in woken()].count("draw") == 1


def test_the_same_event_many_times_at_once(client: FlaskClient, house: House) -> None:
    for _ in range(3):
        wish = event("りんご", source={"type": "user", "userId": "U" + f"{time.time_ns():032x}"})
        answers = together([lambda each=wish: post(client.application.test_client(), each)] * 4)  # type: ignore[misc]
        assert [answer.status_code for answer in answers] == [200] * 4
    assert len(house.rows(schema.jobs)) == 3


def test_one_bad_event_spoils_no_other(client: FlaskClient, house: House) -> None:
    bad: list[Any] = [
        "no object",
        {"type": 7},
        event(type="message", message="no object"),
        event(type="unheardOf"),
        event("りんご", webhookEventId="x" * 300),
        event("りんご", source={"type": "group", "groupId": "C" * 300}),
        event("りんご", source={"type": "satellite"}),
        event(type="postback", postback={"data": "pick:'; DROP TABLE jobs"}),
    ]
    assert post(client, *bad, event("赤いりんご"), *bad).status_code == 200
    assert [row["request"]["prompt"] for row in house.rows(schema.jobs)] == ["赤いりんご"]


def test_an_event_the_database_refuses_spoils_no_other(
    client: FlaskClient, house: House, reader: InboxReader
) -> None:
    """It is tried a few times, and then set aside; those after it in its chat wait so long."""
    first, second = event("りんご"), event("みかん")
    second["replyToken"] = first["replyToken"]  # a token belongs to one event
    elsewhere = event("もも", source={"type": "user", "userId": "U" + "8" * 32})
    assert post(client, first, second, event(type="follow"), elsewhere).status_code == 200
    painted = {row["request"]["prompt"] for row in house.rows(schema.jobs)}
    assert painted == {"りんご", "もも"}
    assert house.rows(schema.deliveries) == []
    for _ in range(read_inbox.MAX_TRIES):
        house.set(schema.inbox, schema.inbox.c.lease_until.is_not(None), lease_until=0.0)
        reader.read()
    assert len(house.rows(schema.deliveries)) == 1
    [parked] = house.rows(schema.inbox)
    assert (parked["event_id"], parked["error_code"]) == (second["webhookEventId"], "failed")
    assert second["webhookEventId"] not in {row["id"] for row in house.rows(schema.events)}


def test_in_standby_nothing_is_said_or_painted(
    client: FlaskClient, house: House, woken: Woken
) -> None:
    silent = [
        event("りんご", mode="standby", replyToken=None),
        event("ヘルプ", mode="standby"),
        event(type="follow", mode="standby"),
        event("りんご", mode="somethingNew"),
    ]
    assert post(client, *silent).status_code == 200
    assert len(house.rows(schema.events)) == 4
    assert house.rows(schema.jobs) == house.rows(schema.deliveries) == []
    assert woken() == []


def test_in_standby_a_message_can_be_taken_back_all_the_same(
    client: FlaskClient, house: House
) -> None:
    wish = event("りんご")
    post(client, wish)
    unsend = event(type="unsend", mode="standby", unsend={"messageId": wish["message"]["id"]})
    assert post(client, unsend).status_code == 200
    [job] = house.rows(schema.jobs)
    assert (job["state"], job["request"]) == ("cancelled", None)


# --- when something is broken


def test_a_database_that_is_away_is_answered_with_500(
    client: FlaskClient, house: House, woken: Woken, tmp_path: Path
) -> None:
    database: Database = client.application.extensions["database"]
    impatient(database)
    wish = event("りんご")
    with sqlite3.connect(tmp_path / "efude.db", isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert post(client, wish).status_code == 500
        holder.execute("ROLLBACK")
    holder.close()
    assert nothing_stored(house)
    assert post(client, wish).status_code == 200, "LINE sends it again, and now it is served"
    assert len(house.rows(schema.jobs)) == 1
    assert len(woken()) == 2


def test_without_tables_it_is_500_and_says_why_only_in_the_log(
    settings: Settings, own_logs: None, tmp_path: Path
) -> None:
    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path / 'empty.db'}"))
    structlog.configure(cache_logger_on_first_use=False)
    answer = post(app.test_client(), event("りんご"))
    assert (answer.status_code, answer.text) == (500, "database unavailable")
    app.extensions["publisher"].close()
    app.extensions["database"].close()


def test_a_broker_that_refuses_costs_no_time_and_no_job(
    settings: Settings, own_logs: None, house: House
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    took = _time_without_broker(settings, f"redis://127.0.0.1:{port}/0", house)
    assert took < 1.0


@pytest.mark.slow
def test_a_broker_that_hangs_costs_no_time_and_no_job(
    settings: Settings, own_logs: None, house: House
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # accepts, and never says a word
        port = deaf.getsockname()[1]
        took = _time_without_broker(settings, f"redis://127.0.0.1:{port}/0", house)
    assert took < 1.0


def _time_without_broker(settings: Settings, url: str, house: House) -> float:
    app = create_app(replace(settings, broker_url=url))
    structlog.configure(cache_logger_on_first_use=False)
    client = app.test_client()
    post(client, event("海"))  # what is done only once
    started = time.monotonic()
    assert post(client, event("りんご")).status_code == 200
    took = time.monotonic() - started
    assert len(house.rows(schema.inbox)) == 2
    assert READ_INBOX in sweep(house.database, settings.max_attempts), "the sweep finds it"
    app.extensions["publisher"].close(0.1)
    app.extensions["database"].close()
    return took


# --- what the log says


def test_the_log_tells_nobodys_secrets(
    settings: Settings,
    own_logs: None,
    capsys: pytest.CaptureFixture[str],
    house: House,
    tmp_path: Path,
) -> None:
    app = create_app(replace(settings, log_format="text"))
    structlog.configure(cache_logger_on_first_use=False)
    publish = app.extensions["publisher"].put
    app.extensions["reader"] = InboxReader(settings, house.database, publish, threading.Event())
    app.test_client_class = ReadingClient
    client = app.test_client()
    wish = event("ひみつの絵", source=in_group())
    wish["message"]["text"] = "@絵筆 ひみつの絵"
    mention = {"index": 0, "length": 3, "type": "user", "isSelf": True}
    wish["message"]["mention"] = {"mentionees": [mention]}
    post(client, wish, wish, "junk", event(type="message", message={"text": "ひみつの絵"}))
    assert len(house.rows(schema.jobs)) == 1
    with sqlite3.connect(tmp_path / "efude.db") as broken:
        broken.execute("DROP TABLE reply_tokens")
    broken.close()
    assert post(client, event("ひみつの絵")).status_code == 200
    client.post("/callback", data=body_of(wish), headers={"x-line-signature": "forged"})
    with sqlite3.connect(tmp_path / "efude.db") as broken:
        broken.execute("DROP TABLE inbox")
    broken.close()
    app.test_client_class = None
    assert post(app.test_client(), event("ひみつの絵")).status_code == 500
    logging.getLogger("somewhere").warning("ordinary")
    written = capsys.readouterr().out
    app.extensions["publisher"].close()
    app.extensions["database"].close()
    assert "job.queued" in written
    assert "inbox_event.failed" in written
    assert "inbox_event.parked" in written
    assert "webhook.store_failed" in written
    assert "webhook.signature_rejected" in written
    for secret in ("ひみつの絵", SECRET, wish["replyToken"]):
        assert secret not in written
    assert not re.search("[UC][0-9a-f]{32}", written)
