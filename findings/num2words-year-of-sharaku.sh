#!/usr/bin/env bash
# num2words 0.5.14: twenty-two years of the time of the woodblock prints are in a wrong year of a wrong era.
# Guess: num2words(1794, lang="ja", to="year"), the year of Sharaku's prints, is 寛政六年; a reading is read as people say it.
# Seen: it is 天明十四年, an era that had nine years: 寛政 is noted as from 1801 on, and so its twelve years are those of 天明. 1773 to
#   1780 (安永) and 1801 to 1803 are one year off. All other years since 1600 are right. 四年 is read よんねん, not よねん.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet num2words==0.5.14 jeraconv==0.2.1
"$folder/venv/bin/python" - <<'PY'
from jeraconv.jeraconv import J2W, W2J
from num2words import num2words


def era_names(year):
    """Return what the year is called on its first and on its last day, by jeraconv."""
    for month, day in ((1, 1), (12, 31)):
        era, number, *_ = W2J().convert(year, month, day, return_type="tuple")
        yield era + ("元年" if number == 1 else num2words(number, lang="ja") + "年")


wrong = {}
for year in range(1600, 2027):
    seen, right = num2words(year, lang="ja", to="year"), list(era_names(year))
    if seen not in right:
        wrong[year] = (seen, right[0])
for year in (1776, 1790, 1794, 1800, 1803):
    print(f"{year}: {wrong[year][0]}, right: {wrong[year][1]}")
assert wrong[1794] == ("天明十四年", "寛政六年"), f"1794 is {wrong.get(1794)} now"
assert J2W().convert("寛政6年") == 1794
years = [*range(1773, 1781), *range(1790, 1804)]
print(len(wrong), "years are wrong:", *wrong)
assert list(wrong) == years, f"wrong are {list(wrong)} now"
assert num2words(1788, lang="ja", to="year") == "天明八年" and num2words(1804, lang="ja", to="year") == "文化元年"

seen = num2words(2022, lang="ja", to="year", reading=True)
print("2022 is read", seen)
assert seen == "れいわよんねん" and num2words(2027, lang="ja", to="year", reading=True) == "れいわくねん", seen
PY
