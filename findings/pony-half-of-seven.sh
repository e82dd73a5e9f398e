#!/usr/bin/env bash
# pony 0.7.20: half of seven is three, and half an hour after half a second past noon is half past twelve sharp.
# Guess: a query in Python is what Python computes for each object: n / 2 of 7 is 3.5, of -7 n // 2 is -4 and n % 4 is 1; a time plus a
#   timedelta keeps its parts of a second.
# Seen: SQLite's whole numbers are divided as whole numbers, towards 0: 3, -3, -3. A wish with 7 likes of 10 isn't above a half, and prices
#   in sums are cut. Parts of a second go with each timedelta that is added. Floats are divided rightly. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pony==0.7.20
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import datetime, timedelta

from pony.orm import Database, Optional, Required, db_session, select

db = Database("sqlite", ":memory:")


class Wish(db.Entity):
    likes = Required(int)
    views = Required(int)
    price = Required(float)
    at = Optional(datetime)


db.generate_mapping(create_tables=True)
with db_session:
    for likes in (7, -7):
        Wish(likes=likes, views=10, price=likes, at=datetime(2026, 12, 1, 12, 0, 0, 500_000))
    wishes = list(Wish.select().order_by(Wish.id))
    wrong = []
    for text in ("x.likes / 2", "x.likes // 2", "x.likes % 4", "x.likes / x.views > 0.5", "x.price / 2", "x.likes * 3 - 1",
                 "x.at + timedelta(minutes=30)"):  # fmt: skip
        seen = [] if ">" in text else [row[1] for row in sorted(select(f"(x.id, {text}) for x in Wish"))]
        if ">" in text:
            chosen = {x.id for x in select(f"x for x in Wish if {text}")}
            seen = [x.id in chosen for x in wishes]
        right = [eval(text, {"x": x, "timedelta": timedelta}) for x in wishes]
        print(f"{text}: {seen}", "" if seen == right else f"(in Python: {right})")
        if seen != right:
            wrong.append((text, seen))
half = datetime(2026, 12, 1, 12, 30)
assert wrong == [
    ("x.likes / 2", [3, -3]),
    ("x.likes // 2", [3, -3]),
    ("x.likes % 4", [3, -3]),
    ("x.likes / x.views > 0.5", [False, False]),
    ("x.at + timedelta(minutes=30)", [half, half]),
]
PY
