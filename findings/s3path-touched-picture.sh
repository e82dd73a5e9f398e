#!/usr/bin/env bash
# s3path 0.6.5: touching a picture empties it.
# Guess: S3Path.touch() on a key that exists updates its modification time, as its docstring says and pathlib does.
# Seen: it writes an empty text over the picture: no bytes, no metadata, another content type. exist_ok=False refuses, as said.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet s3path==0.6.5 boto3==1.44.8 "moto[s3]==5.2.5"
AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=us-east-1 "$folder/venv/bin/python" -W ignore - <<'PY'
import boto3
from moto import mock_aws
from s3path import S3Path


def after(change):
    """Return the bytes, the type and the metadata of a picture after a change."""
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="pictures")
        client.put_object(
            Bucket="pictures", Key="cat.png", Body=b"a cat", ContentType="image/png", Metadata={"room": "1"}
        )
        change(S3Path("/pictures/cat.png"))
        stored = client.get_object(Bucket="pictures", Key="cat.png")
        return stored["Body"].read(), stored["ContentType"], stored["Metadata"]


def refused(path):
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return
    raise AssertionError("exist_ok=False was not looked at")


cases = {
    "exist_ok=False": after(refused),
    "touch()": after(lambda path: path.touch()),
}
for name, (data, kind, metadata) in cases.items():
    print(f"{name}: {data!r}, {kind}, {metadata}")
assert cases["exist_ok=False"] == (b"a cat", "image/png", {"room": "1"}), cases
assert cases["touch()"][0] == b"" and cases["touch()"][2] == {} and cases["touch()"][1] != "image/png", cases
PY
