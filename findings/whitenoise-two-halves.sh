#!/usr/bin/env bash
# whitenoise 6.12.0, requests 2.34.2: a download that is resumed is half the old picture and half the new one.
# Guess: with Range and If-Range a server sends the rest if the picture is still that of the ETag, else the whole new one (RFC 9110, 13.1.5),
#   as Flask's send_file does; whitenoise takes ranges and gives ETags, and does answer 304 to If-None-Match.
# Seen: If-Range is not looked at: the rest of the new picture is sent as 206, with the new ETag, by ETag and by date. Put behind the half
#   that the client has, it is a file of the right length and of two pictures. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet whitenoise==6.12.0 requests==2.34.2 flask==3.1.3
mkdir "$folder/static"
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import os
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import requests
from flask import Flask, send_file
from whitenoise import WhiteNoise

OLD, NEW = b"cat " * 250, b"dog " * 250
DATES = {OLD: 1790000000, NEW: 1790600000}  # the new one is a week younger
PATH = os.path.abspath("static/picture.png")


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def put(picture):
    """Put a picture in its place, with its own time."""
    with open(PATH, "wb") as file:
        file.write(picture)
    os.utime(PATH, (DATES[picture], DATES[picture]))


def whitenoise():
    return WhiteNoise(Flask("painter", static_folder=None), root="static", prefix="static/")


def flask():
    app = Flask("painter", static_folder=None)
    app.add_url_rule("/static/picture.png", "picture", lambda: send_file(PATH))
    return app


def resumed(application, validator, after):
    """Take half a picture, let another come in its place, take the rest; return the status and the file that the client has."""
    put(OLD)
    with make_server("127.0.0.1", 0, application(), handler_class=Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/static/picture.png"
        first = requests.get(url, headers={"Range": "bytes=0-499"})
        assert first.status_code == 206 and first.content == OLD[:500]
        server.shutdown()
    put(after)
    with make_server("127.0.0.1", 0, application(), handler_class=Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/static/picture.png"
        unchanged = requests.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
        assert unchanged is (after == OLD)
        rest = requests.get(url, headers={"Range": "bytes=500-", "If-Range": first.headers[validator]})
        server.shutdown()
    return rest.status_code, first.content + rest.content if rest.status_code == 206 else rest.content


for application in (whitenoise, flask):
    for validator in ("ETag", "Last-Modified"):
        assert resumed(application, validator, OLD) == (206, OLD)
        status, file = resumed(application, validator, NEW)
        print(f"{application.__name__}, If-Range with {validator}: {status}, {file.count(b'cat')} cats and {file.count(b'dog')} dogs")
        assert (status, file) == ((206, OLD[:500] + NEW[500:]) if application is whitenoise else (200, NEW))
PY
