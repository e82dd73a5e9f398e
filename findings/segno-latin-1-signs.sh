#!/usr/bin/env bash
# segno 1.6.6 and zxing-cpp 3.1.1: a QR code that one writes, the other reads otherwise.
# Guess: what segno encodes by default, zxing-cpp decodes to the same text.
# Seen: segno takes ISO 8859-1 where the text fits, and says so nowhere in the code. zxing-cpp takes the bytes
#   of ¥100 for Shift JIS: ･100. £5 is ｣5, 5×7 is 5ﾗ7; café stays café. お年玉 ¥100 is written in Shift JIS,
#   whose ¥ comes back as a backslash. With encoding="utf-8" all of them come back as typed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet segno==1.6.6 zxing-cpp==3.1.1 pillow==13.0.0
"$folder/venv/bin/python" - <<'PY'
import io

import segno
import zxingcpp
from PIL import Image


def read_back(text, encoding=None):
    file = io.BytesIO()
    segno.make(text, micro=False, encoding=encoding).save(file, kind="png", scale=6, border=4)
    return [code.text for code in zxingcpp.read_barcodes(Image.open(file).convert("L"))]


texts = ["¥100", "£5", "5×7", "café", "夜の富士山", "お年玉 ¥100"]
seen = {text: read_back(text) for text in texts}
print(seen)
assert seen["¥100"] == ["･100"], seen
assert seen["£5"] == ["｣5"], seen
assert seen["5×7"] == ["5ﾗ7"], seen
assert seen["お年玉 ¥100"] == ["お年玉 \\100"], seen
for text in ("café", "夜の富士山"):
    assert seen[text] == [text], seen
assert all(read_back(text, "utf-8") == [text] for text in texts)
PY
