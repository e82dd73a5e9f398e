#!/usr/bin/env bash
# obstore 0.12.1: one key with two slashes makes the whole listing fail, and one that begins with a slash is taken for another.
# Guess: list() names the keys that boto3 names, and what it names can be read and deleted.
# Seen: with "2026//cat.png" in the bucket list() is an InvalidPathError, and no key is given, not those before either; get()
#   and delete() of it are errors as well. "/cat.png" is listed as "cat.png", twice where both are: who deletes the old one deletes the
#   new one. "album/", which the web console makes, is listed as "album", which is not there. boto3 reads all. With
#   obstore put("/cat.png") replaces "cat.png".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet obstore==0.12.1 boto3==1.44.8 "moto[server]==5.2.5"
export AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret AWS_DEFAULT_REGION=us-east-1
"$folder/venv/bin/python" - <<'PY'
import logging

import boto3
import obstore
from moto.server import ThreadedMotoServer
from obstore.exceptions import InvalidPathError
from obstore.store import S3Store

logging.disable()
server = ThreadedMotoServer(port=0, verbose=False)
server.start()
url = "http://{}:{}".format(*server.get_host_and_port())
client = boto3.client("s3", endpoint_url=url)


def bucket(name, *keys):
    """Fill a bucket with boto3 and open it with obstore."""
    client.create_bucket(Bucket=name)
    for key in keys:
        client.put_object(Bucket=name, Key=key, Body=key.encode())
    assert in_boto3(name) == sorted(keys)
    assert [client.get_object(Bucket=name, Key=key)["Body"].read().decode() for key in keys] == list(keys)
    return S3Store(name, endpoint=url, client_options={"allow_http": True})


def in_boto3(name):
    return [entry["Key"] for entry in client.list_objects_v2(Bucket=name).get("Contents", [])]


def listed(store):
    return sorted(entry["path"] for entry in obstore.list(store).collect())


def error(call, *arguments):
    try:
        call(*arguments)
    except (InvalidPathError, ValueError, TypeError, FileNotFoundError) as problem:
        return type(problem).__name__
    return None


odd = "2026//cat.png"
two = bucket("two-slashes", "2025/owl.png", odd, "2026/dog.png")
seen = [error(call, two, *path) for call, path in ((listed, ()), (obstore.get, [odd]), (obstore.delete, [odd]))]
print("two slashes: list, get, delete:", seen)
assert seen == ["InvalidPathError", "ValueError", "TypeError"], seen

both = bucket("first-slash", "/cat.png", "cat.png")
print("a first slash:", listed(both))
assert listed(both) == ["cat.png", "cat.png"]
oldest = min(obstore.list(both).collect(), key=lambda entry: entry["size"] != len("/cat.png"))
assert (oldest["path"], oldest["size"]) == ("cat.png", len("/cat.png"))
obstore.delete(both, oldest["path"])
print("after the deletion of the one with 8 bytes:", in_boto3("first-slash"))
assert in_boto3("first-slash") == ["/cat.png"]
obstore.put(both, "/cat.png", b"new")
print("after put('/cat.png'):", in_boto3("first-slash"))
assert in_boto3("first-slash") == ["/cat.png", "cat.png"]

last = bucket("last-slash", "album/", "dog.png")
print("a last slash:", listed(last), error(obstore.get, last, "album"))
assert listed(last) == ["album", "dog.png"] and error(obstore.get, last, "album") == "FileNotFoundError"
server.stop()
PY
