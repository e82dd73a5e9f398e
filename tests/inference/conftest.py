"""Tiny checkpoints, made once per session. Torch is imported only by the tests that use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import inference  # noqa: F401  # before torch: it sets how torch's threads wait

if TYPE_CHECKING:
    from inference.engine.painter import EnginePainter


@pytest.fixture(scope="session")
def one_order() -> Iterator[None]:
    """Every model's weights in one order in memory: it is chosen by timing, and a busy machine may
    choose otherwise for the next one, which rounds otherwise."""
    import torch

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "inference.backends.load._remembered_order", lambda *_: torch.contiguous_format
        )
        yield


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory, one_order: None) -> Path:
    from tests.inference.tiny import make_checkpoint

    return make_checkpoint(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="session")
def old_checkpoint(tmp_path_factory: pytest.TempPathFactory, one_order: None) -> Path:
    from tests.inference.tiny import make_checkpoint

    folder = tmp_path_factory.mktemp("model") / "tiny-2022"
    return make_checkpoint(
        folder, weights="bin", class_name="JapaneseStableDiffusionPipeline", safety=True, steps=7
    )


@pytest.fixture(scope="session")
def painter(checkpoint: Path) -> Iterator[EnginePainter]:
    """In float32 on the CPU, whatever the machine: tests compare numbers."""
    item = load_fp32(checkpoint)
    yield item
    item.close()


def load_fp32(folder: Path) -> EnginePainter:
    import torch

    from inference.backends.load import load_accelerated
    from inference.engine.painter import EnginePainter
    from inference.models.checkpoint import Checkpoint

    return EnginePainter(
        load_accelerated(Checkpoint.find(str(folder)), device="cpu", dtype=torch.float32)
    )
