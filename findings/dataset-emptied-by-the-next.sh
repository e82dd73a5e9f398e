#!/usr/bin/env bash
# dataset 2.0.0: update_many empties the fields that another row of the call has.
# Guess: update_many(rows, ["id"]) does what update(row, ["id"]) does for each row, faster: fields that a row does not name stay as they are.
# Seen: every field of any row so far is set in all rows of a chunk of a thousand, and to nothing where a row does not name it. One row with
#   a price and one with a note: the first has lost its note, the second its price. In chunks of one the second still loses what the
#   first has named. upsert_many does it one by one and is right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet dataset==2.0.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import dataset


def table():
    """Return two rows, each with a price and a note."""
    rows = dataset.connect("sqlite:///:memory:")["pictures"]
    rows.insert_many([{"id": 1, "price": 100, "note": "cat"}, {"id": 2, "price": 200, "note": "dog"}])
    return rows


def content(rows):
    return [tuple(row.values()) for row in rows.find(order_by="id")]


CHANGES = [{"id": 1, "price": 150}, {"id": 2, "note": "owl"}]
RIGHT = [(1, 150, "cat"), (2, 200, "owl")]
one, many, small, upsert = table(), table(), table(), table()
for change in CHANGES:
    one.update(change, ["id"])
many.update_many(CHANGES, ["id"])
small.update_many(CHANGES, ["id"], chunk_size=1)
upsert.upsert_many(CHANGES, ["id"])
for name, rows in (("update, one by one", one), ("update_many", many), ("in chunks of one", small), ("upsert_many", upsert)):
    print(f"{name}: {content(rows)}")
assert content(one) == content(upsert) == RIGHT
assert content(small) == [(1, 150, "cat"), (2, None, "owl")]
assert content(many) == [(1, 150, None), (2, None, "owl")]
PY
