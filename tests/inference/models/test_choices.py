"""What was measured once is not measured again on the same machine."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from inference.models import choices


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "efude" / "choices"


def test_the_first_answer_stays() -> None:
    assert choices.recall("order", lambda: "last") == "last"
    assert choices.recall("order", lambda: "first") == "last"
    assert choices.recall("type", lambda: "half") == "half"
    assert choices.remembered() == {"order": "last", "type": "half"}
    assert choices.forget() == 2
    assert choices.remembered() == {}
    assert choices.recall("order", lambda: "first") == "first"


def test_another_machine_chooses_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    choices.recall("order", lambda: "last")
    monkeypatch.setattr(choices, "machine", lambda: "another")
    assert choices.remembered() == {}
    assert choices.recall("order", lambda: "first") == "first"


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"choice"', '{"machine": 3}'])
def test_a_damaged_file_is_replaced(cache: Path, content: str) -> None:
    choices.recall("order", lambda: "last")
    (file,) = cache.iterdir()
    file.write_text(content)
    assert choices.remembered() == {}
    assert choices.recall("order", lambda: "first") == "first"
    assert choices.recall("order", lambda: "last") in {"first", "last"}


def test_without_a_place_to_write_it_is_chosen_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert choices.recall("order", lambda: "last") == "last"
    assert choices.recall("order", lambda: "first") == "first"
    assert choices.remembered() == {}


def test_of_two_that_choose_at_once_both_take_one(cache: Path) -> None:
    together, answers = threading.Barrier(8, timeout=20), []

    def worker(number: int) -> None:
        def choose() -> str:
            together.wait()
            return str(number)

        answers.append(choices.recall("order", choose))

    threads = [threading.Thread(target=worker, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert [file.suffix for file in cache.iterdir()] == [".json"]
