"""The delays between tries: one after the other, and the last for ever."""

from __future__ import annotations

import pytest

from bot.backoff import retry_delay


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 1.0), (1, 1.0), (2, 3.0), (3, 10.0), (4, 10.0), (300, 10.0)]
)
def test_each_failure_lengthens_the_delay_until_the_last(failures: int, seconds: float) -> None:
    assert retry_delay((1.0, 3.0, 10.0), failures) == seconds
