"""The painter's benchmarks run, on a small model and for a moment; their figures mean nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

import inference  # noqa: F401  # before torch: it sets how torch's threads wait

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

    figures = {it.name: it for it in painting.run(rounds=1, steps=2, model=model).figures}
    assert figures["ratio, 1"].at_least == 2.5
    assert figures["1 of ours"].value > 0
    assert figures["4 of diffusers'"].value > 0
    assert "engine beyond a bare loop" in figures


def test_arrivals(model: str) -> None:
    from benchmarks import arrivals

    report = arrivals.run(rounds=1, requests=3, steps=1, model=model)
    assert len(report.raw["0.5 engine"]) == len(report.raw["1.1 one by one"]) == 3
    assert all(it > 0 for it in report.raw["1.1 one by one"])
    ratios = [it for it in report.figures if "ratio" in it.name]
    assert len(ratios) == 15
    assert sum(it.at_least == 1 for it in ratios) == 13  # 2: nobody outpaints who comes


def test_a_step_of_the_full_size() -> None:
    from benchmarks import large_step

    figures = {it.name: it for it in large_step.run(rounds=1, side=8, tiny=True).figures}
    assert figures["ratio"].at_least == 1
    assert figures["a step of ours"].value > 0


def test_results_are_drawn(model: str) -> None:
    from benchmarks import arrivals, plots
    from benchmarks.report import to_json

    stored = json.loads(
        to_json([arrivals.run(rounds=1, requests=3, steps=1, model=model)], "a <command>")
    )
    picture = plots.arrivals(stored)
    root = ElementTree.fromstring(picture)  # drawn a line above
    texts = [it.text or "" for it in root.iter("{http://www.w3.org/2000/svg}text")]
    assert any("a <command>" in it for it in texts)
    assert sum(it.endswith(" s") for it in texts) == 12


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
    names = {it["name"] for it in report["figures"] if it["value"] > 0}
    for wanted in ("plain, batch 2", "engine, batch 2", "roofline, batch 1"):
        assert wanted in names
    assert "process start to painter ready" in names
