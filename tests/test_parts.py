"""The three parts of the suite: what one passes over, another plays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import ROOT
from tests.conftest import pytest_ignore_collect, stored_seconds

_HEAVY = re.compile(r"^(?:import|from) (?:torch|diffusers|transformers|openvino)\b", re.MULTILINE)


PARTS = ("quick", "core", "rest")


class Part:
    """As much of pytest's configuration as tells one part from the others."""

    rootpath = ROOT

    def __init__(self, name: str) -> None:
        self.getoption = {f"--{part}": name == part for part in PARTS}.__getitem__


def passed_over(path: Path, part: str) -> bool:
    return bool(pytest_ignore_collect(path, Part(part)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def modules() -> list[Path]:
    return sorted((ROOT / "tests").rglob("test_*.py"))


def test_every_module_belongs_to_a_part(modules: list[Path]) -> None:
    assert len(modules) > 100
    nowhere = [path for path in modules if all(passed_over(path, part) for part in PARTS)]
    assert nowhere == []


def test_quick_modules_import_nothing_that_takes_seconds(modules: list[Path]) -> None:
    quick = [path for path in modules if not passed_over(path, "quick")]
    heavy = [path for path in quick if _HEAVY.search(path.read_text(encoding="utf-8"))]
    assert [str(path.relative_to(ROOT)) for path in heavy] == [], "let them be pytest.mark.slow"


def test_core_has_stories_and_paints(modules: list[Path]) -> None:
    core = {path.parent.name for path in modules if not passed_over(path, "core")}
    assert {"scenarios", "engine", "models", "storage", "web"} <= core


def test_the_stored_durations_are_read_file_by_file(tmp_path: Path) -> None:
    file = tmp_path / "durations.txt"
    assert stored_seconds(file) == {}
    file.write_text(
        "2026-01-01, Linux, 2 cores: a processor\n=== slowest 50 durations ===\n"
        "34.96s call     tests/a/test_one.py::test_it[x::y]\n"
        "1.04s setup    tests/a/test_one.py::test_it[x::y]\n"
        "0.50s call     tests/test_two.py::test_that\n"
    )
    assert stored_seconds(file) == {"tests/a/test_one.py": 36.0, "tests/test_two.py": 0.5}
