"""Durations in words, rounded as people do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import durations


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        ((12, 16), "あと20秒ほどです。"),
        ((3, 16), "あと10秒から20秒ほどです。"),
        ((35, 40), "あと40秒ほどです。"),
        ((41, 59), "あと50秒から1分ほどです。"),
        ((55, 61), "あと1分から2分ほどです。"),
        ((300, 540), "あと5分から9分ほどです。"),
        ((590, 601), "あと10分から15分ほどです。"),
        ((3000, 3600), "あと50分から1時間ほどです。"),
        ((4000, 20000), "あと2時間から6時間ほどです。"),
    ],
)
def test_times_are_rounded_as_people_do(seconds: tuple[float, float], sentence: str) -> None:
    assert durations.range_text(seconds, "ja") == sentence


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_any_time_can_be_told(one: float, other: float) -> None:
    for lang in ("ja", "en"):
        assert durations.range_text((min(one, other), max(one, other)), lang)


def test_in_english() -> None:
    assert (
        durations.range_text((35, 100), "en") == "It will take between 40 seconds and 2 min or so."
    )
    assert durations.range_text((4000, 4000), "en") == "It will take about 2 h."
