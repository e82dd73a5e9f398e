"""Processes that train together, and what they do about bursts and pauses."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.distributed as dist

from inference.training.company import Gradients, first, together
from inference.training.config import Config

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def learn(config: Config) -> None:
    """One step of a tiny model, each process on its own number; what it made of it is written."""
    rank = dist.get_rank() if dist.is_initialized() else 0
    model = torch.nn.Linear(2, 1, bias=False)
    torch.nn.init.ones_(model.weight)
    gradients = Gradients(model.parameters(), extra=2)
    model(torch.full((1, 2), 1.0 + rank)).sum().backward()
    averaged = gradients.average(float(rank), 7.0)
    torch.save(
        {
            "grad": model.weight.grad,
            "averaged": averaged,
            "first": first(),
            "batch": config.unet_batch,
        },
        config.work / f"{rank}.pt",
    )


def fail(config: Config) -> None:
    if dist.get_rank() == 1:
        raise ValueError("on purpose")


def test_processes_see_the_mean_of_their_gradients(tmp_path: Path) -> None:
    together(replace(Config(tmp_path), processes=2, unet_batch=10), learn)
    states = [torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in range(2)]
    for state in states:
        assert state["grad"].tolist() == [[1.5, 1.5]]
        assert state["averaged"] == [0.5, 7.0]
        assert state["batch"] == 5, "together they have the recipe's batch"
    assert [state["first"] for state in states] == [True, False]


def test_one_process_needs_no_others(tmp_path: Path) -> None:
    together(replace(Config(tmp_path), unet_batch=10), learn)
    state = torch.load(tmp_path / "0.pt", weights_only=True)
    assert (state["grad"].tolist(), state["batch"]) == ([[1.0, 1.0]], 10)
    gradients = Gradients([torch.nn.Parameter(torch.ones(3))])
    gradients.flat += 2
    gradients.forget()
    assert gradients.weights[0].grad is not None
    assert gradients.weights[0].grad.tolist() == [0, 0, 0]


def test_long_gradients_are_shortened() -> None:
    weights = [torch.nn.Parameter(torch.ones(n)) for n in (1, 3)]
    gradients = Gradients(weights)
    gradients.flat[:4] = torch.tensor([4.0, 4.0, 4.0, 4.0])
    gradients.average(100.0)
    assert gradients.clip(2.0) == 8
    assert [weight.grad.tolist() for weight in weights if weight.grad is not None] == [[1], [1] * 3]
    assert gradients.clip(2.0) == 2, "what is averaged beside them is no gradient"
    assert gradients.flat[:4].tolist() == [1] * 4
    gradients.flat[0] = float("nan")
    assert math.isnan(gradients.clip(2.0))


def train_for_ever(config: Config) -> None:
    (config.work / f"{os.getpid()}.began").touch()
    time.sleep(120)


def test_no_process_trains_on_when_the_first_is_gone(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from dataclasses import replace\n"
        "from inference.training.config import Config; from inference.training import company\n"
        "from tests.inference.training.test_company import train_for_ever\n"
        "if __name__ == '__main__':\n"
        f"    config = replace(Config(Path({str(tmp_path)!r})), processes=2)\n"
        "    company.together(config, train_for_ever)\n"
    )
    file = tmp_path / "parent.py"
    file.write_text(script, "utf-8")
    root = Path(__file__).parents[3]
    parent = subprocess.Popen(
        [sys.executable, str(file)], env=os.environ | {"PYTHONPATH": str(root)}
    )
    try:
        wait_for(lambda: len(list(tmp_path.glob("*.began"))) == 2)
    finally:
        parent.kill()
        parent.wait()
    members = [int(path.stem) for path in tmp_path.glob("*.began")]
    wait_for(lambda: not any(alive(pid) for pid in members))


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except FileNotFoundError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def wait_for(done: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_process_that_fails_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="broke off"):
        together(replace(Config(tmp_path), processes=2), fail)
