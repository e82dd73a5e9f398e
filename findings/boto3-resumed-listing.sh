#!/usr/bin/env bash
# boto3 1.44.5: a paginated listing that is resumed loses folders, and MaxItems does not count them.
# Guess: pages taken with MaxItems and resumed with StartingToken name all that one listing names, each once; MaxItems is the total number
#   of items, as its documentation has it, folders among them.
# Seen: of ten pictures and ten folders, four names a request, all pictures come, but of the folders two or six: those that the first
#   request after a resumption names are taken out again. MaxItems=4 gives eight names, MaxItems=2 without PageSize all ten folders at
#   once. No error, no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "moto[s3]==5.2.5" boto3==1.44.5
AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b AWS_DEFAULT_REGION=us-east-1 "$folder/venv/bin/python" -W ignore - <<'PY'
import boto3
from moto import mock_aws


def names(answer):
    """Return the pictures and the folders that an answer names."""
    return [entry["Key"] for entry in answer.get("Contents", [])], [entry["Prefix"] for entry in answer.get("CommonPrefixes", [])]


def by_hand(client, size):
    """List so many names a request, as S3 itself goes on; return pictures, folders and the most names of a page."""
    pictures, folders, most, token = [], [], 0, {}
    while True:
        answer = client.list_objects_v2(Bucket="pictures", Delimiter="/", MaxKeys=size, **token)
        found = names(answer)
        pictures, folders, most = pictures + found[0], folders + found[1], max(most, len(found[0] + found[1]))
        if not answer["IsTruncated"]:
            return pictures, folders, most
        token = {"ContinuationToken": answer["NextContinuationToken"]}


def resumed(client, items, size=None):
    """List so many items at a time with the paginator, resumed until there are no more; return the same."""
    pictures, folders, most, token = [], [], 0, None
    while True:
        pages = client.get_paginator("list_objects_v2").paginate(
            Bucket="pictures", Delimiter="/", PaginationConfig={"MaxItems": items, "PageSize": size, "StartingToken": token}
        )
        answer = pages.build_full_result()
        found = names(answer)
        pictures, folders, most = pictures + found[0], folders + found[1], max(most, len(found[0] + found[1]))
        token = answer.get("NextToken")
        if token is None:
            return pictures, folders, most


with mock_aws():
    client = boto3.client("s3")
    client.create_bucket(Bucket="pictures")
    for day in range(10):
        for key in (f"day{day}.png", f"day{day}/cat.png"):
            client.put_object(Bucket="pictures", Key=key, Body=b"")
    seen = {
        "by hand, 4 names a request": by_hand(client, 4),
        "MaxItems=4, PageSize=4": resumed(client, 4, 4),
        "MaxItems=2, PageSize=4": resumed(client, 2, 4),
        "MaxItems=2, PageSize=2": resumed(client, 2, 2),
        "MaxItems=2": resumed(client, 2),
    }
whole = [f"day{day}/" for day in range(10)]
for name, (pictures, folders, most) in seen.items():
    missing = sorted(set(whole) - set(folders))
    print(f"{name}: {len(pictures)} pictures, {len(folders)} folders, {most} names on a page at most; missing: {', '.join(missing) or 'none'}")
    assert pictures == [f"day{day}.png" for day in range(10)], name
    assert len(set(folders)) == len(folders), name
counts = [(len(folders), most) for _, folders, most in seen.values()]
assert counts == [(10, 4), (6, 8), (2, 4), (6, 4), (10, 12)], counts
PY
