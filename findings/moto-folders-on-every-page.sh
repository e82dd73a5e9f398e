#!/usr/bin/env bash
# moto 5.2.5: list_objects with a delimiter and pages names every folder on every page.
# Guess: an album of six pictures and three folders, three names a page, is three pages that name each of the nine once, as S3 lists it
#   and as moto's list_objects_v2 does.
# Seen: each page has its pictures and all three folders, those before its marker too: six folders are counted where there are three,
#   and a page of three holds six names. With a folder for each of thirty days every page repeats all thirty. No error, no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "moto[s3]==5.2.5" boto3==1.44.5
AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b AWS_DEFAULT_REGION=us-east-1 "$folder/venv/bin/python" -W ignore - <<'PY'
import boto3
from moto import mock_aws

PICTURES = [f"cat{number}.png" for number in range(6)]


def pages(client, operation, bucket, size):
    """Return the folders and the pictures of each page."""
    listed = client.get_paginator(operation).paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size})
    return [
        (
            [prefix["Prefix"] for prefix in page.get("CommonPrefixes", [])],
            [item["Key"] for item in page.get("Contents", [])],
        )
        for page in listed
    ]


with mock_aws():
    client = boto3.client("s3")
    client.create_bucket(Bucket="album")
    for key in (*PICTURES, "birds/1.png", "dogs/1.png", "dogs/2.png", "fish/1.png"):
        client.put_object(Bucket="album", Key=key, Body=b"")
    newer = pages(client, "list_objects_v2", "album", 3)
    older = pages(client, "list_objects", "album", 3)
    whole = pages(client, "list_objects", "album", 1000)
    client.create_bucket(Bucket="days")
    for day in range(1, 31):
        client.put_object(Bucket="days", Key=f"2026-11-{day:02d}/cat.png", Body=b"")
        client.put_object(Bucket="days", Key=f"2026-12-{day:02d}.png", Body=b"")
    days = pages(client, "list_objects", "days", 10)
for name, found in (("list_objects_v2", newer), ("list_objects", older)):
    print(name, *found, sep="\n  ")
print("pages of ten of thirty days:", [(len(folders), len(pictures)) for folders, pictures in days])
assert whole == [(["birds/", "dogs/", "fish/"], PICTURES)], whole
assert [len(folders) + len(pictures) for folders, pictures in newer] == [3, 3, 3], newer
assert sorted(name for folders, pictures in newer for name in (*folders, *pictures)) == sorted(whole[0][0] + PICTURES)
assert older == [(["birds/", "dogs/", "fish/"], PICTURES[:3]), (["birds/", "dogs/", "fish/"], PICTURES[3:])], older
assert [(len(folders), len(pictures)) for folders, pictures in days] == [(30, 10)] * 3, days
PY
