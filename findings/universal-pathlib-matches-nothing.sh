#!/usr/bin/env bash
# universal-pathlib 0.3.10: outside of plain local paths, match("*.png") is never true, and glob("*/") yields files.
# Guess: a UPath of an object store or of file:// answers match and glob as pathlib does, and as UPath("/tmp/b/cat.png") does.
# Seen: match compares the pattern with the whole path, protocol and bucket too: "*.png", "b/*.png" and "cat.png" are all False, so that
#   a filter by match lets nothing through; UPath("/tmp/...") says True. "*/", which asks for folders, yields every file beside them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet universal-pathlib==0.3.10 fsspec==2026.9.0
"$folder/venv/bin/python" - "$folder" <<'PY'
import sys
from pathlib import Path

from upath import UPath

PATTERNS = ("*.png", "cat.png", "b/*.png", "c?t.*", "*.jpg", "sub/*.png")


def fill(base):
    for name in ("cat.png", "note.txt", "sub/dog.png"):
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(name)
    return base


bases = {
    "pathlib": fill(Path(sys.argv[1]) / "one" / "b"),
    "UPath, local": fill(UPath(sys.argv[1]) / "two" / "b"),
    "UPath, file://": fill(UPath(f"file://{sys.argv[1]}/three/b")),
    "UPath, memory://": fill(UPath("memory://pictures/b")),
}
seen = {name: [(base / "cat.png").match(pattern) for pattern in PATTERNS] for name, base in bases.items()}
for name, answers in seen.items():
    matched = [pattern for pattern, answer in zip(PATTERNS, answers, strict=True) if answer]
    print(f"{name}: cat.png matches {matched}")
assert seen["pathlib"] == seen["UPath, local"] == [True] * 4 + [False] * 2
for name in ("UPath, file://", "UPath, memory://"):
    assert not any(seen[name]), f"{name} matches {seen[name]} now"

kept = {name: sum(path.match("*.png") for path in base.rglob("*")) for name, base in bases.items()}
print("pictures kept by match('*.png'):", kept)
assert kept == {"pathlib": 2, "UPath, local": 2, "UPath, file://": 0, "UPath, memory://": 0}, kept

folders = {name: sorted(path.name for path in base.glob("*/")) for name, base in bases.items()}
print("folders by glob('*/'):", folders)
assert folders["pathlib"] == folders["UPath, local"] == ["sub"]
for name in ("UPath, file://", "UPath, memory://"):
    assert folders[name] == ["cat.png", "note.txt", "sub"], f"{name} finds {folders[name]} now"
PY
