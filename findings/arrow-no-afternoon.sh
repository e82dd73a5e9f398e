#!/usr/bin/env bash
# arrow 1.4.0: in Japanese the half of the day is left out, and 15:30 reads as half past three in the night.
# Guess: format("a h:mm", locale="ja") is 午後 3:30, or PM 3:30 where arrow has no word for it, as "pm 3:30" is in English.
# Seen: it is " 3:30" for 03:30 and 15:30 alike, with "a" and with "A", and so it is in Korean, Chinese and 139 more of the 189
#   locales, whose names of months and weekdays are there. get() reads what format() wrote, with the same format, as the night. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet arrow==1.4.0 tzdata==2026.6
"$folder/venv/bin/python" - <<'PY'
import arrow
from arrow import locales

NIGHT = arrow.get(2026, 12, 1, 3, 30, tzinfo="Asia/Tokyo")
AFTERNOON = NIGHT.shift(hours=12)
FORMAT = "YYYY-MM-DD a h:mm"


def written(locale):
    return [time.format("MMMM dddd a h:mm", locale=locale) for time in (NIGHT, AFTERNOON)]


for locale in ("en", "th", "ja", "ko", "zh"):
    print(locale, *written(locale), sep=" | ")
assert written("en") == ["December Tuesday am 3:30", "December Tuesday pm 3:30"]
assert written("ja") == ["12月 火曜日  3:30"] * 2, written("ja")
alike = [
    locale
    for locale in locales._locale_map
    if NIGHT.format("a A h:mm", locale=locale) == AFTERNOON.format("a A h:mm", locale=locale)
]
print(f"{len(alike)} of {len(locales._locale_map)} locales write both alike")
assert len(alike) == 142 and len(locales._locale_map) == 189
for locale, read in (("en", AFTERNOON), ("ja", NIGHT)):
    text = AFTERNOON.format(FORMAT, locale=locale)
    again = arrow.get(text, FORMAT, locale=locale, tzinfo="Asia/Tokyo")
    print(f"{AFTERNOON} is written as {text} in {locale} and read again as {again}")
    assert again == read, again
PY
