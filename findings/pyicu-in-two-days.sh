#!/usr/bin/env bash
# PyICU 2.16.2 (icukit-pyicu 78.3.1, with ICU 78.3): in two days is "this Thursday", whatever day it is.
# Guess: RelativeDateTimeFormatter.format(2, URelativeDateTimeUnit.DAY) is 明後日, as format(2, DAY) is in ICU's C++ and Java.
# Seen: two numbers are read as the other overload's direction and absolute unit: 1, 2 and 3 days are last, this and next
#   Thursday, hours Fridays, weeks Wednesdays; two seconds are today. 0 is an empty text, -1 an error, and so are 2.0 days,
#   so this overload cannot be called at all. formatNumeric is right, but says 2 日後.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet icukit-pyicu==78.3.1
"$folder/venv/bin/python" - <<'PY'
import icu

unit = icu.URelativeDateTimeUnit
formatter = icu.RelativeDateTimeFormatter(icu.Locale("ja"))
english = icu.RelativeDateTimeFormatter(icu.Locale("en"))
print("PyICU", icu.VERSION, "ICU", icu.ICU_VERSION)


def said(number, of):
    try:
        return formatter.format(number, of)
    except (icu.ICUError, icu.InvalidArgsError) as error:
        return type(error).__name__


days = {number: said(number, unit.DAY) for number in (-1, 0, 1, 2, 3)}
print("days:", days)
assert [days[number] for number in (1, 2, 3)] == ["先週の木曜日", "今週の木曜日", "来週の木曜日"], days
assert days[0] == "" and days[-1] == "ICUError", days
print("in English:", english.format(2, unit.DAY))
assert english.format(2, unit.DAY) == "this Thursday"
others = {name: said(2, getattr(unit, name)) for name in ("WEEK", "HOUR", "MINUTE", "SECOND")}
print("two of others:", others)
assert others == {"WEEK": "今週の水曜日", "HOUR": "今週の金曜日", "MINUTE": "今週の土曜日", "SECOND": "今日"}, others
assert said(2.0, unit.DAY) == said(-1.0, unit.DAY) == "InvalidArgsError"
print("formatNumeric:", formatter.formatNumeric(2, unit.DAY), "/", formatter.formatNumeric(-1, unit.DAY))
assert formatter.formatNumeric(2, unit.DAY).replace(" ", "") == "2日後"
assert formatter.format(icu.UDateDirection.NEXT_2, icu.UDateAbsoluteUnit.DAY) == "明後日"
PY
