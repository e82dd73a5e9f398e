"""Guidance distilled into the UNet, on toy sizes: what is told, kept and gone on from."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

pytest.importorskip("diffusers")
pytest.importorskip("sentencepiece")

from inference.models.conditioning import embed_guidance
from inference.training import __main__ as command
from inference.training import diffusion, distillation
from inference.training.config import Config
from tests.inference.training.test_training import ready_for_the_unet, smoke

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a toy UNet is trained, and guidance not yet distilled."""
    path = tmp_path_factory.mktemp("mame")
    smoke(path, "fetch", "render", "compose", "tokenizer", "encode", "contrastive", "steady")
    smoke(path, "diffusion")
    return path


@pytest.fixture
def config(work: Path, tmp_path: Path) -> Config:
    ready_for_the_unet(work, tmp_path)
    (tmp_path / "diffusion.pt").symlink_to(work / "diffusion.pt")
    return Config(tmp_path).smoke()


def given(rows: int) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(3)
    return torch.randn(rows, 4, 8, 8), torch.full((rows,), 500.0), torch.randn(rows, 77, 32)


def wrong_about(run: distillation.Distillation, batches: list[tuple[torch.Tensor, Any]]) -> float:
    """The loss on these batches, with the same noise, times, scales and captions every time.

    Between two draws of six batches the loss differs by more than sixty steps teach.
    """
    usual = run.batches, run.rng
    run.batches, run.rng = iter(batches), random.Random(5)
    try:
        with torch.random.fork_rng(), torch.no_grad():
            torch.manual_seed(5)
            return sum(float(run.wrong()) for _ in batches)
    finally:
        run.batches, run.rng = usual


def test_a_pupil_begins_as_its_teacher(config: Config) -> None:
    run = distillation.Distillation(config)
    rows = given(2)
    with torch.no_grad():
        told = run.unet(*rows, timestep_cond=embed_guidance(torch.tensor([1.0, 4.0]), 16)).sample
        assert torch.allclose(told, run.teacher(*rows).sample, atol=1e-6)


def test_guidance_is_learned_and_what_it_is_at_one_is_kept(config: Config) -> None:
    """Of a teacher that listens to words, most of the pull is given after some steps."""
    run = distillation.Distillation(replace(config, distil_minutes=50, unet_batch=16))
    kept = [next(run.batches) for _ in range(6)]
    before = wrong_about(run, kept)
    for _ in range(60):
        run.step()
    assert wrong_about(run, kept) < 0.95 * before
    assert any(weight.abs().sum() > 0 for weight in run.unet.time_embedding.cond_proj.parameters())
    assert "guidance missing" in run.more_to_tell()


def test_without_the_scale_it_is_its_own_unet_at_a_scale_of_one(config: Config) -> None:
    told = diffusion.build_unet(config, takes_scale=True).eval()
    plain = diffusion.build_unet(config).eval()
    plain.load_state_dict(distillation.forget_scale(told.state_dict()))
    rows = given(3)
    with torch.no_grad():
        expected = told(*rows, timestep_cond=embed_guidance(torch.ones(3), 16)).sample
        other = told(*rows, timestep_cond=embed_guidance(torch.full((3,), 3.0), 16)).sample
        assert torch.allclose(plain(*rows).sample, expected, atol=1e-5)
        assert not torch.allclose(other, expected, atol=1e-3)


def test_an_export_is_gone_on_from(work: Path, tmp_path: Path) -> None:
    """Both stages: distilling from the pupil, training from the plain UNet that is in it."""
    run = ["--work", str(tmp_path / "new"), "--smoke"]
    smoke(work, "distil", "decoder", "export")
    command.main(["resume", *run, "--source", str(work / "mame")])
    state = torch.load(tmp_path / "new" / "distil.pt", weights_only=True)
    assert state["done"] == 0
    name = "time_embedding.cond_proj.weight"
    assert state["smooth"][name].shape == (16, 16)
    plain = torch.load(tmp_path / "new" / "diffusion.pt", weights_only=True)
    assert name not in plain["smooth"]
    assert plain["done"] == 0
