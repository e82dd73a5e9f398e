"""Whom an operator means."""

from __future__ import annotations

import pytest

from bot.operations import lookup
from bot.operations.lookup import NotIdentified
from bot.store import bans
from tests.bot.harness import GROUP, House

HARUTO = "U" + "b" * 32


def test_a_number_a_fingerprint_and_an_id_mean_the_same_person(house: House) -> None:
    number = house.job(house.add(chat=GROUP, user=HARUTO)).number
    typed = (HARUTO, bans.fingerprint(HARUTO)[:8], number, number.lower().replace("-", " "))
    with house.database.read() as db:
        assert {lookup.find_line_id(db, text, chat=False) for text in typed} == {HARUTO}
        assert lookup.find_line_id(db, number, chat=True) == GROUP


def test_the_error_says_why_nobody_is_meant(house: House) -> None:
    job_id = house.add(chat=GROUP, user=None)
    number = house.job(job_id).number
    expected = {"ひみつ": "no 受付番号", "000-000": "no job", "f" * 8: "nobody", number: "--chat"}
    for typed, reason in expected.items():
        with house.database.read() as db, pytest.raises(NotIdentified, match=reason):
            lookup.find_line_id(db, typed, chat=False)
    house.change(job_id, erased_at=1.0)
    with house.database.read() as db, pytest.raises(NotIdentified, match="erased"):
        lookup.find_line_id(db, number, chat=True)
