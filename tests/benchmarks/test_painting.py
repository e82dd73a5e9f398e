"""The painter's benchmarks run, on a small model and for a moment; their figures mean nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

import inference  # noqa: F401  # before torch: it sets how torch's threads wait
from tests import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A small checkpoint, and a cache of its own for its translation."""
    from tests.inference.tiny import make_checkpoint

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield str(make_checkpoint(tmp_path_factory.mktemp("model") / "tiny", steps=2))


def test_painting_against_diffusers(model: str) -> None:
    from benchmarks import painting

    figures = {
        figure.name: figure for figure in painting.run(rounds=1, steps=2, model=model).figures
    }
    assert figures["ratio, 1"].at_least == 2.5
    assert figures["1 of ours"].value > 0
    assert figures["4 of diffusers'"].value > 0
    assert "engine beyond a bare loop" in figures


def test_arrivals(model: str) -> None:
    from benchmarks import arrivals

    report = arrivals.run(rounds=1, requests=3, steps=1, model=model)
    assert len(report.raw["0.5 engine"]) == len(report.raw["1.1 one by one"]) == 3
    assert all(seconds > 0 for seconds in report.raw["1.1 one by one"])
    ratios = [figure for figure in report.figures if "ratio" in figure.name]
    assert len(ratios) == 15
    assert sum(figure.at_least == 1 for figure in ratios) == 13  # 2: nobody outpaints who comes


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.timeout(600)  # two painters are loaded
def test_arrivals_at_a_small_sdxl() -> None:
    from benchmarks import sdxl_arrivals

    report = sdxl_arrivals.run(rounds=1, seconds=0.0, steps=2, alone=1)
    assert len(report.raw["0.5 engine"]) == len(report.raw["1.1 pipeline"]) == 3
    figures = {figure.name: figure for figure in report.figures}
    assert figures["1.1 engine / pipeline, p95"].at_most == 0.6
    assert figures["1.1 engine / pipeline, pictures/s"].at_least == 1.2
    assert figures["0.5 engine / pipeline, p99"].at_most == 1.0
    assert figures["one alone, engine beyond the pipeline"].at_most == 3.0
    assert all(figure.value > 0 for figure in report.figures if figure.unit in {"s", "pictures/s"})


def test_a_step_of_the_full_size() -> None:
    from benchmarks import large_step

    figures = {
        figure.name: figure for figure in large_step.run(rounds=1, side=8, tiny=True).figures
    }
    assert figures["ratio"].at_least == 1
    assert figures["a step of ours"].value > 0


def test_a_step_of_sdxl_in_processes_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks import sdxl_step

    report = sdxl_step.run(side=8, tiny=True)
    figures = {figure.name: figure for figure in report.figures}
    assert (figures["ratio"].at_least, figures["memory"].at_most) == (1.6, 0.7)
    assert all(figure.value > 0 for figure in report.figures)
    monkeypatch.setattr(sdxl_step, "available_gb", lambda: 13.9)
    without = sdxl_step.run()
    assert without.figures == []
    assert "13.9 are free here" in without.notes[0]


def test_results_are_drawn(model: str) -> None:
    from benchmarks import arrivals, plots
    from benchmarks.report import to_json

    stored = json.loads(
        to_json([arrivals.run(rounds=1, requests=3, steps=1, model=model)], "a <command>")
    )
    picture = plots.arrivals(stored)
    root = ElementTree.fromstring(picture)  # drawn a line above
    texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert any("a <command>" in text for text in texts)
    assert sum(text.endswith(" s") for text in texts) == 12


def test_the_gpus_script_runs_without_one(tmp_path: Path) -> None:
    from benchmarks import gpu

    file = tmp_path / "out" / "gpu.json"
    words = [
        "--tiny",
        "--device",
        "cpu",
        "--steps",
        "2",
        "--batches",
        "1",
        "2",
        "--no-compile",
        "--json",
    ]
    assert gpu.main([*words, str(file)]) == 0
    report = json.loads(file.read_text(encoding="utf-8"))["benchmarks"][0]
    names = {figure["name"] for figure in report["figures"] if figure["value"] > 0}
    for wanted in ("plain, batch 2", "engine, batch 2", "roofline, batch 1"):
        assert wanted in names
    assert "process start to painter ready" in names


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.timeout(600)  # ten painters are loaded
def test_the_checks_of_a_gpu_hold_without_one_as_far_as_they_can(tmp_path: Path) -> None:
    """Those that need no GPU, on small random weights."""
    from benchmarks import gpu

    file = tmp_path / "check.json"
    status = gpu.main(["--check", "--tiny", "--device", "cpu", "--json", str(file)])
    report = json.loads(file.read_text(encoding="utf-8"))["benchmarks"][0]
    checks = report["raw"]["checks"]
    assert [check for check in checks if check["state"] != "passed"] == []
    assert status == 0
    assert len(checks) >= 28
    names = " ".join(check["name"] for check in checks)
    for wanted in ("together", "repainted", "cancelled", "diffusers", "float32", "SDXL", "LCM"):
        assert wanted in names


def test_without_cuda_the_check_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    from benchmarks import gpu

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert gpu.main(["--check"]) == 2
    assert "no CUDA device" in capsys.readouterr().err


def test_a_check_that_fails_or_hangs_is_told_and_stops_no_other() -> None:
    from benchmarks.check_runner import CheckRunner, require

    runner, never = CheckRunner(20.0), threading.Event()
    assert runner.run("good", lambda: "fine")
    assert not runner.run("wrong", lambda: require(False, "two are three"))
    assert not runner.run("broken", lambda: int("no number"))
    assert not runner.run("still", never.wait, limit=0.2)
    never.set()
    states = [(outcome.name, outcome.state) for outcome in runner.outcomes]
    assert states == [
        ("good", "passed"),
        ("wrong", "failed"),
        ("broken", "failed"),
        ("still", "hung"),
    ]
    assert runner.outcomes[1].detail == "two are three"
    assert "ValueError" in runner.outcomes[2].detail
    assert "wait" in runner.outcomes[3].detail
    assert not CheckRunner(0.0).run("late", lambda: "fine")
    assert any(figure.met is False for figure in runner.report().figures)


def test_a_gpus_figures_need_no_web_server(tmp_path: Path) -> None:
    """A machine that only paints has neither Flask nor a database."""
    program = """
import sys
class Nothing:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in {"flask", "gunicorn", "celery", "sqlalchemy", "redis"}:
            raise ImportError(name)
sys.meta_path.insert(0, Nothing())
import importlib.metadata as metadata
real = metadata.version
def version(name):
    if name in {"flask", "gunicorn", "celery", "sqlalchemy", "redis"}:
        raise metadata.PackageNotFoundError(name)
    return real(name)
metadata.version = version
import benchmarks.gpu, benchmarks.gpu_checks
from benchmarks.report import Report, to_json
print(to_json([Report("gpu")], "a command"))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    versions = json.loads(done.stdout)["versions"]
    assert "torch" in versions
    assert "flask" not in versions
