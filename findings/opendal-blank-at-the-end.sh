#!/usr/bin/env bash
# opendal 0.47.12: a key with a blank at its end or beginning is taken for the one without, and that is read and deleted.
# Guess: what list() names can be read and deleted by that name, as with boto3; what is written is stored under its name.
#   (That a file with a blank at its end cannot be read is a public issue; that another is read and deleted for it is not said there.)
# Seen: S3 keeps "neko.png" and "neko.png " as two pictures and list() names both. read("neko.png ") gives the bytes of the other,
#   delete("neko.png ") deletes the other and leaves this one, write() replaces the other. Where only the one with the blank is
#   there, it is "not found". A loop that reads all it lists has one picture twice, one that deletes duplicates loses the good ones.
#   A blank of Japanese width (U+3000) is cut as well. On a disk ("fs") list() itself names "neko.png" twice.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet opendal==0.47.12 boto3==1.44.8 "moto[server]==5.2.5"
export AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret AWS_DEFAULT_REGION=us-east-1
"$folder/venv/bin/python" - "$folder" <<'PY'
import pathlib, socket, subprocess, sys, time

import boto3
import opendal

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
# In a process of its own: opendal's calls hold this one's interpreter until they are answered.
command = [sys.executable, "-m", "moto.server", "-p", str(port)]
server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
KEYS = ["neko.png", "neko.png ", " inu.png", "inu.png", "ushi.png\u3000", "ushi.png"]


def in_bucket():
    """The keys that are there, as boto3 lists them."""
    return [entry["Key"] for entry in client.list_objects_v2(Bucket="pictures")["Contents"]]


try:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.1)
    url = f"http://127.0.0.1:{port}"
    client = boto3.client("s3", endpoint_url=url)
    client.create_bucket(Bucket="pictures")
    for key in KEYS:
        client.put_object(Bucket="pictures", Key=key, Body=key.encode())
    assert all(client.get_object(Bucket="pictures", Key=key)["Body"].read() == key.encode() for key in KEYS)
    login = {"access_key_id": "key", "secret_access_key": "secret", "region": "us-east-1"}
    operator = opendal.Operator("s3", bucket="pictures", endpoint=url, **login)
    names = sorted(entry.path for entry in operator.list(""))
    read = {name: bytes(operator.read(name)).decode() for name in names}
    print("listed and read:", read)
    assert names == sorted(KEYS) and read == {name: name.strip() for name in KEYS}

    odd = [name for name in names if name != name.strip()]
    for name in odd:
        operator.delete(name)
    print("left when", odd, "are deleted:", in_bucket())
    assert in_bucket() == odd
    assert not any(operator.exists(name) for name in odd)

    operator.write("tori.png", b"a bird")
    operator.write("tori.png ", b"a draft")
    print("written with a blank:", [name for name in in_bucket() if "tori" in name], bytes(operator.read("tori.png")))
    assert sorted(in_bucket()) == sorted([*odd, "tori.png"]) and bytes(operator.read("tori.png")) == b"a draft"

    for key in KEYS:
        pathlib.Path(sys.argv[1], "pictures").mkdir(exist_ok=True)
        pathlib.Path(sys.argv[1], "pictures", key).write_text(key)
    disk = opendal.Operator("fs", root=f"{sys.argv[1]}/pictures")
    names = sorted(entry.path for entry in disk.list("") if entry.path != "/")
    print("on a disk:", names)
    assert names == sorted(key.strip() for key in KEYS)
finally:
    server.terminate()
    server.wait()
PY
