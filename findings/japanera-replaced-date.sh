#!/usr/bin/env bash
# japanera 2.1.3: a date of an era can be neither copied nor pickled, and replaced it can lose its era.
# Guess: EraDate is a datetime.date with an era, so replace(), copy and pickle give one as well, as + and - do.
# Seen: copy() and pickle, which queues and process pools use, are a TypeError. With Python 3.11 and 3.12 what replace(day=1)
#   gives is an EraDate without era, whose strftime() is an AttributeError; from 3.13 on it is right. EraDateTime
#   alike. Added to, the era changes with the date: 平成31年4月30日 and a day is 令和1年5月1日.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet japanera==2.1.3
"$folder/venv/bin/python" - <<'PY'
import copy, pickle, sys
from datetime import timedelta

from japanera import EraDate, EraDateTime

FORMAT = "%-K%-y年%m月%d日"


def told(make):
    try:
        return make().strftime(FORMAT)
    except (AttributeError, TypeError) as error:
        return type(error).__name__


days = (EraDate(2019, 4, 30), EraDateTime(2019, 4, 30, 12, 0))
for day in days:
    seen = {
        "itself": told(lambda: day),
        "plus a day": told(lambda: day + timedelta(days=1)),
        "replace": told(lambda: day.replace(day=1)),
        "copy": told(lambda: copy.copy(day)),
        "pickle": told(lambda: pickle.loads(pickle.dumps(day))),
    }
    for name, result in seen.items():
        print(f"{type(day).__name__:12} {name:10} {result}")
    replaced = day.replace(day=1)
    assert type(replaced) is type(day), type(replaced)
    assert replaced.isoformat()[:10] == "2019-04-01"
    assert hasattr(replaced, "era") == (sys.version_info >= (3, 13))
    assert seen == {
        "itself": "平成31年04月30日",
        "plus a day": "令和01年05月01日",
        "replace": "平成31年04月01日" if sys.version_info >= (3, 13) else "AttributeError",
        "copy": "TypeError",
        "pickle": "TypeError",
    }, seen
PY
