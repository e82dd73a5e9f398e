"""LineClient over real sockets: a scripted server for what a healthy one never does."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.line import BotInfo, LineClient, LineError, Profile, Quota, Sent, WebhookEndpoint
from bot.line.errors import error_from_exception
from bot.settings import Settings

pytestmark = pytest.mark.core

TOKEN = "a-token-that-must-not-be-logged"
PERSON = "U" + "a" * 32
TEXT = [{"type": "text", "text": "りんごの絵です"}]
KEY = "5c0fb3a6-6c0e-4e0e-9a37-1d9a5f1f6d11"

Step = Callable[[socket.socket], bool]  # whether the connection stays open


class Loopback:
    """An HTTP server that does with each request what the next step says; the last one stays."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.connections = 0
        self.steps: list[Step] = [answer(200)]
        self.closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.closing.set()
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as stream:
            while line := stream.readline():
                method, path, _ = line.decode().split()
                headers = {}
                while (line := stream.readline()) not in (b"\r\n", b""):
                    name, _, value = line.decode().partition(":")
                    headers[name.lower()] = value.strip()
                body = stream.read(int(headers.get("content-length", 0)))
                self.requests.append((method, path, headers, body))
                step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
                if not step(connection):
                    return


def answer(status: int, body: Any = None, **headers: str) -> Step:
    """A whole answer; `body` is bytes or becomes JSON; header names with _ for -."""
    data = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    result = {"x_line_request_id": "req-1", "content_length": str(len(data)), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in result.items())

    def step(connection: socket.socket) -> bool:
        connection.sendall(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + data)
        return True

    return step


def drop(_connection: socket.socket) -> bool:
    return False


def reset(connection: socket.socket) -> bool:
    linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    return False


def half(connection: socket.socket) -> bool:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    return False


@pytest.fixture
def server() -> Iterator[Loopback]:
    server = Loopback()
    yield server
    server.close()


@pytest.fixture
def line(server: Loopback) -> LineClient:
    return client(server.url)


def client(url: str, timeout: tuple[float, float] = (1, 0.4)) -> LineClient:
    settings = Settings(line_channel_secret="s", line_channel_access_token=TOKEN, line_api_url=url)
    return LineClient(settings, timeout=timeout)


def hang(server: Loopback) -> Step:
    return lambda _connection: server.closing.wait(30) and False


def hang_midway(server: Loopback) -> Step:
    def step(connection: socket.socket) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        return server.closing.wait(30) and False

    return step


def failure(call: Callable[[], object]) -> LineError:
    with pytest.raises(LineError) as caught:
        call()
    shown = "".join(traceback.format_exception(caught.value))
    assert PERSON not in shown
    assert TOKEN not in shown
    return caught.value


