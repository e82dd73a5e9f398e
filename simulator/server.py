"""A threaded HTTP/1.1 server for the simulator.

One thread per connection, kept alive between requests as LINE's servers do, so that a bot's pooled
connections are put to use; and the application may close a connection without an answer, which the
usual WSGI servers with a pool of threads do not allow.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from typing import Any

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

IDLE_SECONDS = 120


class _Body:
    """Request body that knows how much of it is still unread."""

    def __init__(self, raw: Any, length: int) -> None:
        self._raw = raw
        self.left = length

    def read(self, size: int = -1) -> bytes:
        wanted = self.left if size < 0 else min(size, self.left)
        data: bytes = self._raw.read(wanted) if wanted else b""
        self.left = self.left - len(data) if data else 0
        return data

    def readline(self, size: int = -1) -> bytes:
        wanted = self.left if size < 0 else min(size, self.left)
        data: bytes = self._raw.readline(wanted) if wanted else b""
        self.left -= len(data)
        return data


class Handler(WSGIRequestHandler):
    """Run the application for each request of a connection."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    wbufsize = 64 * 1024  # head and body leave in one packet
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request; keep the connection open if the request was read to the end."""
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        self.environ = environ = self.make_environ()
        chunked_request = "wsgi.input_terminated" in environ
        body = _Body(self.rfile, int(environ.get("CONTENT_LENGTH") or 0))
        if not chunked_request:
            environ["wsgi.input"] = body
        started: list[Any] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Any:
            started[:] = [status, headers]
            return lambda data: None

        try:
            parts = self.server.app(environ, start_response)
            try:
                self._write(started, parts, close=chunked_request or body.left > 0)
            finally:
                if hasattr(parts, "close"):
                    parts.close()
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        if body.left > 0 or chunked_request:
            self.close_connection = True

    def _write(self, started: list[Any], parts: Any, *, close: bool) -> None:
        chunked = False
        first = True
        for part in parts:
            if first:
                chunked = self._write_head(started, close=close)
                first = False
            if not part or self.command == "HEAD":
                continue
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
            if chunked:
                self.wfile.flush()
        if first:
            chunked = self._write_head(started, close=close)
        if chunked and self.command != "HEAD":
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _write_head(self, started: list[Any], *, close: bool) -> bool:
        status, headers = started
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        sized = any(name.lower() == "content-length" for name, _ in headers)
        bodiless = int(code) in (204, 304)
        if not sized and not bodiless:
            self.send_header("Transfer-Encoding", "chunked")
        if close:
            self.send_header("Connection", "close")
        self.end_headers()
        return not sized and not bodiless

    def version_string(self) -> str:
        """Return the value of the Server header."""
        return "line-simulator"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Log nothing: the bot's requests are in /api/log."""


class Server(ThreadedWSGIServer):
    """The simulator's application on a listening socket.

    port: 0 takes a free one, see `url`. Raises OSError if the address is unavailable.
    """

    daemon_threads = True

    def __init__(self, app: Flask, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            listener.listen(128)
            self._open: set[socket.socket] = set()
            # The server duplicates the descriptor, so ours may be closed.
            super().__init__(host, listener.getsockname()[1], app, Handler, fd=listener.fileno())
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Return the base URL, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that `stop` can end it."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a closed connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect during a request."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def start(self) -> Server:
        """Serve from a thread of this process, until `stop`. For tests."""
        self._thread = threading.Thread(
            target=super().serve_forever, kwargs={"poll_interval": 0.02}, name="simulator"
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving, close every connection."""
        if self._thread:
            self.shutdown()
            self._thread.join()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def hang_up(environ: dict[str, Any]) -> None:
    """Close the connection of the current request before any response is sent."""
    connection = environ.get("werkzeug.socket") or environ.get("gunicorn.socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
