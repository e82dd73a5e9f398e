#!/usr/bin/env bash
# boto3 1.44.8: copy() keeps the tags of a picture of less than 8 MB, and drops those of a larger one.
# Guess: client.copy() gives a copy with the same properties whatever the size; how it transfers is its own affair.
# Seen: below multipart_threshold, S3 copies tags and metadata. From there on boto3 copies the content type and the metadata by
#   itself, but tags only where TaggingDirective="COPY" says so, which is what S3 does without. No warning: a rule that deletes what
#   is tagged "keep=30-days" never finds the copy. A bucket's resource and Object.copy do the same.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet boto3==1.44.8 s3transfer==0.19.3 "moto[s3]==5.2.5"
AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=us-east-1 "$folder/venv/bin/python" -W ignore - <<'PY'
import boto3
from moto import mock_aws

LIMIT = 8 * 2**20  # where boto3 begins to copy in parts, by default
SOURCE = {"Bucket": "pictures", "Key": "cat.png"}
KEPT = {"ContentType": "image/png", "CacheControl": "max-age=3600", "Metadata": {"room": "1"}}


def copied(size, copy):
    """Return the properties and the tags of a copied picture of so many bytes."""
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="pictures")
        client.put_object(**SOURCE, Body=bytes(size), Tagging="keep=30-days", **KEPT)
        copy()
        target = {"Bucket": "pictures", "Key": "copy.png"}
        head = client.head_object(**target)
        tags = client.get_object_tagging(**target)["TagSet"]
    assert head["ContentLength"] == size
    return {name: head.get(name) for name in KEPT}, {tag["Key"]: tag["Value"] for tag in tags}


def by_client(**extra):
    boto3.client("s3").copy(SOURCE, "pictures", "copy.png", ExtraArgs=extra)


def by_resource():
    boto3.resource("s3").Bucket("pictures").copy(SOURCE, "copy.png")


seen = {
    "a byte less than 8 MB": copied(LIMIT - 1, by_client),
    "8 MB": copied(LIMIT, by_client),
    "8 MB by the bucket": copied(LIMIT, by_resource),
    "8 MB, TaggingDirective=COPY": copied(LIMIT, lambda: by_client(TaggingDirective="COPY")),
}
for name, (properties, tags) in seen.items():
    print(f"{name}: {properties}, tags {tags}")
assert all(properties == KEPT for properties, _ in seen.values()), seen
assert [tags for _, tags in seen.values()] == [{"keep": "30-days"}, {}, {}, {"keep": "30-days"}], seen
PY
