"""Webhooks that come together: one transaction, and each is answered as if it had come alone."""

from __future__ import annotations

import queue
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from gunicorn.config import Config
from sqlalchemy import event as sql_event
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.queue.app import READ_INBOX, make_celery
from bot.settings import Settings
from bot.store import schema
from bot.store.database import Database
from bot.telemetry import tracing
from bot.web.group_commit import MAX_BODY_BYTES, MAX_GROUP, GroupCommit
from bot.web.intake import Intake
from bot.web.server.framing import PreparedRequest, RequestBuffer
from bot.web.server.grouping import Answered
from tests.bot.harness import House, body_of, event, impatient, on_queues, signed

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CONFIG = Config()


def arrived(
    body: bytes, line: str = "POST /callback HTTP/1.1", *more: str, **names: str
) -> PreparedRequest:
    """A request as the worker hands it over; names: its headers beside the signature."""
    headers = {"x-line-signature": signed(body)["x-line-signature"]} | names
    rows = [f"{name}: {value}" for name, value in headers.items() if value] + list(more)
    head = "\r\n".join([line, "Host: x", f"Content-Length: {len(body)}", *rows, "", ""])
    request = RequestBuffer(CONFIG, ("127.0.0.1", 1)).feed(head.encode() + body)
    assert request is not None
    return request


class Loop:
    """The worker's side of it: webhooks go in, answers come out, in any order."""

    def __init__(self, grouping: GroupCommit) -> None:
        self.grouping = grouping
        self.answers: queue.SimpleQueue[Sequence[Answered]] = queue.SimpleQueue()
        self.started = False

    def take(self, request: PreparedRequest, name: str = "") -> bool:
        """Whether it is taken; its answer is known by the name."""
        connection: Any = name
        return self.grouping.take(request.request, request.body, connection)

    def turn(self, *bodies: bytes) -> list[tuple[int, str]]:
        """The answers to webhooks that came in one turn of the loop."""
        for position, body in enumerate(bodies):
            assert self.take(arrived(body), str(position))
        self.grouping.hand_over()
        if not self.started:
            self.started = True
            self.grouping.start(self.answers.put)
        got: dict[str, tuple[int, str]] = {}
        while len(got) < len(bodies):
            for answered in self.answers.get(timeout=30):
                name: Any = answered.connection
                got[name] = (answered.status, answered.text)
        return [got[str(position)] for position in range(len(bodies))]


@pytest.fixture
def intake(app: Flask, settings: Settings) -> Intake:
    extensions = app.extensions
    return Intake(settings, extensions["database"], extensions["publisher"])


@pytest.fixture
def loop(intake: Intake, settings: Settings) -> Iterator[Loop]:
    item = Loop(GroupCommit(settings, intake))
    yield item
    if item.started:
        item.grouping.close()


def inbox_ids(house: House) -> list[str]:
    return [row["event_id"] for row in house.rows(schema.inbox)]


def test_those_that_come_together_share_a_transaction(loop: Loop, app: Flask, house: House) -> None:
    database: Database = app.extensions["database"]
    for _ in range(2):  # what is done only once is done after the first answer
        loop.turn(body_of(event("りんご")))
    commits: list[Any] = []
    sql_event.listen(database.engine, "commit", commits.append)
    wishes = [event("りんご") for _ in range(7)]
    bodies = [body_of(wish) for wish in wishes[:5]] + [body_of(*wishes[5:])]
    assert loop.turn(*bodies) == [(200, "OK")] * 6
    assert len(commits) == 1
    assert inbox_ids(house)[2:] == [wish["webhookEventId"] for wish in wishes]


def test_one_message_wakes_for_all(loop: Loop, app: Flask, settings: Settings) -> None:
    assert loop.turn(*(body_of(event("りんご")) for _ in range(5))) == [(200, "OK")] * 5
    app.extensions["publisher"].close(10)
    assert on_queues(make_celery(settings)) == [READ_INBOX]


def test_more_than_one_transaction_may_hold(loop: Loop, house: House) -> None:
    bodies = [body_of(event("りんご")) for _ in range(2 * MAX_GROUP + 1)]
    assert loop.turn(*bodies) == [(200, "OK")] * len(bodies)
    assert len(house.rows(schema.inbox)) == len(bodies)