@pytest.mark.slow
def test_importing_the_client_does_not_import_the_sdk() -> None:
    program = (
        "import sys; from bot.line import LineClient; from bot.settings import Settings;"
        "line = LineClient(Settings(line_channel_secret='s', line_channel_access_token='t'));"
        "before = 'linebot' in sys.modules; line.preload_sdk();"
        "sys.exit(before or 'linebot' not in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


# What goes out


def test_messages_go_out_unchanged(server: Loopback, line: LineClient) -> None:
    newer_than_the_sdk = {
        "type": "flex",
        "altText": "絵",
        "contents": {"type": "x", "neu": [1, {}]},
    }
    server.steps = [answer(200, {"sentMessages": [{"id": "1", "quoteToken": "q"}, {"id": "2"}]})]
    assert line.reply("tok", [*TEXT, newer_than_the_sdk]) == Sent("req-1", ["1", "2"])
    method, path, headers, body = server.requests[0]
    assert (method, path) == ("POST", "/v2/bot/message/reply")
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["content-type"] == "application/json"
    assert "x-line-retry-key" not in headers, "LINE refuses it on replies"
    assert json.loads(body) == {"replyToken": "tok", "messages": [*TEXT, newer_than_the_sdk]}


def test_push_carries_the_retry_key(server: Loopback, line: LineClient) -> None:
    server.steps = [answer(200, {"sentMessages": [{"id": "7"}]})]
    assert line.push(PERSON, TEXT, KEY) == Sent("req-1", ["7"])
    _, path, headers, body = server.requests[0]
    assert path == "/v2/bot/message/push"
    assert headers["x-line-retry-key"] == KEY
    assert json.loads(body) == {"to": PERSON, "messages": TEXT}


def test_a_push_accepted_before_is_success(server: Loopback, line: LineClient) -> None:
    sentence = {"message": "The retry key is already accepted", "sentMessages": [{"id": "7"}]}
    server.steps = [answer(409, sentence, x_line_accepted_request_id="req-0")]
    assert line.push(PERSON, TEXT, KEY) == Sent("req-0", ["7"], duplicate=True)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\x83\x47", b"[]", b'{"sentMessages": 3}'])
def test_a_sent_message_counts_as_sent_whatever_the_body(
    server: Loopback, line: LineClient, body: bytes
) -> None:
    server.steps = [answer(200, body)]
    assert line.reply("tok", TEXT) == Sent("req-1", [])


@pytest.mark.parametrize(
    ("requested", "sent"), [(60, 60), (1, 5), (11, 15), (0, 5), (-3, 5), (61, 60)]
)
def test_loading_seconds_fit_lines_steps(
    server: Loopback, line: LineClient, requested: int, sent: int
) -> None:
    server.steps = [answer(202)]
    line.show_loading(PERSON, requested)
    assert json.loads(server.requests[0][3]) == {"chatId": PERSON, "loadingSeconds": sent}


def test_getters(server: Loopback, line: LineClient) -> None:
    group = "C" + "d" * 32
    server.steps = [
        answer(200, {"type": "limited", "value": 200}),
        answer(200, {"totalUsage": 201}),
        answer(200, {"type": "none"}),
        answer(200, {"totalUsage": 5}),
        answer(200, {"count": 3}),
        answer(200, {"displayName": "あおい", "userId": PERSON, "language": "ja"}),
        answer(200, {"displayName": "はると", "userId": PERSON, "pictureUrl": "https://p"}),
        answer(200, {"userId": "U0", "basicId": "@e", "displayName": "絵筆", "chatMode": "bot"}),
        answer(200, {"endpoint": "https://b/callback", "active": True}),
        answer(404, {"message": "Not found"}),
        answer(404, {"message": "Not found"}),
    ]
    quota = line.quota()
    assert (quota, quota.remaining) == (Quota(200, 201), 0)
    assert line.quota() == Quota(None, 5)
    assert line.member_count(PERSON, "user") == 1
    assert line.member_count(group, "group") == 3
    assert line.profile(PERSON) == Profile(PERSON, "あおい", None, "ja")
    assert line.profile(PERSON, group, "group") == Profile(PERSON, "はると", "https://p", None)
    assert line.bot_info() == BotInfo("U0", "@e", "絵筆", "bot")
    assert line.webhook_endpoint() == WebhookEndpoint("https://b/callback", True)
    assert line.webhook_endpoint() is None
    line.leave(group, "group")
    assert [path for _, path, _, _ in server.requests] == [
        *["/v2/bot/message/quota", "/v2/bot/message/quota/consumption"] * 2,
        f"/v2/bot/group/{group}/members/count",
        f"/v2/bot/profile/{PERSON}",
        f"/v2/bot/group/{group}/member/{PERSON}",
        "/v2/bot/info",
        *["/v2/bot/channel/webhook/endpoint"] * 2,
        f"/v2/bot/group/{group}/leave",
    ]


def test_an_id_cannot_leave_its_place_in_the_path(server: Loopback, line: LineClient) -> None:
    server.steps = [answer(404)]
    assert failure(lambda: line.profile("../info?x=1#")).code == "not_found"
    assert server.requests[0][1] == "/v2/bot/profile/..%2Finfo%3Fx%3D1%23"


def test_a_number_that_costs_money_is_never_guessed(server: Loopback, line: LineClient) -> None:
    server.steps = [answer(200, b"<html>a captive portal</html>")]
    for call in (line.quota, lambda: line.member_count("C1", "group")):
        error = failure(call)
        assert (error.code, error.permanent) == ("server_error", False)


# What comes back


@pytest.mark.parametrize(
    ("status", "message", "code", "permanent_ambiguous"),
    [
        (400, "Invalid reply token", "invalid_reply_token", (True, False)),
        (400, "The request body has 1 error(s)", "bad_request", (True, False)),
        (401, "Authentication failed.", "unauthorized", (True, False)),
        (403, "Not available", "unauthorized", (True, False)),
        (404, "Not found", "not_found", (True, False)),
        (409, "Conflict", "bad_request", (True, False)),
        (413, "Too large", "bad_request", (True, False)),
        (429, "The API rate limit has been exceeded.", "rate_limited", (False, False)),
        (429, "You have reached your monthly limit.", "quota_exhausted", (True, False)),
        (429, "Words that LINE may change to", "rate_limited", (False, False)),
        (500, "Internal", "server_error", (False, True)),
        (503, "Busy", "server_error", (False, True)),
        (307, "Moved", "bad_request", (True, False)),
    ],
)
def test_answers_to_a_reply(
    server: Loopback,
    line: LineClient,
    *,
    status: int,
    message: str,
    code: str,
    permanent_ambiguous: tuple[bool, bool],
) -> None:
    server.steps = [answer(status, {"message": message}, location="/elsewhere")]
    error = failure(lambda: line.reply("tok", TEXT))
    assert (error.code, (error.permanent, error.ambiguous)) == (code, permanent_ambiguous)
    assert (error.status, error.request_id) == (status, "req-1")
    assert message.rstrip(".") in str(error)
    assert len(server.requests) == 1, "a reply is made once"


def test_only_what_sends_can_be_ambiguous(server: Loopback, line: LineClient) -> None:
    server.steps = [answer(500)]
    assert failure(lambda: line.push(PERSON, TEXT, KEY)).ambiguous
    for call in (line.quota, line.bot_info, lambda: line.show_loading(PERSON)):
        assert not failure(call).ambiguous
    server.steps = [drop]
    assert not failure(lambda: line.show_loading(PERSON)).ambiguous


def test_lines_details_are_told_and_ids_masked(server: Loopback, line: LineClient) -> None:
    details = [{"message": "May not be empty", "property": "messages[0].text"}, "odd", {}]
    sentence = {"message": f"The user {PERSON} has 2 error(s)", "details": details}
    server.steps = [answer(400, sentence)]
    text = str(failure(lambda: line.push(PERSON, TEXT, KEY)))
    assert "messages[0].text: May not be empty" in text
    assert "U…" in text
    assert PERSON not in text


@pytest.mark.parametrize("body", [b"", b"<html>Bad Gateway", b"\x83\x47\x83\x89", b"[1]", b'"x"'])
def test_an_error_with_a_strange_body_keeps_its_status(
    server: Loopback, line: LineClient, body: bytes
) -> None:
    server.steps = [answer(502, body)]
    error = failure(lambda: line.reply("tok", TEXT))
    assert (error.code, error.status) == ("server_error", 502)


# No answer


@pytest.mark.parametrize("step", [drop, reset, half])
@pytest.mark.parametrize("way", ["reply", "push"])
def test_a_dropped_connection_is_ambiguous_and_not_retried(
    server: Loopback, line: LineClient, step: Step, way: str
) -> None:
    server.steps = [step]
    send = {"reply": lambda: line.reply("t", TEXT), "push": lambda: line.push(PERSON, TEXT, KEY)}
    error = failure(send[way])
    assert (error.code, error.permanent, error.ambiguous) == ("dropped", False, True)
    assert error.status is None
    assert len(server.requests) == 1


@pytest.mark.parametrize("silence", [hang, hang_midway])
def test_silence_ends_with_the_read_timeout(
    server: Loopback, line: LineClient, silence: Callable[[Loopback], Step]
) -> None:
    server.steps = [silence(server)]
    for call, ambiguous in ((lambda: line.reply("t", TEXT), True), (line.quota, False)):
        before, started = len(server.requests), time.monotonic()
        error = failure(call)
        assert (error.code, error.permanent, error.ambiguous) == ("timeout", False, ambiguous)
        assert 0.3 < time.monotonic() - started < 2
        assert len(server.requests) == before + 1


def test_a_refused_port_was_never_called() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    error = failure(lambda: client(url).reply("t", TEXT))
    assert (error.code, error.permanent, error.ambiguous) == ("connection", False, False)


def test_an_unknown_host_was_never_called() -> None:
    error = failure(lambda: client("http://line.invalid").push(PERSON, TEXT, KEY))
    assert (error.code, error.permanent, error.ambiguous) == ("connection", False, False)


def test_a_full_backlog_was_never_called() -> None:
    with socket.socket() as listener, contextlib.ExitStack() as others:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):  # fills the backlog, so that the next SYN is left without an answer
            other = others.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        error = failure(lambda: client(url, timeout=(0.3, 5)).reply("t", TEXT))
    assert (error.code, error.permanent, error.ambiguous) == ("connection", False, False)


