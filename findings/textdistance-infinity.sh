#!/usr/bin/env bash
# textdistance 4.6.3: a normalized distance is infinity, 3, or 1 for a text and itself; a cat is a dog.
# Guess: normalized_distance() lies between 0 and 1, where 0 means equal, as the README says of each algorithm.
# Seen: tanimoto has infinity for 猫 and 犬, and 1 for 猫 and 猫. arith_ncd has 3 for 猫 and 犬の絵, mlipns 0 for 猫 and 犬;
#   normalized_similarity() is then minus infinity, -2 and 1. Who sorts or clusters wishes by them gets nonsense without
#   an error. jaccard and levenshtein are right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet textdistance==4.6.3
"$folder/venv/bin/python" - <<'PY'
from math import inf

import textdistance

expected = {
    ("levenshtein", "猫", "猫"): (0, 1),
    ("levenshtein", "猫", "犬"): (1, 0),
    ("jaccard", "猫", "犬"): (1, 0),
    ("tanimoto", "猫", "猫"): (1, 0),
    ("tanimoto", "猫", "犬"): (inf, -inf),
    ("arith_ncd", "猫", "犬の絵"): (3, -2),
    ("arith_ncd", "猫", "犬"): (0, 1),
    ("mlipns", "猫", "犬"): (0, 1),
}
seen = {}
for name, one, other in expected:
    algorithm = getattr(textdistance, name)
    seen[name, one, other] = algorithm.normalized_distance(one, other), algorithm.normalized_similarity(one, other)
    print(f"{name}, {one} and {other}: distance and similarity {seen[name, one, other]}")
assert seen == expected, seen
PY
