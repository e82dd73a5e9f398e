#!/usr/bin/env bash
# cron-descriptor 2.2.1: in Japanese and 25 other languages, what runs at 15:30 is described as running at 03:30.
# Guess: a description in Japanese says 15:30 or 午後3:30, whatever the option for times of 24 hours.
# Seen: the option is False unless it is set, and then twelve hours are counted in every language, while AM and PM are left out in
#   most: afternoon is morning, noon and midnight are both 12:00, and two cron lines have one description.
#   English, Greek and Hungarian tell them apart.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cron-descriptor==2.2.1
"$folder/venv/bin/python" - <<'PY'
from pathlib import Path

import cron_descriptor
from cron_descriptor import Options, get_description


def described(line, language, day_of_24_hours=False):
    options = Options()
    options.locale_code = language
    options.use_24hour_time_format = options.use_24hour_time_format or day_of_24_hours
    return get_description(line, options)


for line in ("30 3 * * *", "30 15 * * *", "0 0 * * *", "0 12 * * *"):
    print(line, *(described(line, language) for language in ("en_US", "ja_JP")), described(line, "ja_JP", True), sep="   ")
languages = sorted(path.stem for path in (Path(cron_descriptor.__file__).parent / "locale").glob("*.mo"))
lost = [language for language in languages if described("30 15 * * *", language) == described("30 3 * * *", language)]
print("15:30 reads like 3:30 in", len(lost), "of", len(languages), "languages:", *lost)
assert described("30 15 * * *", "ja_JP").endswith(" 03:30")
assert described("0 0 * * *", "ja_JP") == described("0 12 * * *", "ja_JP")
assert described("30 15 * * *", "ja_JP", True).endswith(" 15:30")
assert len(lost) == 26 and {"ja_JP", "ko_KR", "zh_CN", "zh_TW", "de_DE", "fr_FR"} <= set(lost), lost
assert not {"en_US", "el_GR", "hu_HU"} & set(lost)
PY
