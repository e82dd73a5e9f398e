#!/usr/bin/env bash
# fs 2.4.16: to remove drafts/* removes the folder drafts and all folders in it.
# Guess: glob("drafts/*") is what lies in drafts, files and folders, as its documentation and pathlib have it; remove() removes those.
# Seen: a folder's path ends with a slash, and the star may be nothing: the folder drafts itself is matched, and the folders in it are not.
#   remove() deletes drafts with everything at any depth; of "**/cat*" no folder is found. A star in the first place finds no folders
#   at all. In memory and on disk alike. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet fs==2.4.16 setuptools==80.9.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import pathlib
import tempfile

from fs.memoryfs import MemoryFS
from fs.osfs import OSFS

NAMES = ["drafts/a.png", "drafts/keep/best/cat.png", "drafts/keep/dog.png", "done/owl.png"]


def fill(files):
    for name in NAMES:
        files.makedirs(name.rpartition("/")[0], recreate=True)
        files.writetext(name, name)
    return files


with tempfile.TemporaryDirectory() as folder:
    disk = fill(OSFS(folder))
    right = sorted("/" + path.relative_to(folder).as_posix() for path in pathlib.Path(folder).glob("drafts/*"))
    print("drafts/* by pathlib:", right)
    assert right == ["/drafts/a.png", "/drafts/keep"]
    for files in (disk, fill(MemoryFS())):
        seen = sorted(match.path for match in files.glob("drafts/*"))
        top = [match.path for match in files.glob("*")]
        kept = [match.path for match in files.glob("**/ke*")]
        print(f"{type(files).__name__}: drafts/* {seen}, * {top}, **/ke* {kept}")
        assert seen == ["/drafts/", "/drafts/a.png"] and top == [] and kept == []
        count = files.glob("drafts/*").remove()
        left = sorted(files.walk.files())
        print("  removed", count, "of them; left:", left, "drafts there:", files.exists("drafts"))
        assert left == ["/done/owl.png"] and not files.exists("drafts")
    disk.close()
PY
