#!/usr/bin/env bash
# moto 5.2.5: a picture is copied and stored although it is not the one that the request names.
# Guess: copy_object(CopySourceIfMatch=...) of an ETag that the source no longer has is refused with 412, as CopySourceIfNoneMatch and
#   put_object(IfMatch=...) are; put_object with the MD5 or SHA-256 of another content is refused with BadDigest, as by S3.
# Seen: the other picture is copied, and what does not fit its checksum is stored; both answer 200. CopySourceIfUnmodifiedSince of last
#   year copies as well. A test that waits for the refusal fails for the wrong reason, and one of the good way passes with anything.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "moto[s3]==5.2.5" boto3==1.44.5
AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b AWS_DEFAULT_REGION=us-east-1 "$folder/venv/bin/python" -W ignore - <<'PY'
import base64
import hashlib
from datetime import datetime, timedelta, timezone

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

OLD, NEW = b"a red cat", b"a blue cat"
LAST_YEAR = datetime.now(timezone.utc) - timedelta(days=365)


def code(call, **request):
    """Return "done", or the code of the error."""
    try:
        call(Bucket="album", **request)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "done"


def of_old(algorithm):
    return base64.b64encode(hashlib.new(algorithm, OLD).digest()).decode()


with mock_aws():
    client = boto3.client("s3")
    client.create_bucket(Bucket="album")
    old = client.put_object(Bucket="album", Key="cat", Body=OLD)["ETag"]
    new = client.put_object(Bucket="album", Key="cat", Body=NEW)["ETag"]
    source = {"Key": "copy", "CopySource": "album/cat"}
    seen = {
        "put, if it matches the old": code(client.put_object, Key="cat", Body=NEW, IfMatch=old),
        "copy, if none matches the new": code(client.copy_object, **source, CopySourceIfNoneMatch=new),
        "copy, if it matches the old": code(client.copy_object, **source, CopySourceIfMatch=old),
        "copy, if unmodified since last year": code(client.copy_object, **source, CopySourceIfUnmodifiedSince=LAST_YEAR),
        "put with the MD5 of the old": code(client.put_object, Key="md5", Body=NEW, ContentMD5=of_old("md5")),
        "put with the SHA-256 of the old": code(client.put_object, Key="sha", Body=NEW, ChecksumSHA256=of_old("sha256")),
    }
    stored = {key: client.get_object(Bucket="album", Key=key)["Body"].read() for key in ("copy", "md5", "sha")}
for name, result in seen.items():
    print(f"{name}: {result}")
print(stored)
assert list(seen.values()) == ["PreconditionFailed"] * 2 + ["done"] * 4, seen
assert set(stored.values()) == {NEW}, stored
PY
