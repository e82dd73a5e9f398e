#!/usr/bin/env bash
# CacheControl 0.14.4: after a POST the page from before it is answered still, and an answer that was old on arrival is fresh.
# Guess: who posts a picture to /album and then gets /album is shown the picture: as RFC 9111 has it, what a POST, PUT, PATCH or DELETE
#   has changed is no longer answered from the cache. An answer with "max-age=60" and "Age: 3600" is stale when it comes.
# Seen: PUT, PATCH and DELETE are as guessed, but after a POST the album without the picture comes from the cache until its time is over.
#   Age is not looked at: what lay an hour in a CDN is kept for another minute. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cachecontrol==0.14.4 requests==2.34.2
"$folder/venv/bin/python" - <<'PY'
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from cachecontrol import CacheControl

HEADERS = {"/album": {"Cache-Control": "max-age=60"}, "/passed": {"Cache-Control": "max-age=0"}}
HEADERS["/old"] = {"Cache-Control": "max-age=60", "Age": "3600"}
changes = []


class Album(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        data = " ".join(changes).encode()
        self.send_response(200)
        for name, value in HEADERS[self.path].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def change(self):
        changes.append(self.command)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT = do_PATCH = do_DELETE = change

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Album)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_port}"


def shown_after(method):
    """Get the album, change it, get it again; return what is shown then and whether that comes from the cache."""
    changes.clear()
    with CacheControl(requests.Session()) as session:
        assert session.get(f"{base}/album").text == "" and session.get(f"{base}/album").from_cache
        assert session.request(method, f"{base}/album").status_code == 200
        answer = session.get(f"{base}/album")
        return answer.text, answer.from_cache


for method in ("PUT", "PATCH", "DELETE", "POST"):
    shown = shown_after(method)
    print(f"after {method} the album shows {shown[0] or 'nothing'}, from the cache: {shown[1]}")
    assert shown == (("", True) if method == "POST" else (method, False)), shown
with CacheControl(requests.Session()) as session:
    kept = {path: [session.get(base + path).from_cache for _ in range(2)] for path in HEADERS}
print("the first and the second time from the cache:", kept)
assert kept == {"/album": [False, True], "/passed": [False, False], "/old": [False, True]}, kept
server.shutdown()
PY
