#!/usr/bin/env bash
# voluptuous 0.16.0: in a set, and in Unordered, what a validator makes of a value is thrown away.
# Guess: Schema({All(str, Lower)}) makes a set of small letters, as Schema([All(str, Lower)]) does a list; Unordered takes any order.
# Seen: the set comes back as it was, in capitals, with numbers as text and defaults left out, and so does what Unordered takes, while lists,
#   tuples and ExactSequence are changed. Of [number or word, number] Unordered takes ["a", 1] and refuses [1, "a"].
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet voluptuous==0.16.0
"$folder/venv/bin/python" - <<'PY'
from itertools import permutations

from voluptuous import All, Any, Coerce, ExactSequence, Invalid, Lower, Required, Schema, Strip, Unordered

tag = All(str, Strip, Lower)
right = Schema([tag])([" Cat", "DOG"])
assert right == ["cat", "dog"] and Schema((tag,))((" Cat",)) == ("cat",)
for kind in (set, frozenset):
    seen = Schema(kind([tag]))(kind([" Cat", "DOG", "dog"]))
    print(f"{kind.__name__}: {sorted(seen)}, of a list: {right}")
    assert seen == kind([" Cat", "DOG", "dog"]), f"a {kind.__name__} is changed now"
seen = Schema({"numbers": {Coerce(int)}})({"numbers": {"4", "8"}})
print("numbers in a set:", sorted(seen["numbers"]), "in a list:", Schema([Coerce(int)])(["4", "8"]))
assert seen == {"numbers": {"4", "8"}}, seen

wish = {Required("count", default=1): Coerce(int)}
assert Schema(ExactSequence([wish, tag]))([{"count": "4"}, "CAT"]) == [{"count": 4}, "cat"]
seen = [Schema(Unordered([wish, tag]))(value) for value in ([{"count": "4"}, "CAT"], [{}, "CAT"])]
print("Unordered:", seen)
assert seen == [[{"count": "4"}, "CAT"], [{}, "CAT"]], f"Unordered changes its values now: {seen}"

taken = []
for values in permutations([1, "a"]):
    try:
        taken.append(Schema(Unordered([Any(int, str), int]))(list(values)))
    except Invalid as error:
        print(f"Unordered refuses {list(values)}: {error}")
print("and takes", taken)
assert taken == [["a", 1]], f"Unordered takes {taken} now"
PY
