#!/usr/bin/env bash
# jpnorm 0.1.3: for its search preset 三〇〇〇円 costs 三〇〇円, and for its comparison -5度 is exactly 5度.
# Guess: numbers that differ stay different: repeat_limit leaves digits alone, signs next to digits are kept to tell them apart.
# Seen: for_search takes 〇〇〇 for a letter typed too often, so 3000 yen become 300 and the year 二〇〇〇年 200; 3000円 stays.
#   for_compare drops the minus, so strategy="exact" finds five degrees of frost equal to five of warmth, and takes the
#   version 3.10 for a decimal. Of one time of day it reads only half: 二時三十分 is 二時30分, which is not 2時30分.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jpnorm==0.1.3
"$folder/venv/bin/python" - <<'PY'
from jpnorm import Normalizer, compare

SEARCH, COMPARE = Normalizer("for_search"), Normalizer("for_compare")

expected = {
    "3000円": "3000円",
    "三〇〇円": "三〇〇円",
    "三〇〇〇円": "三〇〇円",
    "二〇〇〇年": "二〇〇年",
    "二〇二六年": "二〇二六年",
}
seen = {text: SEARCH.normalize(text) for text in expected}
for text, result in seen.items():
    print(f"for_search: {text} -> {result}")
assert seen == expected, seen

PAIRS = (
    ("三〇〇〇円", "3000円", True),
    ("三〇〇〇円", "三〇〇円", False),
    ("気温は五度", "気温は5度", True),
    ("気温は-5度", "気温は5度", True),
    ("気温は−5℃", "気温は5℃", True),
    ("Python 3.10", "Python 3.1", True),
    ("Python 3.11", "Python 3.1", False),
    ("十二時三十分", "12時30分", True),
    ("二時三十分", "2時30分", False),
)
for one, other, same in PAIRS:
    result = compare(one, other, strategy="exact", normalizer=COMPARE)
    texts = COMPARE.normalize(one), COMPARE.normalize(other)
    print(f"for_compare: {one} and {other} match: {result.matched}, as {texts}")
    assert result.matched is same, (one, other, texts)
assert COMPARE.normalize("二時三十分") == "二時30分"
PY
