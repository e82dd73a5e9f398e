#!/usr/bin/env bash
# fsspec 2026.9.0: rm() of a file with [1] in its name deletes another file.
# Guess: a path that exists() and cat_file() take as it is means the same file to rm(), cat() and get().
# Seen: they take brackets for a pattern, whether or not there is such a file: rm("猫[1].png"), as a browser calls a second
#   download, deletes 猫1.png and leaves the other. cat() and get() give the bytes of 猫1.png. Without that neighbour
#   it is a FileNotFoundError. glob.escape() is the way round, but for rm() of local files, which takes names as they are.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet fsspec==2026.9.0
"$folder/venv/bin/python" - "$folder" <<'PY'
import sys
from glob import escape
from pathlib import Path

import fsspec

WANTED, OTHER = "猫[1].png", "猫1.png"


def filled(kind):
    """Make a folder with both files, each of which holds its own name."""
    fs = fsspec.filesystem("memory" if kind == "memory" else "file")
    root = "/pictures" if kind == "memory" else f"{sys.argv[1]}/pictures"
    if fs.exists(root):
        fs.rm(root, recursive=True)
    fs.makedirs(root)
    for name in (WANTED, OTHER):
        fs.pipe_file(f"{root}/{name}", name.encode())
    return fs, root


def left_after_rm(kind, name):
    fs, root = filled(kind)
    fs.rm(f"{root}/{name}")
    return [path.rsplit("/", 1)[1] for path in fs.ls(root, detail=False)]


def alone(kind, call):
    """Say what the call does where only the wanted file is there."""
    fs, root = filled(kind)
    fs.rm_file(f"{root}/{OTHER}")
    try:
        getattr(fs, call)(f"{root}/{WANTED}")
    except FileNotFoundError as error:
        return type(error).__name__
    return "done"


seen = {}
for kind in ("memory", "local"):
    fs, root = filled(kind)
    path, target = f"{root}/{WANTED}", Path(sys.argv[1]) / kind
    target.mkdir()
    fs.get(path, f"{target}/")
    seen[kind] = {
        "exists": fs.exists(path),
        "cat_file": fs.cat_file(path).decode(),
        "cat": [found.decode() for found in fs.cat(path).values()],
        "get": [file.read_text() for file in target.iterdir()],
        "left after rm": left_after_rm(kind, WANTED),
        "cat alone": alone(kind, "cat"),
        "rm alone": alone(kind, "rm"),
    }
    for call, result in seen[kind].items():
        print(f"{kind:6} {call:14} {result}")
print("memory left after rm of the escaped name", left_after_rm("memory", escape(WANTED)))
both = {"exists": True, "cat_file": WANTED, "cat": [OTHER], "get": [OTHER], "cat alone": "FileNotFoundError"}
assert seen == {
    "memory": both | {"left after rm": [WANTED], "rm alone": "FileNotFoundError"},
    "local": both | {"left after rm": [OTHER], "rm alone": "done"},
}, seen
assert left_after_rm("memory", escape(WANTED)) == [OTHER]
PY
