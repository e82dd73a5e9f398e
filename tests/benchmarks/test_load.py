"""The load generator, against a server of its own."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.load import drive, request, webhook, wishes
from bot.line.signature import is_valid_signature
from tests.bot.harness import parse_events

pytestmark = pytest.mark.slow

SECRET = "a-channel-secret"


class Server(ThreadingHTTPServer):
    """Keeps what it was sent, answers after `pause` seconds, hangs up after `last` requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str | None, bytes]] = []
        self.connections = 0
        self.pause = 0.0
        self.last = 10**9


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.headers["x-line-signature"], body))
        if len(self.server.seen) > self.server.last:
            self.close_connection = True
            return
        time.sleep(self.server.pause)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"OK")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as result:
        thread = threading.Thread(target=result.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield result
        result.shutdown()
        thread.join()


def requests(count: int) -> list[bytes]:
    return [request(SECRET, webhook()) for _ in range(count)]


def test_every_webhook_is_new_signed_and_sent_once(server: Server) -> None:
    outcome = drive(server.server_port, requests(30), connections=4, rate=None)
    assert outcome.statuses == {"200": 30}
    assert len(outcome.latencies) == 30
    assert server.connections == 4
    assert all(is_valid_signature(SECRET, body, signature) for signature, body in server.seen)
    events = [event for _, body in server.seen for event in parse_events(body)]
    assert len({entry.id for entry in events}) == 30
    assert len({entry.chat_id for entry in events}) == 30
    assert len({entry.reply_token for entry in events}) == 30
    assert all(entry.text and entry.chat_kind == "user" for entry in events)


def test_a_steady_rate_is_kept_however_fast_the_server_is(server: Server) -> None:
    outcome = drive(server.server_port, requests(20), connections=4, rate=100.0)
    assert outcome.statuses == {"200": 20}
    assert outcome.seconds >= 0.19, "the last of 20 is due after 19 hundredths"


def test_waiting_for_a_slow_server_counts(server: Server) -> None:
    server.pause = 0.05
    outcome = drive(server.server_port, requests(6), connections=1, rate=1000.0)
    # All are due at once, and are answered one after the other.
    assert outcome.latencies[-1] >= 6 * 50 - 10
    assert outcome.latencies[-1] > outcome.latencies[0] + 200


def test_a_server_that_hangs_up_is_an_error(server: Server) -> None:
    server.last = 3
    with pytest.raises(ConnectionError, match="hung up"):
        drive(server.server_port, requests(10), connections=1, rate=None)


def test_wishes_are_as_different_as_those_of_people() -> None:
    few, many = wishes(40), wishes(2000)
    assert many[:40] == few
    assert len(set(few)) == 40
    assert len(many) == 2000
    assert len(set(many)) > 500


def test_the_body_is_what_line_writes() -> None:
    (event,) = json.loads(webhook())["events"]
    assert event["source"]["userId"].startswith("U")
    assert len(event["source"]["userId"]) == 33
    assert len(event["webhookEventId"]) == 26
