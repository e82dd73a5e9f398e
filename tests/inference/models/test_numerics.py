"""A painter says what its numbers are, and they are the same at the next start."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from inference.backends import load
from inference.backends.load import _remembered_order
from inference.load_options import LoadOptions
from inference.models import choices, device
from inference.painter import load_painter
from tests.inference.pipelines.families import make_lcm

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(load, "_remembered_order", _remembered_order)  # not the other tests' own


def faster(monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype, order: torch.memory_format) -> None:
    """What the stopwatch says from now on."""
    monkeypatch.setattr(device, "choose_dtype", lambda _: dtype)
    monkeypatch.setattr(load, "choose_memory_format", lambda *_: order)


def words(folder: Path) -> str:
    with load_painter(str(folder), device="cpu", options=LoadOptions()) as painter:
        return painter.info.numerics


def test_what_was_chosen_stays_until_it_is_chosen_anew(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faster(monkeypatch, torch.float32, torch.channels_last)
    first = words(checkpoint)
    assert first.startswith("tiny, float32, torch ")
    assert "UNet channels_last, decoder channels_last" in first
    faster(monkeypatch, torch.bfloat16, torch.contiguous_format)
    assert words(checkpoint) == first
    assert all(question.startswith("tiny: ") for question in choices.remembered())
    assert choices.forget() == 3
    other = words(checkpoint)
    assert other.startswith("tiny, bfloat16, torch ")
    assert "UNet contiguous, decoder contiguous" in other
    assert choices.fingerprint(other) != choices.fingerprint(first)


def test_another_checkpoint_is_chosen_for_by_itself(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faster(monkeypatch, torch.float32, torch.channels_last)
    words(checkpoint)
    faster(monkeypatch, torch.bfloat16, torch.contiguous_format)
    folder = make_lcm(tmp_path)
    assert words(folder).startswith(f"{folder.name}, bfloat16, torch ")
    assert (
        len([choice for choice in choices.remembered() if choice.startswith(f"{folder.name}: ")])
        == 1
    )
