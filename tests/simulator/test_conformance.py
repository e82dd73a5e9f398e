"""`line-simulator check` tells a bot that keeps LINE's rules from those that break them."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from simulator import check
from simulator.client import SimulatorClient
from simulator.conformance import Conformance, Verdict
from tests.simulator.conftest import SECRET, Line, text

Json = dict[str, Any]
FORGED = "A forged signature is refused"
UNSIGNED = "A missing signature is refused"
EMPTY = "A webhook without events is answered by 200"
ONCE = "A reply token is used once"
AGAIN = "An event that comes again is answered once"
UNKNOWN = "Events and messages of unknown kinds do no harm"
EXPIRED = "A reply token that has expired is not tried again"


class SmallBot:
    """Greets whoever writes. faults: which of the rules it does not keep."""

    def __init__(self, line: Line, faults: frozenset[str]) -> None:
        self.line, self.faults = line, faults
        self.seen: set[str] = set()

    def answer(self, raw: bytes, signature: str | None) -> int:
        """Handle a webhook; returns the HTTP status."""
        good = b64encode(hmac.new(SECRET.encode(), raw, hashlib.sha256).digest()).decode()
        if signature is None:
            if UNSIGNED not in self.faults:
                return 400
        elif signature != good and FORGED not in self.faults:
            return 400
        events = json.loads(raw)["events"]
        if not events and EMPTY in self.faults:
            return 500
        for event in events:
            if not self.greet(event):
                return 500
        return 200

    def greet(self, event: Json) -> bool:
        known = event["type"] in ("message", "follow") and event["source"].get("userId")
        if not known or event.get("message", {}).get("type", "text") != "text":
            return UNKNOWN not in self.faults
        if event["webhookEventId"] in self.seen and AGAIN not in self.faults:
            return True
        self.seen.add(event["webhookEventId"])
        if "silent" in self.faults:
            return True
        again = AGAIN in self.faults and event["deliveryContext"]["isRedelivery"]
        answer = self.line.reply(event["replyToken"], text("こんにちは"))
        if again:
            self.line.push(event["source"]["userId"], text("こんにちは"))
        if ONCE in self.faults or (EXPIRED in self.faults and answer.status == 400):
            self.line.reply(event["replyToken"], text("こんにちは"))
        return True


@contextmanager
def served(bot: SmallBot) -> Iterator[str]:
    """Serve a bot for the length of a `with`; yields its webhook URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(bot.answer(raw, self.headers.get("x-line-signature")))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/callback"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def judge(sim: SimulatorClient, line: Line, *faults: str, patience: float = 5.0) -> list[Verdict]:
    with served(SmallBot(line, frozenset(faults))) as url:
        sim.settings(webhook=url)
        return list(Conformance(sim, patience=patience, quiet=0.3).run())


def broken(verdicts: list[Verdict]) -> set[str]:
    return {verdict.rule for verdict in verdicts if verdict.kept is False}


def test_a_good_bot_keeps_all_rules(
    sim: SimulatorClient, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts = judge(sim, line)
    assert {verdict.kept for verdict in verdicts} == {True}, verdicts
    assert check.report(verdicts) == 0
    assert f"{len(verdicts)} kept, 0 broken, 0 not seen" in capsys.readouterr().out


@pytest.mark.parametrize("fault", [EMPTY, FORGED, UNSIGNED, ONCE, AGAIN, UNKNOWN, EXPIRED])
def test_each_fault_is_found_and_named_with_its_source(
    sim: SimulatorClient, line: Line, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    verdicts = judge(sim, line, fault)
    # Whoever replies twice with each token does so with an expired one, too.
    assert broken(verdicts) - ({EXPIRED} if fault == ONCE else set()) == {fault}, verdicts
    assert check.report(verdicts) == 1
    printed = capsys.readouterr().out
    assert f"FAIL {fault}" in printed
    assert "https://developers.line.biz/en/" in printed


def test_what_a_silent_bot_never_shows_is_not_seen(sim: SimulatorClient, line: Line) -> None:
    verdicts = judge(sim, line, "silent", patience=0.3)
    assert broken(verdicts) == set()
    not_seen = {verdict.rule for verdict in verdicts if verdict.kept is None}
    assert {ONCE, AGAIN, EXPIRED} < not_seen


def test_a_bot_that_is_not_there_is_told(sim: SimulatorClient) -> None:
    sim.settings(webhook="http://127.0.0.1:9/callback")
    verdicts = list(Conformance(sim, patience=0.3, quiet=0.1).run())
    assert EMPTY in broken(verdicts)
    assert any("could_not_connect" in verdict.saw for verdict in verdicts)


def test_settings_are_as_before(sim: SimulatorClient, line: Line) -> None:
    before = sim.settings()["replyTokenTtl"]
    judge(sim, line)
    assert sim.settings()["replyTokenTtl"] == before


@pytest.mark.parametrize(
    ("words", "said"),
    [([], "--webhook"), (["--webhook", "http://127.0.0.1:9/", "--patience", "0"], "--patience")],
)
def test_bad_options_are_told(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.main(words) == 2
    assert said in capsys.readouterr().err


def test_the_command_checks_a_bot_and_ends(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    with served(SmallBot(line, frozenset({"silent"}))) as url:
        words = ["--webhook", url, "--secret", SECRET, "--port", "0", "--patience", "0.2"]
        assert check.main(words) == 0
    assert "0 broken" in capsys.readouterr().out
