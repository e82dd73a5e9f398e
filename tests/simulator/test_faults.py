"""Trouble on order."""

from __future__ import annotations

import threading
import time
import uuid

import pytest
import urllib3

from simulator.client import AOI, SimulatorClient, SimulatorRefused
from tests.simulator.conftest import Bot, Line, text


@pytest.mark.parametrize(
    ("kind", "status", "message"),
    [
        ("500", 500, "Internal Server Error"),
        ("400", 400, "Failed to send messages"),
        ("401", 401, "Authentication failed"),
        ("404", 404, "Not found"),
        ("410", 410, "Gone"),
        ("202", 202, "Accepted"),
        ("429-rate", 429, "The API rate limit has been exceeded. Try again later."),
        ("429-quota", 429, "You have reached your monthly limit."),
    ],
)
def test_refusals(sim: SimulatorClient, line: Line, kind: str, status: int, message: str) -> None:
    sim.fault("push", kind)
    answer = line.push(AOI, text())
    assert answer.status == status
    assert answer.json["message"].startswith(message)
    assert "x-line-request-id" in answer.headers
    assert sim.bot_messages(AOI) == []
    assert line.push(AOI, text()).status == 200
    assert [entry["fault"] for entry in sim.log()] == [kind, None]


def test_a_drop_happens_before_the_work(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    sim.send(AOI, "はい", wait=True)
    token = bot.events()[0]["replyToken"]
    sim.fault("reply", "drop")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        line.reply(token, text())
    assert sim.bot_messages(AOI) == []
    assert sim.log("reply")[0]["status"] is None
    assert line.reply(token, text()).status == 200


def test_a_drop_after_happens_after_the_work(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    sim.send(AOI, "はい", wait=True)
    token = bot.events()[0]["replyToken"]
    sim.fault("reply", "drop-after")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        line.reply(token, text())
    assert len(sim.bot_messages(AOI)) == 1
    assert line.reply(token, text()).json == {"message": "Invalid reply token"}


@pytest.mark.parametrize("kind", ["drop-after", "500-after"])
def test_a_push_is_settled_by_its_retry_key(sim: SimulatorClient, line: Line, kind: str) -> None:
    key = str(uuid.uuid4())
    sim.fault("push", kind)
    try:
        assert line.push(AOI, text(), key=key).status == 500
    except urllib3.exceptions.ProtocolError:
        assert kind == "drop-after"
    assert line.push(AOI, text(), key=key).status == 409
    assert len(sim.bot_messages(AOI)) == 1


@pytest.mark.parametrize(("kind", "delivered"), [("hang", 0), ("hang-after", 1)])
def test_a_hang_never_answers(sim: SimulatorClient, line: Line, kind: str, delivered: int) -> None:
    sim.fault("push", kind)
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        line.push(AOI, text(), timeout=0.3)
    assert len(sim.bot_messages(AOI)) == delivered
    sim.clear_faults()
    assert line.push(AOI, text()).status == 200
    assert len(sim.bot_messages(AOI)) == delivered + 1


def test_a_hang_ends_in_a_closed_connection(sim: SimulatorClient, line: Line) -> None:
    sim.fault("push", "hang", ms=100)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        line.push(AOI, text())
    assert sim.log()[0]["ms"] >= 100


def test_clearing_lets_go_whoever_hangs(sim: SimulatorClient, line: Line) -> None:
    sim.fault("*", "hang", times=-1)
    result: list[bool] = []

    def call() -> None:
        try:
            line.push(AOI, text(), timeout=20)
        except urllib3.exceptions.ProtocolError:
            result.append(True)

    thread = threading.Thread(target=call)
    thread.start()
    sim.wait_for_request(lambda entry: entry["fault"] == "hang")
    started = time.monotonic()
    sim.clear_faults()
    thread.join(5)
    assert result == [True]
    assert time.monotonic() - started < 2


def test_latency(sim: SimulatorClient, line: Line) -> None:
    sim.fault("push", "latency", ms=150)
    assert line.push(AOI, text()).status == 200
    sim.settings(latencyMs=100)
    assert line.push(AOI, text()).status == 200
    sim.settings(latencyMs=0)
    line.push(AOI, text())
    slow, slower, quick = sim.log()
    assert slow["ms"] >= 150
    assert slower["ms"] >= 100
    assert quick["ms"] < 100


def test_times_and_endpoints(sim: SimulatorClient, line: Line) -> None:
    sim.fault("push", "500", times=2)
    sim.fault("quota", "500", times=-1)
    assert line.get("info").status == 200
    assert [line.push(AOI, text()).status for _ in range(3)] == [500, 500, 200]
    assert [line.get("message/quota/consumption").status for _ in range(3)] == [500] * 3
    assert sim.faults() == [{"endpoint": "quota", "kind": "500", "times": -1, "ms": 0}]
    sim.clear_faults()
    assert line.get("message/quota").status == 200


@pytest.mark.parametrize(
    ("endpoint", "path"),
    [
        ("loading", "chat/loading/start"),
        ("content", "message/1/content"),
        ("profile", f"profile/{AOI}"),
        ("group", "group/C/summary"),
        ("info", "info"),
        ("validate", "message/validate/push"),
        ("multicast", "message/multicast"),
        ("webhook", "channel/webhook/endpoint"),
        ("richmenu", "user/all/richmenu"),
        ("*", "anything"),
    ],
)
def test_every_endpoint_has_a_name(
    sim: SimulatorClient, line: Line, endpoint: str, path: str
) -> None:
    sim.fault(endpoint, "500")
    assert line.get(path).status == 500


def test_token_endpoints_have_a_name_too(sim: SimulatorClient, line: Line) -> None:
    for path in ("/v2/oauth/verify", "/oauth2/v2.1/verify", "/oauth2/v3/token"):
        sim.fault("oauth", "500")
        assert line.http.request("POST", line.base + path, retries=False).status == 500


@pytest.mark.parametrize(
    "order",
    [
        {"endpoint": "push", "kind": "flood"},
        {"endpoint": "nowhere", "kind": "500"},
        {"endpoint": "push", "kind": "500", "times": 0},
        {"endpoint": "push", "kind": "hang", "ms": -1},
    ],
)
def test_a_senseless_order_is_refused(sim: SimulatorClient, order: dict[str, object]) -> None:
    with pytest.raises(SimulatorRefused, match="400"):
        sim.call("POST", "/api/faults", order)
