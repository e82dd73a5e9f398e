"""What every call passes: token, size, form, rate ("Common specifications")."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from simulator.client import AOI, SimulatorClient
from tests.simulator.conftest import Line, text

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.mark.parametrize(
    "path", ["info", "message/quota", f"profile/{AOI}", "message/1/content", "nowhere"]
)
def test_every_answer_has_a_request_id(rules: Line, path: str) -> None:
    assert UUID.fullmatch(rules.get(path).headers["x-line-request-id"])


@pytest.mark.parametrize("header", ["Bearer wrong", "a-channel-access-token", ""])
def test_without_the_token_nothing_goes(rules: Line, header: str) -> None:
    answer = rules.call("GET", "info", headers={"authorization": header})
    assert answer.status == 401
    assert answer.json["message"].startswith("Authentication failed")
    assert "x-line-request-id" in answer.headers


def test_a_body_over_2_mb_is_too_large(rules: Line) -> None:
    body = b'{"messages": [' + b" " * 2_000_000 + b"]}"
    answer = rules.post("message/validate/reply", body)
    assert answer.status == 413
    assert rules.get("info").status == 200  # the connection is still good


def test_a_body_has_to_be_a_json_object(rules: Line) -> None:
    broken = rules.post("message/push", b'{"to":\n oops}')
    assert broken.json == {
        "message": "The request body could not be parsed as JSON (line: 2, column: 2)"
    }
    for body in (b"[]", b"\xff\xfe", b"", b"[" * 100_000):
        assert rules.post("message/push", body).status == 400
    form = rules.post("message/push", b"{}", headers={"content-type": "text/plain"})
    assert (form.status, form.json) == (
        415,
        {"message": "The content type, text/plain, is not supported"},
    )


def test_unknown_paths_and_methods(rules: Line) -> None:
    assert rules.get("nowhere").status == 404
    assert rules.get("message/push").status == 405


def test_a_rate_limit(sim: SimulatorClient, line: Line) -> None:
    sim.settings(rateLimits={"push": 2})
    answers = [line.push(AOI, text()) for _ in range(3)]
    assert [each.status for each in answers] == [200, 200, 429]
    assert answers[2].json == {"message": "The API rate limit has been exceeded. Try again later."}
    assert line.get("info").status == 200


def test_connections_are_kept(rules: Line) -> None:
    line = Line(rules.base)
    for _ in range(5):
        assert line.get("info").status == 200
    assert line.http.connection_from_url(line.base).num_connections == 1
    line.close()


def test_the_log_tells_what_the_bot_asked(sim: SimulatorClient, line: Line) -> None:
    key = "123e4567-e89b-12d3-a456-426614174000"
    pushed = line.push(AOI, text("はい"), key=key)
    line.call("GET", "info", headers={"authorization": "Bearer wrong"})
    push, info = sim.log()
    assert push["method"] == "POST"
    assert push["path"] == "/v2/bot/message/push"
    assert push["status"] == 200
    assert push["requestId"] == pushed.headers["x-line-request-id"]
    assert push["retryKey"] == key
    assert push["body"] == {"to": AOI, "messages": [text("はい")]}
    assert push["chat"] == AOI
    assert push["ms"] >= 0
    assert info["status"] == 401
    assert "Bearer" not in str(sim.log())


def test_many_callers_at_once(sim: SimulatorClient, line: Line) -> None:
    sim.set_quota(None)
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda n: line.push(AOI, text(str(n))).status, range(64)))
    assert statuses == [200] * 64
    assert sorted(int(str(each.text)) for each in sim.bot_messages(AOI)) == list(range(64))
    seqs = [each.seq for each in sim.bot_messages(AOI)]
    assert seqs == sorted(set(seqs))
