#!/usr/bin/env bash
# fs 2.4.16: in memory, what is copied onto itself is emptied, and what is moved onto itself is gone.
# Guess: copy and move of a file to where it is raise, or change nothing, in memory as on disk.
# Seen: in a MemoryFS copy(..., overwrite=True) truncates the file before it reads it, copydir empties each file of the folder, move and
#   movedir delete them. On disk a copy raises SameFileError and a move changes nothing. So a test with a MemoryFS and the program with
#   a disk differ, and names that are made alike, as by a normalization, lose the picture. No error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet fs==2.4.16 setuptools==80.9.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from shutil import SameFileError

from fs.memoryfs import MemoryFS
from fs.tempfs import TempFS


def after(kind, action):
    """Return the files after an action, and the error that it raised."""
    error = None
    with kind() as files:
        files.makedir("wishes")
        files.writetext("wishes/cat.png", "cat")
        files.writetext("wishes/dog.png", "dog")
        try:
            action(files)
        except SameFileError as raised:
            error = type(raised).__name__
        return {path: files.readtext(path) for path in sorted(files.walk.files())}, error


ACTIONS = {
    "copy": lambda files: files.copy("wishes/cat.png", "wishes/cat.png", overwrite=True),
    "move": lambda files: files.move("wishes/cat.png", "wishes/./cat.png", overwrite=True),
    "copydir": lambda files: files.copydir("wishes", "wishes"),
    "movedir": lambda files: files.movedir("wishes", "wishes"),
}
BOTH = {"/wishes/cat.png": "cat", "/wishes/dog.png": "dog"}
MEMORY = {
    "copy": {"/wishes/cat.png": "", "/wishes/dog.png": "dog"},
    "move": {"/wishes/dog.png": "dog"},
    "copydir": {"/wishes/cat.png": "", "/wishes/dog.png": ""},
    "movedir": {},
}
for name, action in ACTIONS.items():
    memory, disk = after(MemoryFS, action), after(TempFS, action)
    print(f"{name}: in memory {memory}\n  on disk {disk}")
    assert disk[0] == BOTH
    assert memory == (MEMORY[name], None)
PY
