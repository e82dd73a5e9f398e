"""UNets that are told the guidance scale: one row a picture, and diffusers' own latents."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.backends.load import load_accelerated
from inference.backends.torch_compile import CompiledUNet
from inference.engine.painter import EnginePainter
from inference.engine.plan import resolve
from inference.engine.request_state import RequestState
from inference.load_options import LoadOptions
from inference.models.checkpoint import Checkpoint
from inference.models.conditioning import embed_guidance
from inference.models.load import usual_settings
from inference.models.model import Model, encode_prompt
from inference.request import DrawRequest
from tests.inference.engine.test_batch import (
    alone,
    apart,
    batch_of,
    before_unet,
    diffusers_pipeline,
    finish,
    join,
)
from tests.inference.engine.test_img2img import WISH
from tests.inference.engine.test_img2img import theirs as from_photo
from tests.inference.pipelines.families import make_sdxl
from tests.inference.test_painter import their_scheduler
from tests.inference.tiny import make_checkpoint

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

TOLERANCE = 1e-3  # of latents in float32
QUICK = DrawRequest("赤いりんご", seed=7, steps=3, guidance=5.0, scheduler="ddim")
REQUESTS = [
    QUICK,
    dataclasses.replace(QUICK, count=2, guidance=8.5, scheduler="lcm", steps=4),
    dataclasses.replace(QUICK, prompt="白い猫", guidance=1.0, scheduler="euler"),
    dataclasses.replace(QUICK, prompt="桜", guidance=2.5, scheduler="dpmpp_2m", steps=5),
]


def load(folder: Path, **options: Any) -> Model:
    return load_accelerated(
        Checkpoint.find(str(folder)),
        device="cpu",
        dtype=torch.float32,
        options=LoadOptions(**options),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, one_order: None) -> Path:
    return make_checkpoint(tmp_path_factory.mktemp("told"), time_cond_proj_dim=32)


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return load(folder)


@pytest.fixture(scope="module")
def distilled(model: Model) -> Model:
    """The same, as if it were a plain UNet at a scale of 1 and were taught others up to 6."""
    return dataclasses.replace(model, distilled_guidance=6.0)


def diffusers_latents(model: Model, request: DrawRequest) -> torch.Tensor:
    pipe = diffusers_pipeline(model, request)
    assert request.seed is not None
    seeds = range(request.seed, request.seed + request.count)
    latents: torch.Tensor = pipe(
        prompt_embeds=encode_prompt(model, request.prompt)[None],
        num_images_per_prompt=request.count,
        num_inference_steps=request.steps,
        guidance_scale=request.guidance,
        width=64,
        height=64,
        generator=[torch.Generator().manual_seed(seed) for seed in seeds],
        output_type="latent",
    ).images
    return latents


def rows_of(model: Model, request: DrawRequest) -> int:
    return RequestState.from_noise(model, resolve(model, request)).unet_rows


def test_in_company_it_is_what_diffusers_own_pipeline_paints(model: Model) -> None:
    """Each row of a shared call is told its own scale."""
    batch, states, calls = batch_of(model), [], []
    with before_unet(model, lambda rows, _: calls.append(len(rows))):
        for request in REQUESTS:
            states.append(join(batch, request))
            batch.step()
        finish(batch)
    assert max(calls) >= 4
    wrong = {
        request.scheduler: off
        for request, state in zip(REQUESTS, states, strict=True)
        if not (off := apart(state.latents, diffusers_latents(model, request))) <= TOLERANCE
    }
    assert wrong == {}


def test_the_scale_is_heard(model: Model) -> None:
    low, high = (alone(model, dataclasses.replace(QUICK, guidance=scale)) for scale in (2.0, 8.0))
    assert apart(low, high) > 0.01


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_from_a_photo_too(model: Model, strength: float) -> None:
    request = dataclasses.replace(WISH, strength=strength, negative_prompt="", scheduler="ddim")
    painter = EnginePainter(model)
    try:
        batch = batch_of(model)
        plan = resolve(model, request)
        image, _ = painter._source(plan, lambda: None)
        assert image is not None
        state = RequestState.from_image(model, plan, image)
        batch.add(state)
        finish(batch)
    finally:
        painter.close()
    expected = from_photo("StableDiffusionImg2ImgPipeline", model, request)
    assert apart(state.latents, expected) <= TOLERANCE


def test_it_takes_one_row_and_a_negative_prompt_takes_two_where_it_can(
    model: Model, distilled: Model
) -> None:
    without = dataclasses.replace(QUICK, negative_prompt="人物")
    beyond = dataclasses.replace(QUICK, guidance=6.5)
    unguided = dataclasses.replace(without, guidance=1.0)
    requests = (QUICK, without, beyond, unguided)
    assert [rows_of(model, request) for request in requests] == [1, 1, 1, 1]
    assert [rows_of(distilled, request) for request in requests] == [1, 2, 2, 1]


def test_with_two_rows_both_are_told_a_scale_of_one(distilled: Model) -> None:
    """Guidance is then what it is for any UNet, between the two plain predictions."""
    request = dataclasses.replace(QUICK, negative_prompt="人物", steps=1)
    told = []
    original = distilled.unet.forward

    def forward(*given: Any, timestep_cond: torch.Tensor, **named: Any) -> Any:
        told.append(timestep_cond)
        return original(*given, timestep_cond=timestep_cond, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(distilled.unet, "forward", forward)
        alone(distilled, request)
    assert torch.equal(told[0], embed_guidance(torch.ones(2), 32))


def test_padded_and_compiled_calls_tell_each_row_its_scale(distilled: Model) -> None:
    """Rows of one scale each, beside two that are both told 1, filled up to what was compiled."""
    unet = CompiledUNet(distilled.unet, 8, (1, 2, 4, 8), backend="eager")
    compiled = dataclasses.replace(distilled, unet=unet, pad_to=(1, 2, 4, 8))
    batch = batch_of(compiled, pad_to=compiled.pad_to)
    batch.warm_up()
    requests = [*REQUESTS[:2], dataclasses.replace(QUICK, negative_prompt="人物")]
    states = [join(batch, request) for request in requests]
    ticks = finish(batch)
    assert ticks[0].unet_rows == 1 + 4 + 2
    assert unet.compiled_calls == 4 + len([tick for tick in ticks if tick.stepped])
    for request, state in zip(requests, states, strict=True):
        assert apart(state.latents, alone(distilled, request)) <= TOLERANCE, request.scheduler


def test_a_latent_consistency_model_that_nobody_described_takes_few_steps() -> None:
    for family in ("sd", "sdxl"):
        settings = usual_settings(family, {"_class_name": "LCMScheduler"}, told_guidance=True)
        assert settings == (4, 8.0)
    assert usual_settings("sd", {"_class_name": "DDIMScheduler"}, told_guidance=True) == (30, 7.5)


def test_mame_json_says_what_it_was_taught(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    for part in folder.iterdir():
        (own / part.name).symlink_to(part)
    (own / "mame.json").write_text(json.dumps({"distilled_guidance": 4.0}), "utf-8")
    assert load(own).distilled_guidance == 4.0
    assert load(folder).distilled_guidance == 0.0


@pytest.mark.timeout(600)  # a translation takes minutes on a busy machine
def test_openvino_and_its_programs_for_one_row(
    folder: Path, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    fast = load(folder, compile="openvino")
    assert fast.pad_to == (1, 2, 4, 8)
    batch, states = batch_of(fast), []
    for request in REQUESTS:
        states.append(join(batch, request))
        batch.step()
    finish(batch)
    for request, state in zip(REQUESTS, states, strict=True):
        assert apart(state.latents, alone(model, request)) <= TOLERANCE, request.scheduler


def test_sdxl_that_is_told_the_scale_is_painted_by_the_engine(tmp_path: Path) -> None:
    import diffusers

    made = make_sdxl(tmp_path / "xl", time_cond_proj_dim=32)
    checkpoint = Checkpoint.find(str(made))
    assert checkpoint.family == "sdxl"
    model = load(made)
    request = dataclasses.replace(QUICK, prompt="a red apple", width=64, height=64)
    pipe = diffusers.StableDiffusionXLPipeline.from_pretrained(str(made))
    pipe.set_progress_bar_config(disable=True)
    pipe.scheduler = their_scheduler("ddim", model.scheduler_config)
    expected = pipe(
        request.prompt,
        num_inference_steps=request.steps,
        guidance_scale=request.guidance,
        width=64,
        height=64,
        generator=[torch.Generator().manual_seed(7)],
        output_type="latent",
    ).images
    assert rows_of(model, request) == 1
    assert apart(alone(model, request), expected) <= TOLERANCE
