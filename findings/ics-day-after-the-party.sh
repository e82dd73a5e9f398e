#!/usr/bin/env bash
# ics 0.7.3: a party of one day is on the next day too, and a visit that ended at ten is still there at ten.
# Guess: timeline.on(day) gives the events of that day; an end is the first moment at which an event is over, as RFC 5545 has it and as an
#   all-day event's end of the next midnight says.
# Seen: an end that touches the day counts. Every all-day event is on the day after it as well, and one that ends at midnight; at ten o'clock
#   both the visit that ends then and the one that begins are "occurring". on(day, strict=True) leaves the one-day event out on its own
#   day, so that neither gives the events of a day. Two visits, one after the other, intersect. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ics==0.7.3
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import arrow
from ics import Calendar, Event

party = Event(name="party", begin="2026-12-01")
party.make_all_day()
first = Event(name="first", begin="2026-12-01 09:00", end="2026-12-01 10:00")
second = Event(name="second", begin="2026-12-01 10:00", end="2026-12-01 11:00")
late = Event(name="late", begin="2026-12-01 22:00", end="2026-12-02 00:00")
timeline = Calendar(events=[party, first, second, late]).timeline


def names(events):
    return sorted(event.name for event in events)


print("the party:", party.begin, "to", party.end, party.duration)
for day in ("2026-12-01", "2026-12-02"):
    moment = arrow.get(day)
    print(day, "on:", names(timeline.on(moment)), "strict:", names(timeline.on(moment, strict=True)))
    right = [event for event in (party, first, second, late) if event.begin < moment.shift(days=1) and event.end > moment]
    print(" ", "right:", names(right))
assert names(timeline.on(arrow.get("2026-12-02"))) == ["late", "party"]
assert names(timeline.on(arrow.get("2026-12-01"), strict=True)) == ["first", "second"]

ten = names(timeline.at(arrow.get("2026-12-01 10:00")))
print("at ten:", ten, "they intersect:", first.intersects(second))
assert ten == ["first", "party", "second"] and first.intersects(second)
PY
