"""A small S3 of this process: it stores, gives, deletes; and is slow or refuses on order."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NAME = "pictures"
_REFUSAL = (
    b'<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please slow down.</Message></Error>'
)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that were killed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Bucket:
    """What is stored, by path, and how requests fare. It checks no signature.

    refuses: how many of ten requests are answered by 503. delay: seconds before each answer.
    """

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, bytes]] = {}
        self.refuses = 0
        self.delay = 0.0
        self.requests = 0
        self.refused = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def serving(self) -> Iterator[Bucket]:
        """Answer requests for the length of a `with`."""
        threading.Thread(target=self._server.serve_forever, name="bucket", daemon=True).start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()

    def is_refused(self) -> bool:
        """Count a request, wait as long as is ordered, and return whether it is to be refused."""
        with self._lock:
            self.requests += 1
            refused = self.requests % 10 < self.refuses
            self.refused += refused
        time.sleep(self.delay)
        return refused

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bucket = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                if bucket.is_refused():
                    self._answer(503, _REFUSAL, "application/xml")
                    return
                bucket.files[self.path] = (self.headers["Content-Type"], data)
                self._answer(200)

            def do_GET(self) -> None:
                if bucket.is_refused():
                    self._answer(503, _REFUSAL, "application/xml")
                    return
                kind, data = bucket.files.get(self.path.partition("?")[0], ("", b""))
                self._answer(200 if kind else 404, data, kind or "application/xml")

            def do_DELETE(self) -> None:
                if bucket.is_refused():
                    self._answer(503, _REFUSAL, "application/xml")
                    return
                bucket.files.pop(self.path, None)
                self._answer(204)

            def _answer(self, status: int, data: bytes = b"", kind: str = "text/plain") -> None:
                self.send_response(status)
                if status != 204:
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
