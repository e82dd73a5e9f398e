#!/usr/bin/env bash
# rapidfuzz 3.14.6: a cat and a dog are the same to 100 per cent, if they are emoji.
# Guess: default_process, which is there to make texts comparable, leaves a lone emoji what it is, or the score is 0.
# Seen: it makes an empty text of it, and two empty texts score 100 with ratio, so extractOne("🐱") with it answers with
#   whatever sign stands first. With WRatio, the default there, the equal one gets 0 as well. Without the processor all is
#   right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet rapidfuzz==3.14.6
"$folder/venv/bin/python" - <<'PY'
from rapidfuzz import fuzz, process, utils

CHOICES = ["犬", "🐶", "🐱"]
for one, other in (("🐱", "🐶"), ("💛", "💔"), ("！", "？"), ("🐱", "🐱")):
    scores = {scorer.__name__: scorer(one, other, processor=utils.default_process) for scorer in (fuzz.ratio, fuzz.WRatio)}
    print(f"{one} and {other}: {scores}, without processor {fuzz.ratio(one, other)}")
    assert scores == {"ratio": 100, "WRatio": 0}
    assert fuzz.ratio(one, other) == (100 if one == other else 0)
found = process.extractOne("🐱", CHOICES, scorer=fuzz.ratio, processor=utils.default_process)
plain = process.extractOne("🐱", CHOICES)
print(f"extractOne: {found}, without scorer and processor {plain}")
assert found == ("🐶", 100, 1) and plain == ("🐱", 100, 2)
PY
