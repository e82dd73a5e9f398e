"""The animals of the years: 「来年の干支」, and what is on a 年賀状 that names no subject."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from bot.prompt.japanese.grammar import close_seams
from bot.prompt.options.media import Purpose, medium_of
from bot.prompt.options.purposes import extract_purpose
from bot.prompt.request.reading import Reading

_JAPAN = timezone(timedelta(hours=9))
_ANIMALS = (  # from the year of 子, such as 2020, in words that are painted
    *("ねずみ", "牛", "虎", "うさぎ", "龍", "蛇"),
    *("馬", "羊", "猿", "にわとり", "犬", "いのしし"),
)
_YEAR_OF_RAT = 2020
_REIWA = 2018  # what is added to a year of 令和
_SIGN = "(?:干支|えと)(?:の(?:動物|どうぶつ|生き物|絵|イラスト))?"
_OF_YEAR = re.compile(
    "(?:(?P<word>今年|ことし|来年|らいねん|再来年|去年|昨年)|令和(?P<reiwa>[0-9]{1,3})年|"
    f"(?<![0-9])(?P<year>[0-9]{{4}})年)の?{_SIGN}"
)
_YEARS_ON = {"今年": 0, "ことし": 0, "来年": 1, "らいねん": 1, "再来年": 2, "去年": -1, "昨年": -1}
_ALONE = re.compile(f"^{_SIGN}$")
_ON_CARD = re.compile(f"(?<![一-龠ぁ-ん]){_SIGN}")  # not 「自分の干支」
_ENDING = re.compile("(?:の(?:絵|画像|イラスト|デザイン)|[にをで])$")
_KIND_OF_CARD = re.compile(  # 「和風の年賀状」: the animal in that manner
    "(?P<how>[^のをにでがと、 ]{1,10}(?:[風系調]の|い|な))年賀(?:状|はがき|ハガキ|葉書)"
)
_FOR_YEAR = re.compile("^(?:(?:来年|今年|令和[0-9]{1,3}年|[0-9]{4}年)の?)")


def zodiac_animal(year: int) -> str:
    """Return the animal of a year of the common era, 「羊」 for 2027."""
    return _ANIMALS[(year - _YEAR_OF_RAT) % len(_ANIMALS)]


def card_year(at: float) -> int:
    """Return the year that a 年賀状 made at this Unix time greets: in January that year by the
    clock of Japan, from February on the next."""
    today = datetime.fromtimestamp(at, _JAPAN)
    return today.year + (today.month > 1)


def with_zodiac(reading: Reading, at: float) -> Reading:
    """Return a wish with 「来年の干支」 as the animal that it is. at: Unix time when it was asked.

    A 年賀状 without a subject gets the animal of its year.
    """
    if names_card_alone(reading):
        animal = zodiac_animal(_named_year(reading.prompt, at) or card_year(at))
        if how := _KIND_OF_CARD.fullmatch(_ENDING.sub("", reading.prompt)):
            animal = how["how"] + animal
        purpose = reading.purpose or Purpose.NEW_YEAR_CARD
        return replace(reading, prompt=animal, purpose=purpose, problem=None)
    if reading.problem is not None:
        return reading
    is_card = reading.purpose is Purpose.NEW_YEAR_CARD
    named = (_ON_CARD if is_card else _ALONE).sub(
        zodiac_animal(card_year(at)),
        _OF_YEAR.sub(lambda match: zodiac_animal(_year_of(match, at)), reading.prompt),
    )
    return reading if named == reading.prompt else replace(reading, prompt=named)


def names_card_alone(reading: Reading) -> bool:
    """Return whether a text asks for a 年賀状 without saying what is to be on it."""
    if reading.problem is not None:
        return reading.problem == "only_controls" and reading.purpose is Purpose.NEW_YEAR_CARD
    subject = _FOR_YEAR.sub("", _ENDING.sub("", reading.prompt))
    if subject and medium_of(subject) is Purpose.NEW_YEAR_CARD:
        return True
    if _KIND_OF_CARD.fullmatch(subject):
        return True
    rest, purpose = extract_purpose(subject)  # 「年賀状に使いたいので」 is read as it stands
    return purpose is Purpose.NEW_YEAR_CARD and not close_seams(rest)


def _named_year(text: str, at: float) -> int | None:
    match = re.match(
        "(?:(?P<word>今年|来年)|令和(?P<reiwa>[0-9]{1,3})年|(?P<year>[0-9]{4})年)", text
    )
    return _year_of(match, at) if match else None


def _year_of(match: re.Match[str], at: float) -> int:
    if match["year"]:
        return int(match["year"])
    if match["reiwa"]:
        return _REIWA + int(match["reiwa"])
    return datetime.fromtimestamp(at, _JAPAN).year + _YEARS_ON[match["word"]]