def test_the_same_event_in_one_group(loop: Loop, house: House) -> None:
    wish = event("りんご")
    again = {**wish, "deliveryContext": {"isRedelivery": True}}
    assert loop.turn(body_of(wish), body_of(again), body_of(wish, wish)) == [(200, "OK")] * 3
    assert inbox_ids(house) == [wish["webhookEventId"]]


def test_an_unsend_in_the_group_of_its_message(loop: Loop, house: House) -> None:
    wish, other = event("ひみつ"), event("りんご")
    unsend = event(type="unsend", unsend={"messageId": wish["message"]["id"]})
    assert loop.turn(*map(body_of, (wish, other, unsend))) == [(200, "OK")] * 3
    kept = [other["webhookEventId"], unsend["webhookEventId"]]
    assert inbox_ids(house) == kept


def test_the_view_is_left_what_is_out_of_the_ordinary(loop: Loop) -> None:
    body = body_of(event("りんご"))
    good = signed(body)["x-line-signature"]
    sign_name = "x-line-signature"
    requests: dict[str, PreparedRequest] = {
        "unsigned": arrived(body, **{sign_name: ""}),
        "forged": arrived(body, **{sign_name: signed(body, "old")[sign_name]}),
        "garbled": arrived(body, **{sign_name: "é"}),
        "signed twice": arrived(body, "POST /callback HTTP/1.1", f"X-Line-Signature: {good}"),
        "an empty body": arrived(b""),
        "large": arrived(body_of(event("x" * MAX_BODY_BYTES))),
        "GET": arrived(body, "GET /callback HTTP/1.1"),
        "HTTP/1.0": arrived(body, "POST /callback HTTP/1.0"),
        "a query": arrived(body, "POST /callback?x=1 HTTP/1.1"),
        "another path": arrived(body, "POST /callback/ HTTP/1.1"),
        "spelled otherwise": arrived(body, "POST /%63allback HTTP/1.1"),
        "of a proxy": arrived(body, "POST http://x/callback HTTP/1.1"),
    }
    assert [name for name, request in requests.items() if loop.take(request)] == []
    assert loop.take(arrived(body))


def test_chunks_are_put_together(loop: Loop) -> None:
    body = body_of(event("りんご"))
    signature = signed(body)["x-line-signature"]
    head = "POST /callback HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    head += f"x-line-signature: {signature}\r\n\r\n"
    chunks = b"%x\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (5, body[:5], len(body) - 5, body[5:])
    request = RequestBuffer(CONFIG, ("127.0.0.1", 1)).feed(head.encode() + chunks)
    assert request is not None
    assert loop.take(request)


def test_signed_bodies_that_the_view_has_to_answer(loop: Loop, house: House) -> None:
    nested = b'{"events":[' + b"[" * 15_000 + b"]" * 15_000 + b"]}"
    bodies = [b"{", b"[]", b'{"events": {}}', b"\xff", b"null", body_of(), nested]
    good = body_of(event("りんご"))
    answers = loop.turn(*bodies[:-1], good, nested)
    assert [status for status, _ in answers[:-2]] == [0] * (len(bodies) - 1)
    assert answers[-2] == (200, "OK"), "their neighbour is served"
    assert answers[-1][0] in {0, 200}, "as deep as this Python can write it, or not"
    assert len(house.rows(schema.inbox)) in {1, 2}


