"""A very short run of the benchmarks' machinery, with real processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import callback
from benchmarks.__main__ import ALL, main
from benchmarks.house import house
from benchmarks.report import Report
from tests.scenarios.processes import eventually

pytestmark = pytest.mark.scenario


def test_the_callback_is_measured_beside_a_bare_flask() -> None:
    report = callback.run(rounds=1, count=16, paced_rounds=1, paced=8)
    names = [figure.name for figure in report.figures]
    assert {"ratio", "times the naive bot", "bare Flask", "naive bot"} <= set(names)
    assert all(figure.value >= 0 for figure in report.figures)
    fast = report.raw["fast"]
    assert len(fast["per_second"]["web"]) == len(fast["per_second"]["hello"]) == 1
    assert len(report.raw["steady_ms_100"]["web"][0]) == 8


def test_every_webhook_of_the_load_is_stored_and_wakes_somebody() -> None:
    with house("broker", "web") as place:
        place.load("web", 10)
        assert place.unread() == 10
        eventually("a message is on the queue", lambda: place.waiting() > 0, 30.0)
        assert place.resident("web") > 10
        assert not place.maps("web", "torch")
        folder = place.folder
    assert not folder.exists()


def test_the_command_writes_json_and_fails_when_a_claim_was_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missed() -> Report:
        report = Report("start")
        report.add("seconds", 3.0, "s", at_most=2.0)
        return report

    monkeypatch.setitem(ALL, "start", missed)
    assert main(["start", "--json", str(tmp_path / "out.json")]) == 1
    assert "MISSED" in capsys.readouterr().out
    content = json.loads((tmp_path / "out.json").read_text())
    assert content["command"].endswith(f"start --json {tmp_path / 'out.json'}")


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["callbak"])
    assert refused.value.code == 2
    assert f"there are {', '.join(ALL)}" in capsys.readouterr().err
