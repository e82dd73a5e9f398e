"""Times, durations, sizes and ids as operators read them."""

from __future__ import annotations

from bot.operations import formatting


def test_durations_have_one_unit() -> None:
    expected = {0.314: "0.31 s", 59: "59 s", 300: "5 min", 10_000: "3 h", 172_800: "2 d"}
    assert {seconds: formatting.format_duration(seconds) for seconds in expected} == expected
    assert formatting.format_duration(None) == "-"


def test_sizes_have_one_unit() -> None:
    expected = {512: "512 B", 3_200_000: "3.2 MB", 2e9: "2.0 GB"}
    assert {count: formatting.format_bytes(count) for count in expected} == expected
