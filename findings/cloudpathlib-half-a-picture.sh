#!/usr/bin/env bash
# cloudpathlib 0.26.0: a picture whose making fails half way is in the bucket all the same, in place of the good one.
# Guess: an object appears whole or not at all, so what raises inside "with path.open('wb')" uploads nothing.
# Seen: the half is uploaded as if it were the picture; where nothing was written yet, the good picture becomes an empty
#   one. smart_open keeps what was there. Unlike pathlib's, open("a") makes no file: FileNotFoundError.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cloudpathlib==0.26.0 smart_open==9.0.2 boto3==1.44.8 "moto[s3]==5.2.5"
export AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret AWS_DEFAULT_REGION=us-east-1
"$folder/venv/bin/python" - <<'PY'
import boto3
import smart_open
from cloudpathlib import S3Client
from moto import mock_aws

bucket = mock_aws()
bucket.start()
client = boto3.client("s3")
client.create_bucket(Bucket="pictures")
cloud = S3Client()

WAYS = {
    "cloudpathlib": lambda key: cloud.CloudPath(f"s3://pictures/{key}").open("wb"),
    "smart_open": lambda key: smart_open.open(f"s3://pictures/{key}", "wb", transport_params={"client": client}),
}


def stored(key):
    """Return what is in the bucket, None where nothing is."""
    try:
        return client.get_object(Bucket="pictures", Key=key)["Body"].read()
    except client.exceptions.NoSuchKey:
        return None


def failed(way, key, *parts):
    """Write the parts, fail before the end, and return what is in the bucket then."""
    try:
        with WAYS[way](key) as file:
            for part in parts:
                file.write(part)
            raise RuntimeError("the painter stopped")
    except RuntimeError:
        return stored(key)


seen = {}
for way in WAYS:
    with WAYS[way](f"{way}-good.png") as file:
        file.write(b"whole picture")
    assert stored(f"{way}-good.png") == b"whole picture"
    seen[way] = (failed(way, f"{way}-new.png", b"half a "), failed(way, f"{way}-good.png"))
    print(f"{way}: a new one {seen[way][0]}, the good one {seen[way][1]}")
assert seen == {"cloudpathlib": (b"half a ", b""), "smart_open": (None, b"whole picture")}, seen
try:
    cloud.CloudPath("s3://pictures/log.txt").open("a").close()
except FileNotFoundError as error:
    print("open('a'):", error)
else:
    raise SystemExit("changed: open('a') makes the file")
bucket.stop()
PY
