#!/usr/bin/env bash
# s3path 0.6.5: removing the folder "cat" also deletes catalogue.png and the folder cat-2; renaming it renames those too.
# Guess: S3Path("/pictures/cat").rmdir() removes an empty folder, as its docstring has it, or at most what lies in cat/.
# Seen: it deletes every object whose key begins with "cat", without a word. rename() moves all of them and replaces each "cat" in
#   the key: catalogue.png becomes dogalogue.png, and cat/cat-1.png is dog/dog-1.png. iterdir(), is_dir() and glob() look at cat/ alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet s3path==0.6.5 boto3==1.44.8 "moto[s3]==5.2.5"
AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=us-east-1 "$folder/venv/bin/python" -W ignore - <<'PY'
import boto3
from moto import mock_aws
from s3path import S3Path

KEYS = ["cat-2/cat-3.png", "cat/cat-1.png", "catalogue.png", "dog.png"]


def left_after(change):
    """Return the keys that a bucket of four pictures has after a change."""
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="pictures")
        for key in KEYS:
            client.put_object(Bucket="pictures", Key=key, Body=key.encode())
        folder = S3Path("/pictures/cat")
        assert [str(path) for path in folder.iterdir()] == ["/pictures/cat/cat-1.png"]
        assert folder.is_dir() and not S3Path("/pictures/ca").is_dir()
        change(folder)
        return {
            item["Key"]: client.get_object(Bucket="pictures", Key=item["Key"])["Body"].read().decode()
            for item in client.list_objects_v2(Bucket="pictures")["Contents"]
        }


removed = left_after(lambda cat: cat.rmdir())
print("after rmdir of cat, of", KEYS, "there is left:", list(removed))
assert list(removed) == ["dog.png"], removed

renamed = left_after(lambda cat: cat.rename(S3Path("/pictures/dog")))
print("after rename of cat to dog:")
for key, was in renamed.items():
    print(f"  {key} holds what was {was}")
assert renamed == {
    "dog-2/dog-3.png": "cat-2/cat-3.png",
    "dog.png": "dog.png",
    "dog/dog-1.png": "cat/cat-1.png",
    "dogalogue.png": "catalogue.png",
}, renamed
PY
