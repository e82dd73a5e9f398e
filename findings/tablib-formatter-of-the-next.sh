#!/usr/bin/env bash
# tablib 3.10.0: a column put in before another takes over its formatter.
# Guess: add_formatter("price", ...) formats the prices, wherever their column stands.
# Seen: the name is turned into a number at once. After insert_col(0, ...) the formatter works on the column that has now that number, the
#   names; after `del data["name"]` on the column behind the prices, or on none. Prices are written as they are. A subset has no
#   formatters at all, when what was sorted has. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tablib==3.10.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import tablib


def prices():
    """Return three columns whose prices are formatted."""
    data = tablib.Dataset(headers=["name", "price", "note"])
    data.append(["cat", "100", "ink"])
    data.append(["dog", "200", "oil"])
    data.add_formatter("price", lambda value: f"<{value}>")
    return data


plain, inserted, deleted = prices(), prices(), prices()
inserted.insert_col(0, ["1", "2"], header="number")
del deleted["name"]
part = prices().subset(cols=["price", "note"])
for label, data in (("as it was", plain), ("a column before it", inserted), ("one before it deleted", deleted), ("two columns", part)):
    print(f"{label}: {data.export('csv').split()}")
assert plain.export("csv").split() == ["name,price,note", "cat,<100>,ink", "dog,<200>,oil"]
assert inserted.export("csv").split() == ["number,name,price,note", "1,<cat>,100,ink", "2,<dog>,200,oil"]
assert deleted.export("csv").split() == ["price,note", "100,<ink>", "200,<oil>"]
assert part.export("csv").split() == ["price,note", "100,ink", "200,oil"]
print("sorted:", plain.sort("name", reverse=True).export("csv").split())
assert plain.sort("name", reverse=True).export("csv").split()[1] == "dog,<200>,oil"
PY
