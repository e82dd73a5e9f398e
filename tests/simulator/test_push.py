"""Push and multicast: retry keys, the price, and who can be reached ("Send push message")."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from simulator.client import AOI, BOT, GROUP, HARUTO, YUI, SimulatorClient
from tests.simulator.conftest import Line, text

OVER = {"message": "You have reached your monthly limit."}


def used(line: Line) -> int:
    usage: int = line.get("message/quota/consumption").json["totalUsage"]
    return usage


def test_a_retry_key_delivers_once(sim: SimulatorClient, line: Line) -> None:
    key = str(uuid.uuid4())
    first = line.push(AOI, text("一"), key=key)
    again = line.push(AOI, text("一"), key=key.upper())
    assert (first.status, again.status) == (200, 409)
    assert again.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert again.headers["x-line-request-id"] != first.headers["x-line-request-id"]
    assert again.json == {
        "message": "The retry key is already accepted",
        "sentMessages": first.json["sentMessages"],
    }
    assert [each.text for each in sim.bot_messages(AOI)] == ["一"]
    assert used(line) == 1


def test_of_many_pushes_with_one_key_one_is_delivered(sim: SimulatorClient, line: Line) -> None:
    key = str(uuid.uuid4())
    barrier = threading.Barrier(6)

    def race(_: int) -> int:
        barrier.wait()
        return line.push(AOI, text(), key=key).status

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(race, range(6))) == [200] + [409] * 5
    assert len(sim.bot_messages(AOI)) == 1


def test_a_refused_push_does_not_use_its_key_up(line: Line) -> None:
    key = str(uuid.uuid4())
    assert line.push(AOI, {"type": "text", "text": ""}, key=key).status == 400
    assert line.push(AOI, text(), key=key).status == 200


def test_a_retry_key_is_forgotten_after_its_time(sim: SimulatorClient, line: Line) -> None:
    key = str(uuid.uuid4())
    sim.settings(retryKeyTtl=0)
    assert [line.push(AOI, text(), key=key).status for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("key", ["1", "z23e4567-e89b-12d3-a456-426614174000", "1" * 32])
def test_a_retry_key_is_a_uuid(line: Line, key: str) -> None:
    assert line.push(AOI, text(), key=key).status == 400


def test_a_group_costs_its_members(sim: SimulatorClient, line: Line) -> None:
    sim.set_quota(6)
    assert line.push(GROUP, text(), text(), text()).status == 200
    assert used(line) == 3
    assert line.push(AOI, text()).status == 200
    assert used(line) == 4
    refused = line.push(GROUP, text())  # 4 + 3 > 6
    assert (refused.status, refused.json) == (429, OVER)
    assert used(line) == 4
    assert [line.push(AOI, text()).status for _ in range(3)] == [200, 200, 429]
    assert line.get("message/quota").json == {"type": "limited", "value": 6}


def test_without_a_limit_everything_goes(sim: SimulatorClient, line: Line) -> None:
    sim.set_quota(None, used=10**6)
    assert line.get("message/quota").json == {"type": "none"}
    assert line.push(GROUP, text()).status == 200
    assert used(line) == 10**6 + 3


def test_unknown_ids_are_refused(sim: SimulatorClient, line: Line) -> None:
    for to in ("U" + "9" * 32, "C" + "9" * 32, "R" + "9" * 32, BOT):
        answer = line.push(to, text())
        assert (answer.status, answer.json) == (400, {"message": "Failed to send messages"})
    for wrong in ("", "あおい", "U123", 5, None):
        answer = line.post("message/push", {"to": wrong, "messages": [text()]})
        assert (answer.status, "'to'" in answer.json["message"]) == (400, True)
    sim.leave(GROUP)
    assert line.push(GROUP, text()).status == 400


def test_whoever_blocks_gets_nothing_and_costs_nothing(sim: SimulatorClient, line: Line) -> None:
    sim.unfollow(AOI)
    answer = line.push(AOI, text())
    assert answer.status == 200
    assert answer.json["sentMessages"][0]["id"]
    assert used(line) == 0
    assert sim.bot_messages(AOI) == []
    sim.follow(AOI)
    assert line.push(AOI, text()).status == 200
    assert (used(line), len(sim.bot_messages(AOI))) == (1, 1)


def test_strangers_can_be_reached_once_they_have_written(sim: SimulatorClient, line: Line) -> None:
    assert line.push(HARUTO, text()).status == 200  # a group's member, but no friend
    assert used(line) == 0
    assert line.get(f"profile/{HARUTO}").status == 404
    sim.send(HARUTO, "こんにちは")
    assert line.push(HARUTO, text("ようこそ")).status == 200
    assert used(line) == 1
    assert sim.bot_messages(HARUTO)[0].text == "ようこそ"
    assert line.get(f"profile/{HARUTO}").json["displayName"] == "はると"


def test_multicast(sim: SimulatorClient, line: Line) -> None:
    riko = sim.add_person("りこ")
    key = {"X-Line-Retry-Key": str(uuid.uuid4())}
    body = {"to": [AOI, riko, HARUTO], "messages": [text("お知らせ")]}
    answer = line.post("message/multicast", body, headers=key)
    assert (answer.status, answer.json) == (200, {})
    again = line.post("message/multicast", body, headers=key)
    assert again.status == 409
    assert "sentMessages" not in again.json
    assert [sim.bot_messages(room)[0].text for room in (AOI, riko)] == ["お知らせ"] * 2
    assert used(line) == 2
    for to in ([], [AOI] * 501, AOI):
        assert line.post("message/multicast", {"to": to, "messages": [text()]}).status == 400
    for to in ([AOI, GROUP], [AOI, "U" + "9" * 32]):
        refused = line.post("message/multicast", {"to": to, "messages": [text()]})
        assert "to[1]" in refused.json["message"]
    sim.set_quota(1)
    limited = {"to": [AOI, riko], "messages": [text()]}
    assert line.post("message/multicast", limited).json == OVER


def test_a_group_price_follows_who_comes_and_goes(sim: SimulatorClient, line: Line) -> None:
    sim.member_left(GROUP, YUI)
    line.push(GROUP, text())
    assert used(line) == 2
    sim.member_joined(GROUP, sim.add_person("そら"))
    line.push(GROUP, text())
    assert used(line) == 5


def test_options_of_a_push(line: Line) -> None:
    good = {"to": AOI, "messages": [text()], "notificationDisabled": True}
    assert line.post("message/push", good | {"customAggregationUnits": ["a_1"]}).status == 200
    for bad in (
        {"notificationDisabled": "yes"},
        {"customAggregationUnits": ["a", "b"]},
        {"customAggregationUnits": ["日本"]},
    ):
        assert line.post("message/push", good | bad).status == 400