def test_tls_that_fails_in_the_handshake_was_never_called(server: Loopback) -> None:
    # A server that speaks plain HTTP where TLS is expected: the ClientHello gets HTTP as answer.
    def speak(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=speak, args=(listener,))
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        error = failure(lambda: client(url).reply("t", TEXT))
        thread.join()
    assert (error.code, error.permanent, error.ambiguous) == ("connection", False, False)


def test_tls_that_breaks_later_is_ambiguous() -> None:
    from linebot.v3.messaging.exceptions import ApiException

    # The SDK's own wrapping, as its rest.py words it; OpenSSL's reason for a cut connection.
    broken = ApiException(status=0, reason="SSLError\nUNEXPECTED_EOF_WHILE_READING")
    error = error_from_exception("POST /v2/bot/message/reply", broken, sends=True)
    assert (error.code, error.ambiguous) == ("dropped", True)


# Connections


def test_calls_share_connections_between_threads_and_clients(server: Loopback) -> None:
    server.steps = [answer(200, {"sentMessages": [{"id": "1"}]})]

    def send(number: int) -> list[str]:
        return client(server.url).reply(f"t{number}", TEXT).message_ids

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(send, range(40))) == [["1"]] * 40
    tokens = {json.loads(body)["replyToken"] for *_, body in server.requests}
    assert tokens == {f"t{number}" for number in range(40)}
    assert server.connections <= 4


