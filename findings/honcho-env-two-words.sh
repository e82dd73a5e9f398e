#!/usr/bin/env bash
# honcho 2.0.0, python-dotenv 1.2.4: one .env means two things.
# Guess: a .env that `honcho start` and python-dotenv both read sets the same values for both.
# Seen: honcho joins words without their space and cuts a value at #, inside a word, too: 二枚 まで becomes 二枚まで, a key
#   ab#cd becomes ab. python-dotenv reads what stands there. Neither complains.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet honcho==2.0.0 python-dotenv==1.2.4
cd "$folder"
cat > .env <<'ENV'
SIMPLE=640
GREETING=二枚 まで
S3_KEY=ab#cd
COLOUR=#ff8800
QUOTED='ab#cd e'
ENV
cat > show.py <<'PY'
import json
import os

print("SEEN", json.dumps({name: os.environ.get(name) for name in ("SIMPLE", "GREETING", "S3_KEY", "COLOUR", "QUOTED")}))
PY
echo "show: $folder/venv/bin/python show.py" > Procfile
venv/bin/honcho start --no-prefix 2>&1 | grep SEEN > honcho.txt
venv/bin/python - <<'PY'
import json
from pathlib import Path

from dotenv import dotenv_values

honcho = json.loads(Path("honcho.txt").read_text().split("SEEN", 1)[1])
dotenv = dotenv_values(".env")
for name, value in dotenv.items():
    print(f"{name}: python-dotenv {value!r}, honcho {honcho[name]!r}")
assert dotenv == {"SIMPLE": "640", "GREETING": "二枚 まで", "S3_KEY": "ab#cd", "COLOUR": "#ff8800", "QUOTED": "ab#cd e"}, dotenv
assert honcho == {"SIMPLE": "640", "GREETING": "二枚まで", "S3_KEY": "ab", "COLOUR": None, "QUOTED": "ab#cd e"}, honcho
PY
