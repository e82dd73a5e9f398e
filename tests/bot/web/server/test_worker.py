"""gunicorn with our worker, as a real process."""

from __future__ import annotations

import http.client
import os
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import ROOT
from tests.scenarios.processes import Process, eventually, free_ports

pytestmark = pytest.mark.slow
REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok"


class Gunicorn(Process):
    """The process and its port."""

    def __init__(self, folder: Path, options: str = "") -> None:
        (self.port,) = free_ports(1)
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        env = {"PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(folder), "LOG_FORMAT": "json"}
        env |= {"HOST": "127.0.0.1", "PORT": str(self.port)}
        command = f"gunicorn -c python:tests.bot.web.server.hasty {options}"
        super().__init__("web", f"{command} tests.bot.web.server.hasty:app", env, folder)
        self.start()
        eventually("it serves", self.serves, 60.0)

    def serves(self) -> bool:
        try:
            return self.ask(REQUEST).endswith(b"ok")
        except OSError:
            return False

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def ask(self, data: bytes) -> bytes:
        """One request and its answer, until it is complete or the server hangs up."""
        with self.connect() as sock:
            sock.sendall(data)
            return answer(sock)


def answer(sock: socket.socket) -> bytes:
    """One answer with a Content-Length."""
    got = b""
    while b"\r\n\r\n" not in got:
        if not (part := sock.recv(65536)):
            return got
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length and (part := sock.recv(1 << 20)):
        body += part
    return head + b"\r\n\r\n" + body


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gunicorn]:
    gunicorn = Gunicorn(tmp_path_factory.mktemp("web"))
    yield gunicorn
    gunicorn.kill()


def test_requests_on_one_connection_and_together(web: Gunicorn) -> None:
    with web.connect() as sock:
        for _ in range(3):
            sock.sendall(REQUEST)
            assert answer(sock).endswith(b"ok")
        sock.sendall(REQUEST[:20])
        time.sleep(0.1)
        sock.sendall(REQUEST[20:])
        assert b"Connection: keep-alive" in answer(sock)
    with web.connect() as sock:
        last = REQUEST.replace(b"Host: x", b"Host: x\r\nConnection: close")
        sock.sendall(REQUEST + REQUEST + last)
        got = b""
        while part := sock.recv(65536):
            got += part
    assert got.count(b"HTTP/1.1 200 OK") == 3


def test_requests_in_groups(web: Gunicorn) -> None:
    """They are answered on their connections, in order, as by a thread."""
    grouped = REQUEST.replace(b"/ ", b"/group ")
    last = grouped.replace(b"Host: x", b"Host: x\r\nConnection: close")
    with web.connect() as sock:
        for _ in range(3):
            sock.sendall(grouped)
            got = answer(sock)
            assert got.startswith(b"HTTP/1.1 200 OK\r\n")
            assert got.endswith(b"\r\n\r\ngroup:ok")
            assert b"\r\nConnection: keep-alive\r\n" in got
            assert b"\r\nX-Test: yes\r\n" in got
        thread = grouped.replace(b"/group", b"/thread")
        sock.sendall(thread)
        assert answer(sock).endswith(b"\r\n\r\nok"), "with its body, as if nobody had looked"
        sock.sendall(REQUEST + grouped + thread + last)
        got = b""
        while part := sock.recv(65536):
            got += part
    bodies = [part.partition(b"\r\n\r\n")[2] for part in got.split(b"HTTP/1.1 200 OK")[1:]]
    assert bodies == [b"ok", b"group:ok", b"ok", b"group:ok"]
    assert got.count(b"Connection: close") == 1
    with web.connect() as hasty:  # it is gone when the answer comes
        hasty.sendall(grouped)
    sockets = [web.connect() for _ in range(5)]
    for sock in sockets:
        sock.sendall(grouped)
    for sock in sockets:
        assert answer(sock).endswith(b"group:ok")
        sock.close()
    eventually("it serves on", web.serves, 30.0)


def test_a_slow_request_ends_with_a_sentence(web: Gunicorn) -> None:
    with web.connect() as sock:
        sock.sendall(REQUEST[:-1])
        got = answer(sock)
    assert got.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b"\r\nX-Test: yes\r\n" in got
    assert got.endswith(b"The request did not arrive within 1 seconds.\n")


