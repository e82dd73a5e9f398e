#!/usr/bin/env bash
# aioboto3 15.5.0: a progress bar is right for an upload, and shows 250 per cent for a download.
# Guess: Callback is called with the bytes transferred since the last call, as by boto3, so that the calls add up to the size; its
#   documentation has boto3's own words ("a number of bytes transferred").
# Seen: so it is for an upload alone. A download and a copy in parts hand over the sum so far: 20 MB in four parts add up to 50 MB. The
#   copy's sum lacks a byte for each part, so it never reaches the size; a copy in one part calls nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet aioboto3==15.5.0 "moto[s3]==5.2.5" flask==3.1.3 flask-cors==6.0.5
AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=us-east-1 "$folder/venv/bin/python" -W ignore - <<'PY'
import asyncio
import io
import logging

import aioboto3
import boto3
from aioboto3.s3.inject import S3TransferConfig
from boto3.s3.transfer import TransferConfig
from moto.server import ThreadedMotoServer

logging.disable()
MB = 2**20
LARGE, SMALL = 20 * MB, MB
server = ThreadedMotoServer(port=0, verbose=False)
server.start()
address = "http://{}:{}".format(*server.get_host_and_port())
PARTS = {"multipart_threshold": 8 * MB, "multipart_chunksize": 5 * MB}


def by_boto3(size):
    """Upload, copy and download; return what was handed to the callbacks."""
    client = boto3.client("s3", endpoint_url=address)
    calls = {"upload": [], "copy": [], "download": []}
    config = TransferConfig(**PARTS)
    client.upload_fileobj(io.BytesIO(bytes(size)), "pictures", "cat", Callback=calls["upload"].append, Config=config)
    client.copy({"Bucket": "pictures", "Key": "cat"}, "pictures", "copy", Callback=calls["copy"].append, Config=config)
    client.download_fileobj("pictures", "cat", io.BytesIO(), Callback=calls["download"].append, Config=config)
    return calls


async def by_aioboto3(size):
    """Do the same, a part at a time."""
    calls = {"upload": [], "copy": [], "download": []}
    config = S3TransferConfig(**PARTS, max_request_concurrency=1)
    async with aioboto3.Session().client("s3", endpoint_url=address) as client:
        await client.upload_fileobj(io.BytesIO(bytes(size)), "pictures", "cat", Callback=calls["upload"].append, Config=config)
        await client.copy({"Bucket": "pictures", "Key": "cat"}, "pictures", "copy", Callback=calls["copy"].append, Config=config)
        await client.download_fileobj("pictures", "cat", io.BytesIO(), Callback=calls["download"].append, Config=config)
    return calls


try:
    boto3.client("s3", endpoint_url=address).create_bucket(Bucket="pictures")
    sums = {size: {name: sum(calls) for name, calls in by_boto3(size).items()} for size in (SMALL, LARGE)}
    seen = {size: asyncio.run(by_aioboto3(size)) for size in (SMALL, LARGE)}
finally:
    server.stop()
for size in (SMALL, LARGE):
    for name, calls in seen[size].items():
        print(f"{name} of {size // MB} MB: by boto3 {sums[size][name] / size:.0%}, by aioboto3 {sum(calls) / size:.0%}, calls {calls}")
    assert set(sums[size].values()) == {size}
assert seen[SMALL] == {"upload": [SMALL], "copy": [], "download": [SMALL]}, seen
assert sum(seen[LARGE]["upload"]) == LARGE
assert seen[LARGE]["download"] == [5 * MB, 10 * MB, 15 * MB, 20 * MB]
assert seen[LARGE]["copy"] == [5 * MB - 1, 10 * MB - 2, 15 * MB - 3, 20 * MB - 4]
PY
