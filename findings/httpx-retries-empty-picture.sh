#!/usr/bin/env bash
# httpx-retries 0.6.0, httpx 0.28.1: a body made of an iterator is sent empty the second time, and stored.
# Guess: a PUT that was answered 503 is sent again with the same body, or raises StreamConsumed where that cannot be read twice, as it
#   does with a generator and as a redirect with such a body does.
# Seen: with map(), itertools.chain() or iter() the second request has no body at all. The server stores an empty picture and answers
#   200, and so does the client. Bytes, a list and files= are sent whole again. No error, no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet httpx-retries==0.6.0 httpx==0.28.1
"$folder/venv/bin/python" - <<'PY'
import io
import itertools
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from httpx_retries import Retry, RetryTransport


class Storage(BaseHTTPRequestHandler):
    """A server that is busy at each first request, and stores what the second brings."""

    protocol_version = "HTTP/1.1"
    bodies = []

    def do_PUT(self):
        body = b""
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        self.bodies.append(body)
        self.send_response(503 if len(self.bodies) == 1 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Storage)
threading.Thread(target=server.serve_forever, daemon=True).start()
PIECES = [b"half a cat, ", b"half a cat"]
WHOLE = b"".join(PIECES)


def generator():
    yield from PIECES


BODIES = {
    "bytes": {"content": WHOLE},
    "a list": {"content": PIECES},
    "files=": {"files": {"picture": io.BytesIO(WHOLE)}},
    "a generator": {"content": generator()},
    "iter()": {"content": iter(PIECES)},
    "map()": {"content": map(bytes, PIECES)},
    "itertools.chain()": {"content": itertools.chain(PIECES[:1], PIECES[1:])},
}
seen = {}
for name, body in BODIES.items():
    Storage.bodies.clear()
    with httpx.Client(transport=RetryTransport(retry=Retry(total=3))) as client:
        try:
            answer = client.put(f"http://127.0.0.1:{server.server_port}/cat.png", **body).status_code
        except httpx.StreamConsumed as error:
            answer = type(error).__name__
    assert WHOLE in Storage.bodies[0], name
    seen[name] = answer, [WHOLE in sent or sent for sent in Storage.bodies[1:]]
    print(f"{name}: {answer}, sent the second time: {seen[name][1]}")
server.shutdown()
assert seen.pop("a generator") == ("StreamConsumed", [])
assert all(seen.pop(name) == (200, [True]) for name in ("bytes", "a list", "files="))
assert len(seen) == 3 and all(found == (200, [b""]) for found in seen.values()), seen
PY
