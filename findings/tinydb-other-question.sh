#!/usr/bin/env bash
# tinydb 4.9.0: a search is answered with what another search found.
# Guess: search() remembers answers by the query, so that matches("cat") and matches("cat", re.IGNORECASE) are two, and so are
#   where("first").fragment(...) and where("second").fragment(...).
# Seen: the flags of `matches` and `search` and the field of `fragment` are not part of what it remembers: whichever is asked first is the
#   answer to the other, until something is written, and `count` counts it. `get`, which remembers nothing, is right beside it, and a table
#   with cache_size=0 is.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tinydb==4.9.0
"$folder/venv/bin/python" - <<'PY'
import re

from tinydb import TinyDB, where
from tinydb.storages import MemoryStorage

WISHES = [
    {"wish": "cat", "first": {"colour": "black"}, "second": {"colour": "white"}},
    {"wish": "Cat on a roof", "first": {"colour": "red"}, "second": {"colour": "black"}},
    {"wish": "a CAT", "first": {"colour": "red"}, "second": {"colour": "red"}},
]
PAIRS = {
    "matches and its flags": (where("wish").matches("cat"), where("wish").matches("cat", re.IGNORECASE)),
    "search and its flags": (where("wish").search("cat"), where("wish").search("cat", re.IGNORECASE)),
    "fragment of two fields": (where("first").fragment({"colour": "black"}), where("second").fragment({"colour": "black"})),
}


def fill(table):
    table.insert_multiple(WISHES)
    return table


def names(found):
    return [wish["wish"] for wish in found]


for what, (first, second) in PAIRS.items():
    right = [names(wish for wish in WISHES if query(wish)) for query in (first, second)]
    assert right[0] != right[1]
    table = fill(TinyDB(storage=MemoryStorage).table("wishes"))
    plain = fill(TinyDB(storage=MemoryStorage).table("wishes", cache_size=0))
    seen = [names(table.search(query)) for query in (first, second)]
    print(f"{what}: {seen}, right: {right}")
    assert [names(plain.search(query)) for query in (first, second)] == right
    assert seen[0] == right[0] and seen[1] == right[0], f"{what}: the second is {seen[1]} now"
    assert table.count(second) == len(seen[1]) and table.get(second) is not None
    assert [table.get(second)["wish"], plain.count(second)] == [right[1][0], len(right[1])]
    table.insert({"wish": "a dog"})
    backwards = [names(table.search(query)) for query in (second, first)]
    assert backwards == [right[1]] * 2, f"{what}: the first is {backwards[1]} now"
print("asked the other way round, the first is answered as the second")
PY
