"""Flags and the named values beside them."""

from __future__ import annotations

from bot.store import flags, key_values
from tests.bot.harness import House


def test_defaults(house: House) -> None:
    with house.database.read() as db:
        assert flags.get_flags(db) == (True, False, None, None, None)


def test_other_values_are_no_flags(house: House) -> None:
    with house.database.write() as db:
        key_values.put(db, "memory of somebody", {"told": ["x"] * 1000})
        flags.set_flag(db, flags.ACCEPTING, on=False)
        assert flags.get_flags(db)[:2] == (False, False)


def test_values_are_stored_by_name(house: House) -> None:
    with house.database.write() as db:
        assert key_values.get(db, "a_b:1") is None
        key_values.put(db, "a_b:1", {"n": 1})
        key_values.put(db, "a_b:1", {"n": 2})
        key_values.put(db, "axb:2", True)
        assert key_values.get(db, "a_b:1") == {"n": 2}
        assert list(key_values.get_many(db, "axb:2", "missing")) == ["axb:2"]
        assert list(key_values.get_prefixed(db, "a_b:")) == ["a_b:1"], "_ is no wildcard"
        assert key_values.drop(db, "a_b:1")
        assert not key_values.drop(db, "a_b:1")
