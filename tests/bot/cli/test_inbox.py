"""The command inbox."""

from __future__ import annotations

from bot.store import inbox, schema
from tests.bot.cli.shell import Shell
from tests.bot.harness import AOI, House


def test_what_was_set_aside_is_shown_without_its_words(shell: Shell, house: House) -> None:
    number = house.park_event("ひみつの絵")
    answer = shell("inbox", status=1)
    assert "01HPARKED" in answer
    assert "ひみつ" not in answer
    assert AOI not in answer
    assert shell.json("inbox", status=1)["parked"] == 1
    shell("inbox", "--drop", str(number + 1), status=1)
    shell("inbox", "--drop", "9" * 20, status=2)  # no number that a database holds
    shell("inbox", "--drop", str(number))
    assert house.rows(schema.inbox) == []
    empty = {"waiting": 0, "parked": 0, "oldest_age": 0.0, "events": []}
    assert shell.json("inbox") == empty


def test_one_is_tried_again(shell: Shell, house: House) -> None:
    """Also while the broker is away: then the sweep finds it."""
    number = str(house.park_event("x"))
    assert "1 event of LINE waits" in shell("inbox", "--retry", number)
    with house.database.read() as db:
        assert inbox.has_due(db)
