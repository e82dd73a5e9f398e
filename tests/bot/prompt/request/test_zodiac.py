"""The animals of the years, by the clock of Japan."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.prompt import Purpose, read
from bot.prompt.request.zodiac import card_year, with_zodiac, zodiac_animal


def at(text: str) -> float:
    """The Unix time of a UTC date and time."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


YEARS = {  # in UTC: Japan is nine hours ahead
    "2026-11-01T00:00": 2027,
    "2026-12-31T14:59": 2027,
    "2026-12-31T15:00": 2027,
    "2027-01-31T14:59": 2027,
    "2027-01-31T15:00": 2028,
    "2027-12-31T14:59": 2028,
    "2027-12-31T15:00": 2028,
}
WISHES = {  # late in 2026 in Japan: what is painted, and whether it is a 年賀状
    "今年の干支": ("馬", False),
    "来年の干支を描いて": ("羊", False),
    "来年の干支の動物": ("羊", False),
    "再来年の干支": ("猿", False),
    "2030年の干支": ("犬", False),
    "令和9年の干支": ("羊", False),
    "干支": ("羊", False),
    "雪の上の来年の干支": ("雪の上の羊", False),
    "年賀状に使いたいので、来年の干支": ("羊", True),
    "年賀状用に干支と富士山": ("羊と富士山", True),
    "年賀状に使いたいので": ("羊", True),
    "年賀状": ("羊", True),
    "年賀状を作って": ("羊", True),
    "来年の年賀状": ("羊", True),
    "今年の年賀状": ("馬", True),
    "2028年の年賀状": ("猿", True),
    "年賀状のデザイン": ("羊", True),
    "年賀状に使いたいので、富士山": ("富士山", True),
    "年賀状に": ("羊", True),
    "年賀状に使いたいです": ("羊", True),
    "富士山の年賀状": ("富士山", True),
    "和風の年賀状": ("和風の羊", True),
    "かわいい年賀状を作って": ("かわいい羊", True),
    "干支の年賀状": ("羊", True),
    "机の上の年賀状": ("机の上の年賀状", False),
    "年賀状を書く人": ("年賀状を書く人", False),
    "自分の干支": ("自分の干支", False),
    "99999年の干支": ("99999年の干支", False),
    "干支の置物": ("干支の置物", False),
    "猫": ("猫", False),
}


def test_the_twelve_animals_return() -> None:
    assert [zodiac_animal(year) for year in (2024, 2025, 2026, 2027, 2039, 2019)] == [
        *("龍", "蛇", "馬", "羊", "羊", "いのしし")
    ]
    assert len({zodiac_animal(year) for year in range(1988, 2000)}) == 12


def test_a_card_is_for_the_next_new_year_and_in_january_for_this() -> None:
    assert {text: card_year(at(text)) for text in YEARS} == YEARS


def test_wishes_name_the_animal() -> None:
    asked = at("2026-12-31T14:59")
    wrong = {}
    for text, expected in WISHES.items():
        reading = with_zodiac(read(text), asked)
        found = (reading.prompt, reading.purpose is Purpose.NEW_YEAR_CARD)
        if found != expected or reading.problem:
            wrong[text] = (found, reading.problem)
    assert wrong == {}


def test_this_year_begins_at_midnight_in_japan() -> None:
    reading = read("今年の干支")
    painted = [
        with_zodiac(reading, at(text)).prompt for text in ("2026-12-31T14:59", "2026-12-31T15:00")
    ]
    assert painted == ["馬", "羊"]