def test_what_cannot_be_read_is_answered_and_logged_without_its_words(web: Gunicorn) -> None:
    before = len(web.lines())
    for _ in range(20):
        got = web.ask(b"GET /\x1b]0;owned\x07 HTTP/1.1\r\n\r\n")
        assert got.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert web.ask(REQUEST.replace(b": 2", b": 99999999")).startswith(b"HTTP/1.1 413 ")
    lines = "\n".join(web.lines()[before:])
    assert lines.count("\n") <= 1  # at most a line a minute
    assert "owned" not in lines


def test_slow_readers_take_no_thread_and_are_given_up(web: Gunicorn) -> None:
    readers = [web.connect() for _ in range(5)]  # there are two threads
    try:
        for sock in readers:
            sock.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)
        assert web.ask(REQUEST).endswith(b"ok")
        [patient, *_] = readers
        time.sleep(0.3)
        assert web.ask(REQUEST).endswith(b"ok")
        assert patient.recv(10) == b"HTTP/1.1 2"
    finally:
        for sock in readers:
            sock.close()
    eventually("it serves on", web.serves, 30.0)
    with web.connect() as sock:
        sock.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        assert len(answer(sock)) > 20_000_000  # read at once, it arrives whole


def test_a_peer_with_many_connections_loses_its_oldest(web: Gunicorn) -> None:
    held = [web.connect() for _ in range(10)]
    try:
        for sock in held:
            sock.sendall(REQUEST[:10])
            time.sleep(0.02)
        assert answer(held[0]).startswith(b"HTTP/1.1 503 ")
        assert web.ask(REQUEST).endswith(b"ok")
        held[-1].sendall(REQUEST[10:])
        assert answer(held[-1]).endswith(b"ok")
    finally:
        for sock in held:
            sock.close()


def test_a_peer_that_does_not_hang_up_holds_nobody_up(web: Gunicorn) -> None:
    request = REQUEST.replace(b"Host: x", b"Host: x\r\nConnection: close")
    staying = [web.connect() for _ in range(5)]
    try:
        for sock in staying:
            sock.sendall(request)
            assert answer(sock).endswith(b"ok")
        started = time.monotonic()
        assert web.ask(REQUEST).endswith(b"ok")
        assert time.monotonic() - started < 5 * 2.0  # gthread waits two seconds for each
    finally:
        for sock in staying:
            sock.close()


def test_the_client_of_a_large_body_is_told_to_go_on(web: Gunicorn) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    connection.putrequest("POST", "/")
    connection.putheader("Expect", "100-continue")
    connection.putheader("Content-Length", "2")
    connection.endheaders()
    assert connection.sock.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sock.sendall(b"ok")
    assert connection.getresponse().read() == b"ok"
    connection.close()


def test_a_stop_waits_for_what_is_under_way(tmp_path: Path) -> None:
    web = Gunicorn(tmp_path)
    try:
        with ThreadPoolExecutor(2) as pool, web.connect() as idle:
            idle.sendall(REQUEST)
            assert answer(idle).endswith(b"ok")
            request = [pool.submit(web.ask, REQUEST.replace(b"/ ", b"/slow ")) for _ in range(2)]
            time.sleep(0.5)
            web.terminate()
            answers = [future.result() for future in request]
            assert all(each.endswith(b"ok") for each in answers)
        assert web.wait(20) == 0
    finally:
        web.kill()


@pytest.mark.parametrize("path", [b"/", b"/group"])
def test_a_worker_is_replaced_after_its_requests(tmp_path: Path, path: bytes) -> None:
    web = Gunicorn(tmp_path, "--max-requests 5")

    def serves() -> bool:
        try:
            return web.ask(REQUEST.replace(b"/ ", path + b" ")).endswith(b"ok")
        except OSError:
            return False

    try:
        for _ in range(20):  # in vain for a moment, while the next worker starts
            eventually("it serves", serves, 30.0)
        assert web.alive
    finally:
        web.kill()


def test_a_thread_that_is_late_writes_to_no_file_of_somebody_else(tmp_path: Path) -> None:
    web = Gunicorn(tmp_path, "--max-requests 3 --graceful-timeout 1")
    try:
        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(web.ask, REQUEST.replace(b"/ ", b"/late "))
            time.sleep(0.3)
            for _ in range(3):  # then the worker stops, and waits for the late one for a second
                web.serves()
            late.result()
        eventually("it has stopped", lambda: any(tmp_path.glob("opened-*")), 30.0)
        opened = list(tmp_path.glob("opened-*"))
        pid = opened[0].name.split("-")[1]
        eventually("its threads have ended", lambda: not Path("/proc", pid).exists(), 30.0)
        assert [path.read_bytes() for path in opened if path.stat().st_size] == []
    finally:
        web.kill()