def test_a_database_that_is_away_is_500_for_all(
    loop: Loop, app: Flask, house: House, tmp_path: Path
) -> None:
    impatient(app.extensions["database"])
    wishes = [body_of(event("りんご")) for _ in range(3)]
    with sqlite3.connect(tmp_path / "efude.db", isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert loop.turn(*wishes) == [(500, "database unavailable")] * 3
        holder.execute("ROLLBACK")
    holder.close()
    assert house.rows(schema.inbox) == []
    assert loop.turn(*wishes) == [(200, "OK")] * 3, "LINE sends them again"


def test_one_that_the_database_refuses_spoils_no_other(
    loop: Loop, app: Flask, house: House, tmp_path: Path
) -> None:
    bad, good = event("りんご"), event("みかん")
    with sqlite3.connect(tmp_path / "efude.db") as connection:
        connection.execute(
            "CREATE TRIGGER refused BEFORE INSERT ON inbox "
            f"WHEN NEW.event_id = '{bad['webhookEventId']}' "
            "BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    connection.close()
    assert loop.turn(body_of(good), body_of(bad)) == [(0, "")] * 2, "each by itself, in the view"
    assert house.rows(schema.inbox) == []
    client = app.test_client()
    answers = [
        client.post("/callback", data=body_of(each), headers=signed(body_of(each))).status_code
        for each in (good, bad)
    ]
    assert answers == [200, 500]
    assert loop.turn(body_of(bad)) == [(500, "database unavailable")], "alone, nobody else suffers"


@pytest.mark.parametrize(
    ("state", "status"), [("08006", 500), (None, 500), ("40P01", 0), ("57014", 0), ("55P03", 0)]
)
def test_whose_fault_it_is(
    loop: Loop, intake: Intake, monkeypatch: pytest.MonkeyPatch, state: str | None, status: int
) -> None:
    """PostgreSQL's code tells a server that is away from a lock that one of them waited for."""

    class Refusal(Exception):
        sqlstate = state

    def store(_webhooks: object) -> None:
        raise OperationalError("INSERT", None, Refusal())

    monkeypatch.setattr(intake, "store", store)
    with capture_logs() as lines:
        answers = loop.turn(body_of(event("りんご")), body_of(event("みかん")))
    assert [each for each, _ in answers] == [status] * 2
    assert "webhook_group.failed" not in {line["event"] for line in lines}, "that is for our own"


def test_an_error_of_ours_ends_nothing(
    loop: Loop, intake: Intake, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: Callable[..., None] = intake.store
    calls = iter([ZeroDivisionError("ours")])

    def fails_once(webhooks: Any) -> None:
        for error in calls:
            raise error
        store(webhooks)

    monkeypatch.setattr(intake, "store", fails_once)
    with capture_logs() as lines:
        assert loop.turn(body_of(event("りんご"))) == [(0, "")]
    assert [line["event"] for line in lines] == ["webhook_group.failed"]
    assert loop.turn(body_of(event("りんご"))) == [(200, "OK")]
    assert len(house.rows(schema.inbox)) == 1


def test_each_has_its_own_trace_and_line(loop: Loop, house: House) -> None:
    body = body_of(event("りんご"), event("みかん"))
    given = arrived(body, traceparent=f"00-{TRACE}-00f067aa0ba902b7-01")
    with capture_logs() as lines:
        assert loop.take(given, "given")
        assert loop.take(arrived(body_of(event("もも")), traceparent="nonsense"), "nonsense")
        assert loop.turn(body_of(event("かき"))) == [(200, "OK")]
    accepted = [line for line in lines if line["event"] == "webhook.accepted"]
    assert [line["events"] for line in accepted] == [2, 1, 1]
    assert {line["stage"] for line in accepted} == {"webhook"}
    assert all(0 <= line["ms"] < 60_000 for line in accepted)
    rows = house.rows(schema.inbox)
    assert rows[0]["trace"] == rows[1]["trace"] == f"00-{TRACE}-00f067aa0ba902b7-01"
    own = [row["trace"] for row in rows[2:]]
    assert [tracing.parse_traceparent(each) for each in own] == own
    traces = [TRACE, *(tracing.trace_id(each) for each in own)]
    assert [line["trace"] for line in accepted] == traces
    assert len(set(traces)) == 3


def test_a_stop_answers_what_was_handed_over(loop: Loop, house: House) -> None:
    for name in "abc":
        assert loop.take(arrived(body_of(event("りんご"))), name)
        loop.grouping.hand_over()
    loop.grouping.start(loop.answers.put)
    loop.grouping.close()
    assert len(house.rows(schema.inbox)) == 3
    assert sum(len(loop.answers.get_nowait()) for _ in range(loop.answers.qsize())) == 3
