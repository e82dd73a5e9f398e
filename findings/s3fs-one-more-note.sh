#!/usr/bin/env bash
# s3fs 2026.9.0: a note added to a picture takes its content type away.
# Guess: setxattr(path, wish="a cat") adds one entry to the object's metadata, and changes nothing else, as its example has it.
# Seen: entries that were there stay, but image/png becomes binary/octet-stream, and Cache-Control, the language and the name for
#   downloads are gone: a browser saves the picture where it showed it. copy() and mv() keep all of them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet s3fs==2026.9.0 aiobotocore==3.10.0 "moto[s3]==5.2.5" flask==3.1.3 flask-cors==6.0.5
AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=us-east-1 "$folder/venv/bin/python" -W ignore - <<'PY'
import logging

import boto3
from moto.server import ThreadedMotoServer
from s3fs import S3FileSystem

logging.disable()
server = ThreadedMotoServer(port=0, verbose=False)
server.start()
address = "http://{}:{}".format(*server.get_host_and_port())
client = boto3.client("s3", endpoint_url=address)
client.create_bucket(Bucket="pictures")
files = S3FileSystem(endpoint_url=address)
KEPT = {
    "ContentType": "image/png",
    "CacheControl": "max-age=3600",
    "ContentDisposition": 'inline; filename="cat.png"',
    "ContentLanguage": "ja",
}


def after(change, key="cat.png"):
    """Return the metadata of a picture after a change, and what is left of its other properties."""
    client.put_object(Bucket="pictures", Key="cat.png", Body=b"a cat", Metadata={"room": "1"}, **KEPT)
    change()
    head = client.head_object(Bucket="pictures", Key=key)
    return head["Metadata"], {name: head[name] for name in KEPT if name in head}


try:
    copied = after(lambda: files.copy("pictures/cat.png", "pictures/copied.png"), "copied.png")
    moved = after(lambda: files.mv("pictures/cat.png", "pictures/moved.png"), "moved.png")
    noted = after(lambda: files.setxattr("pictures/cat.png", wish="a cat"))
finally:
    server.stop()
print("copied:  ", *copied)
print("moved:   ", *moved)
print("setxattr:", *noted)
assert copied == moved == ({"room": "1"}, KEPT)
assert noted == ({"room": "1", "wish": "a cat"}, {"ContentType": "binary/octet-stream"}), noted
PY