def test_a_forked_child_does_not_use_the_parents_connection(
    server: Loopback, line: LineClient
) -> None:
    server.steps = [answer(200, {"userId": "U0"})]
    line.bot_info()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            line.bot_info()
        os._exit(0)
    os.waitpid(child, 0)
    line.bot_info()
    assert len(server.requests) == 3
    assert server.connections == 2


def test_a_connection_that_the_server_closed_is_replaced(
    server: Loopback, line: LineClient
) -> None:
    whole = answer(200, {"userId": "U0"}, connection="keep-alive")
    server.steps = [lambda connection: whole(connection) and False, whole]
    line.bot_info()
    time.sleep(0.05)
    assert line.bot_info().user_id == "U0"
    assert server.connections == 2


# Content


def test_content(server: Loopback, line: LineClient) -> None:
    picture = os.urandom(300_000)
    server.steps = [answer(200, picture, content_type="image/jpeg")]
    assert line.content("12/3") == picture
    assert server.requests[0][:2] == ("GET", "/v2/bot/message/12%2F3/content")
    assert server.requests[0][2]["authorization"] == f"Bearer {TOKEN}"
    assert line.content("4", limit=len(picture)) == picture
    assert server.connections == 1


def test_content_over_the_limit_is_cut_off(server: Loopback, line: LineClient) -> None:
    sent = 0

    def endless(connection: socket.socket) -> bool:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        with contextlib.suppress(OSError):
            while sent < 100_000_000:
                sent += connection.send(b"x" * 65536)
        return False

    server.steps = [endless]
    error = failure(lambda: line.content("1", limit=1_000_000))
    assert (error.code, error.permanent) == ("too_large", True)
    assert sent < 50_000_000, "the rest was left unread"


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (202, "not_ready", False),
        (404, "not_found", True),
        (410, "not_found", True),
        (401, "unauthorized", True),
        (500, "server_error", False),
    ],
)
def test_content_that_is_not_to_be_had(
    server: Loopback, line: LineClient, status: int, code: str, permanent: bool
) -> None:
    server.steps = [answer(status, {"message": "no"})]
    error = failure(lambda: line.content("1"))
    assert (error.code, error.permanent, error.ambiguous) == (code, permanent, False)
    assert error.request_id == "req-1"


def test_content_that_breaks_or_stalls_midway(server: Loopback, line: LineClient) -> None:
    server.steps = [half, hang_midway(server)]
    assert failure(lambda: line.content("1")).code == "dropped"
    assert failure(lambda: line.content("1")).code == "timeout"


def test_content_that_trickles_has_a_deadline(server: Loopback, line: LineClient) -> None:
    def trickle(connection: socket.socket) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not server.closing.wait(0.05):
            connection.sendall(b"1\r\nx\r\n")
        return False

    server.steps = [trickle]
    error = failure(lambda: line.content("1", deadline=0.3))
    assert error.code == "timeout"


# Logs


def test_one_log_line_a_call_and_nothing_personal_in_it(server: Loopback, line: LineClient) -> None:
    server.steps = [answer(200), answer(500), answer(404), drop]
    with capture_logs() as logs:
        line.reply("secret-reply-token", TEXT)
        failure(lambda: line.push(PERSON, TEXT, KEY))
        failure(lambda: line.profile(PERSON))
        failure(lambda: line.content("1"))
    ms = [entry.pop("ms") for entry in logs]
    assert all(isinstance(each, int) and 0 <= each < 5000 for each in ms)
    result = {"event": "line_api.called", "line_request_id": "req-1"}
    assert logs == [
        {**result, "endpoint": "POST /v2/bot/message/reply", "status": 200, "log_level": "info"},
        {**result, "endpoint": "POST /v2/bot/message/push", "status": 500, "log_level": "warning"},
        {**result, "endpoint": "GET /v2/bot/profile/{user}", "status": 404, "log_level": "warning"},
        {
            "event": "line_api.called",
            "line_request_id": None,
            "endpoint": "GET /v2/bot/message/{message}/content",
            "status": None,
            "code": "dropped",
            "log_level": "warning",
        },
    ]


def test_library_logs_stay_silent(
    server: Loopback, line: LineClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")  # an operator's root logger; the SDK would log whole answers at DEBUG
    server.steps = [answer(200, {"displayName": "あおい", "userId": PERSON})]
    line.profile(PERSON)
    failure(lambda: client("http://line.invalid").profile(PERSON))
    assert PERSON not in caplog.text
    assert TOKEN not in caplog.text
