#!/usr/bin/env bash
# ja-timex 0.2.8: the crescent moon is the third of the month, and the text found is not in the text.
# Guess: words that merely hold a number (三日月, 千年桜, 三日坊主) are no dates; `text` is a piece of the input.
# Seen: each is a date; kanji numbers are rewritten in `text`; 明日 is a duration of one day, not a date,
#   even with a reference time; 来年 a duration of one year.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ja-timex==0.2.8
"$folder/venv/bin/python" - <<'PY'
import datetime, warnings

warnings.simplefilter("ignore")
from ja_timex import TimexParser

try:
    import pendulum

    reference = pendulum.datetime(2026, 11, 28)
except ImportError:
    reference = datetime.datetime(2026, 11, 28, tzinfo=datetime.UTC)
parser = TimexParser(reference=reference)
expected = {
    "三日月": ("3日", "DATE", "XXXX-XX-03"),
    "千年桜": ("1000年", "DATE", "1000-XX-XX"),
    "三日坊主": ("3日", "DATE", "XXXX-XX-03"),
    "五月人形": ("5月", "DATE", "XXXX-05-XX"),
    "明日": ("明日", "DURATION", "P1D"),
    "来年": ("来年", "DURATION", "P1Y"),
}
seen = {}
for text in expected:
    [found] = parser.parse(text)
    seen[text] = found.text, found.type, found.value
    print(text, seen[text], "in the text" if found.text in text else "not in the text")
assert seen == expected, seen
PY
