"""What comes by itself and is noticed when it does not: the clock's ticks, LINE's webhooks."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from bot.line import LineClient, LineError
from bot.line.transport import MAX_CLOCK_SAMPLE_SECONDS, Transport
from bot.monitoring import liveness
from bot.monitoring.liveness import LastSeen, WebhookLiveness
from bot.settings import Settings
from bot.store import key_values, outbox, schema
from bot.store.clock import now
from bot.store.database import Database
from bot.tasks import database_checks, heartbeat, sweep
from bot.tasks.runtime import Runtime
from tests.bot.harness import AOI, TOKEN, House, Line, body_of, event, signed
from tests.bot.tasks.test_watchdog import watchdog_of

MINUTE = 60.0


def last(house: House) -> LastSeen:
    with house.database.read() as db:
        return liveness.last_seen(db)


def courier(house: House, age: float, **about: Any) -> None:
    """A courier that is alive, and has been for `age` seconds."""
    values = {"id": "h:c", "process": "courier", "host": "h", "pid": 1, "about": about}
    with house.database.write() as db:
        db.execute(schema.workers.insert().values(**values, started_at=now() - age, seen_at=now()))


def inside(house: House, settings: Settings) -> dict[str, str]:
    with house.database.read() as db:
        alarm_details = database_checks.database_alarms(db, settings)
    alarm_details.pop("no_worker", None)
    return alarm_details


def ago(house: House, row: str, seconds: float) -> None:
    house.set(schema.switches, schema.switches.c.name == row, at=now() - seconds)


# --- the clock


def test_a_sweep_says_that_the_clock_ticks(runtime: Runtime, house: House) -> None:
    assert last(house).tick_at is None
    sweep.sweep(runtime.database, runtime.settings.max_attempts)
    assert now() - (last(house).tick_at or 0) < 5


def test_a_clock_that_is_dead(runtime: Runtime, house: House, settings: Settings) -> None:
    courier(house, age=10 * MINUTE)
    assert inside(house, settings) == {"no_clock": "no tick for 10 min"}, "it never ticked"
    sweep.sweep(runtime.database, runtime.settings.max_attempts)
    assert inside(house, settings) == {}
    ago(house, "heard_clock", 50)
    assert inside(house, settings) == {}
    ago(house, "heard_clock", 3 * MINUTE)
    assert inside(house, settings) == {"no_clock": "no tick for 3 min"}
    slow = replace(settings, sweep_interval_seconds=5 * MINUTE)
    assert inside(house, slow) == {}, "it ticks that rarely"


def test_a_courier_that_has_just_started_has_heard_nothing_yet(
    house: House, settings: Settings
) -> None:
    courier(house, age=30)
    assert inside(house, settings) == {}


def test_a_broker_that_is_away_explains_the_silence(
    runtime: Runtime, house: House, settings: Settings
) -> None:
    courier(house, age=10 * MINUTE)
    runtime.settings = replace(settings, broker_url="redis://127.0.0.1:9/0")
    watchdog_of(runtime).check()
    alarm_details = {row["name"] for row in house.rows(schema.alarms)}
    assert alarm_details == {"no_worker", "broker_away"}


# --- the webhooks


def post(client: FlaskClient, secret: str | None = None, *, sign: bool = True) -> int:
    body = body_of(event("りんご"))
    headers = (signed(body, secret) if secret else signed(body)) if sign else {}
    return client.post("/callback", data=body, headers=headers).status_code


def test_a_channel_secret_that_is_wrong(
    client: FlaskClient, house: House, settings: Settings
) -> None:
    assert [post(client, "another's") for _ in range(2)] == [400, 400]
    assert inside(house, settings) == {}, "somebody may have tried"
    assert post(client, "another's") == 400
    alarm_details = inside(house, settings)
    assert alarm_details == {"webhooks_refused": "3 in a row bear a wrong signature"}
    assert post(client) == 200
    assert inside(house, settings) == {}, "mended"
    assert post(client, "another's") == 400
    assert inside(house, settings) == {}, "counted anew"


def test_what_is_long_ago_is_no_alarm(
    client: FlaskClient, house: House, settings: Settings
) -> None:
    for _ in range(5):
        post(client, "another's")
    ago(house, "refused_webhook", liveness.REJECTED_WINDOW_SECONDS + 1)
    assert inside(house, settings) == {}


def test_who_signs_nothing_raises_no_alarm(client: FlaskClient, house: House) -> None:
    assert [post(client, sign=False) for _ in range(9)] == [400] * 9
    assert last(house) == LastSeen()


def test_a_test_of_the_doctors_is_no_webhook(client: FlaskClient, house: House) -> None:
    body = body_of()
    assert client.post("/callback", data=body, headers=signed(body)).status_code == 200
    assert last(house).webhook_accepted_at is None


def test_a_flood_writes_little(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[object] = []
    monkeypatch.setattr(key_values, "put", lambda _db, _name, value: written.append(value))
    webhooks = WebhookLiveness(house.database)
    for _ in range(100):
        webhooks.record_rejected()
    assert written == [1, 2, 3]
    for _ in range(100):
        webhooks.record_accepted()
    assert written == [1, 2, 3, True]
    webhooks.record_rejected()
    webhooks.record_accepted()
    assert written == [1, 2, 3, True, 1, True], "it is said at once that all is well again"


def test_a_database_that_is_away_fails_no_answer(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_self: Database) -> None:
        raise OperationalError("x", {}, Exception())

    monkeypatch.setattr(Database, "write", away)
    WebhookLiveness(house.database).record_rejected()


def test_two_processes_write_the_same_row(house: House) -> None:
    many = 8

    def write(number: int) -> None:
        with house.database.write() as db:
            key_values.put(db, "same", number)

    with ThreadPoolExecutor(many) as pool:
        list(pool.map(write, range(many)))
    [row] = house.rows(schema.switches)
    assert row["value"] in range(many)


# --- the time


def test_a_machine_whose_clock_is_wrong(house: House, settings: Settings) -> None:
    courier(house, age=5, line_skew=9.0, skew=-3.0)
    assert inside(house, settings) == {}
    about = {"line_skew": 9.0, "skew": -595.2}
    behind = {"about": about, "seen_at": now() - 595}
    house.set(schema.workers, schema.workers.c.id == "h:c", **behind)
    alarm_details = inside(house, settings)
    assert alarm_details["clock_skew"] == "h:c is -595 s off the database"
    house.set(schema.workers, schema.workers.c.id == "h:c", seen_at=now() - 595 - 60)
    assert "clock_skew" not in inside(house, settings), "it is gone"


def test_line_tells_the_time(
    talking: Settings, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = LineClient(replace(talking, line_channel_access_token=TOKEN))
    report = heartbeat.CourierReport(client, interval=0.0)
    assert abs(report()["line_skew"]) < 2
    late = dt.timedelta(minutes=10)
    monkeypatch.setattr(
        "bot.line.transport.parsedate_to_datetime",
        lambda value: parsedate_to_datetime(value) - late,
    )
    report()
    assert 598 < report()["line_skew"] < 602


def test_a_proxy_that_tells_no_time(talking: Settings) -> None:
    carrier = Transport("http://127.0.0.1:9", "t")
    for date in (None, "", "yesterday", "Wed, 99 Foo 2026 25:00:00 GMT"):
        carrier._compare_clocks(date, 0.1)
    assert carrier.clock_skew is None
    carrier._compare_clocks("Wed, 25 Nov 2026 22:00:00 GMT", MAX_CLOCK_SAMPLE_SECONDS + 1)
    assert carrier.clock_skew is None, "too slow to tell"


# --- the token


def test_a_token_that_line_refuses(house: House, settings: Settings) -> None:
    job_id = house.drawn()
    with house.database.write() as db:
        delivery = outbox.add_push(db, job_id, AOI, 1, [{"type": "text", "text": "x"}])
        outbox.claim(db, delivery, 30)
        outbox.postpone(db, delivery, 60, "unauthorized", request_id="r-1")
    assert inside(house, settings) == {"token_refused": "1 messages"}
    assert house.deliveries()[0]["line_request_id"] == "r-1"
    with house.database.write() as db:
        outbox.claim(db, delivery, 30)
        outbox.settle(db, delivery, outbox.SENT, code=None, request_id="r-2")
    assert inside(house, settings) == {}


def test_a_reply_given_up_over_the_token_is_an_alarm_for_a_while(
    house: House, settings: Settings
) -> None:
    job_id = house.drawn()
    with house.database.write() as db:
        reply = outbox.add_reply(db, outbox.ANSWER, token="t", token_at=now(), job_id=job_id)
        outbox.settle(db, reply, outbox.REFUSED, code="unauthorized", request_id="r")
    assert inside(house, settings).keys() == {"token_refused"}
    house.set(schema.deliveries, schema.deliveries.c.id == reply, created_at=now() - 200)
    assert inside(house, settings) == {}


def test_messages_with_which_line_finds_fault(house: House, settings: Settings) -> None:
    job_id = house.drawn()
    with house.database.write() as db:
        reply = outbox.add_reply(db, outbox.RESULT, token="t", token_at=now(), job_id=job_id)
        outbox.settle(db, reply, outbox.REFUSED, code="bad_request", request_id="r")
    assert inside(house, settings) == {"messages_refused": house.job(job_id).number}
    old = now() - database_checks.RECENT_SECONDS - 1
    house.set(schema.deliveries, schema.deliveries.c.id == reply, created_at=old)
    assert inside(house, settings) == {}


def test_a_courier_that_may_not_ask_for_the_quota(house: House, settings: Settings) -> None:
    courier(house, age=5, quota_code="timeout")
    assert inside(house, settings) == {}
    house.set(schema.workers, schema.workers.c.id == "h:c", about={"quota_code": "unauthorized"})
    assert inside(house, settings) == {"token_refused": "when asked for the quota"}


def test_a_courier_that_was_told_nothing_asks_again_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Silent:
        calls = 0
        clock_skew = None

        def quota(self) -> None:
            self.calls += 1
            raise LineError("x", permanent=True, code="unauthorized")

    line = Silent()
    report = heartbeat.CourierReport(line)  # type: ignore[arg-type]
    assert [report(), report()] == [{"quota_code": "unauthorized"}] * 2
    assert line.calls == 1
    monkeypatch.setattr(heartbeat, "QUOTA_RETRY_SECONDS", 0.0)
    report()
    assert line.calls == 2
