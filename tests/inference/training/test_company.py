"""Processes that train together, and what they do about bursts and pauses."""

from __future__ import annotations

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


def test_a_process_that_fails_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="broke off"):
        together(replace(Config(tmp_path), processes=2), fail)
