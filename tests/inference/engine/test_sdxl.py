"""SDXL in the batch: two text encoders, sizes, and the latents of diffusers' own pipelines."""

from __future__ import annotations

import dataclasses
import json
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image

from inference.backends.load import load_accelerated
from inference.backends.torch_compile import CompiledUNet
from inference.defaults import trained_size
from inference.engine.painter import EnginePainter
from inference.engine.plan import resolve
from inference.errors import ModelUnavailable, OutOfMemory
from inference.load_options import LoadOptions
from inference.models.checkpoint import Checkpoint
from inference.models.conditioning import size_ids
from inference.models.load import needs_float32, usual_settings
from inference.models.model import Model, condition, decode_latent
from inference.painter import load_painter
from inference.pipelines.load import load_pipeline
from inference.request import DrawRequest
from tests.inference.engine.test_batch import (
    SEVEN,
    alone,
    apart,
    batch_of,
    before_unet,
    finish,
    join,
)
from tests.inference.engine.test_img2img import WISH, begun, photo, right_half
from tests.inference.models.test_adapters import make_lora, make_tiny
from tests.inference.pipelines.families import make_sdxl
from tests.inference.pipelines.test_painter import difference
from tests.inference.test_painter import their_scheduler

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

TOLERANCE = 1e-3  # of latents in float32
KINDS = ["japanese", "clip"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, one_order: None) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("sdxl")
    return {kind: make_sdxl(place / kind, japanese=kind == "japanese") for kind in KINDS}


def load(folder: Path, **options: Any) -> Model:
    checkpoint = Checkpoint.find(str(folder))
    return load_accelerated(
        checkpoint, device="cpu", dtype=torch.float32, options=LoadOptions(**options)
    )


@pytest.fixture(scope="module")
def models(folders: dict[str, Path]) -> dict[str, Model]:
    return {kind: load(folder) for kind, folder in folders.items()}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def theirs(folder: Path, kind: str, name: str = "") -> Any:
    """diffusers' own pipeline, reading prompts by itself; Japanese ones through SentencePiece."""
    pipe: Any
    if kind == "clip":
        pipe = diffusers.StableDiffusionXLPipeline.from_pretrained(str(folder))
    else:
        pipe = load_pipeline(Checkpoint.find(str(folder)), torch.device("cpu"), torch.float32)
    if name:
        pipe = getattr(diffusers, name)(**pipe.components)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def call(pipe: Any, request: DrawRequest, config: Any, **fields: Any) -> torch.Tensor:
    pipe.scheduler = their_scheduler(request.scheduler or "", config)
    assert request.seed is not None
    seeds = range(request.seed, request.seed + request.count)
    latents: torch.Tensor = pipe(
        request.prompt,
        negative_prompt=request.negative_prompt or None,
        num_images_per_prompt=request.count,
        num_inference_steps=request.steps,
        guidance_scale=request.guidance,
        generator=[torch.Generator().manual_seed(seed) for seed in seeds],
        output_type="latent",
        **fields,
    ).images
    return latents


SIZES = [(64, 64), (96, 64), (64, 64), (64, 96), (64, 64), (96, 64), (64, 64), (64, 64), (64, 64)]
REQUESTS = [
    dataclasses.replace(request, width=width, height=height)
    for request, (width, height) in zip(SEVEN, SIZES, strict=True)
    if request.scheduler != "lms"  # diffusers' own takes another integral
]


def test_in_company_it_is_what_diffusers_own_pipeline_paints(
    kind: str, folders: dict[str, Path], models: dict[str, Model]
) -> None:
    """Eight schedulers, steps, sizes and guidance scales, joining at different ticks."""
    model, pipe = models[kind], theirs(folders[kind], kind)
    batch, states = batch_of(model), []
    for place, request in enumerate(REQUESTS):
        states.append(join(batch, request))
        if place % 2:
            batch.step()
    finish(batch)
    wrong = {}
    for request, state in zip(REQUESTS, states, strict=True):
        size = {"width": request.width, "height": request.height}
        expected = call(pipe, request, model.scheduler_config, **size)
        if not (off := apart(state.latents, expected)) <= TOLERANCE:
            wrong[request.scheduler] = off
    assert wrong == {}


@pytest.mark.parametrize("strength", [0.4, 0.75, 1.0])
def test_from_pictures_it_is_what_diffusers_makes_of_them(
    kind: str, folders: dict[str, Path], models: dict[str, Model], strength: float
) -> None:
    model = models[kind]
    names = {"": "StableDiffusionXLImg2ImgPipeline", "mask": "StableDiffusionXLInpaintPipeline"}
    batch, wanted = batch_of(model), []
    for masked, name in names.items():
        pipe = theirs(folders[kind], kind, name)
        for scheduler in ("ddim", "euler", "euler_a", "dpmpp_2m", "unipc"):
            request = dataclasses.replace(
                WISH,
                scheduler=scheduler,
                strength=strength,
                mask=right_half() if masked else None,
            )
            extra: dict[str, Any] = {"image": Image.open(BytesIO(photo())), "strength": strength}
            if masked:
                extra |= {
                    "mask_image": Image.open(BytesIO(right_half())),
                    "width": 64,
                    "height": 64,
                }
            state = begun(model, request)
            batch.add(state)
            join(batch, REQUESTS[0])
            batch.step()
            expected = call(pipe, request, model.scheduler_config, **extra)
            wanted.append((f"{scheduler} {masked}", state, expected))
    finish(batch)
    off = {name: apart(state.latents, latents) for name, state, latents in wanted}
    assert {name: by for name, by in off.items() if not by <= TOLERANCE} == {}


@pytest.mark.parametrize("zeros", [True, False])
def test_an_empty_negative_prompt_is_what_the_checkpoint_says(
    folders: dict[str, Path], tmp_path: Path, zeros: bool
) -> None:
    folder = Path(shutil.copytree(folders["clip"], tmp_path / "copy"))
    edit(folder / "model_index.json", force_zeros_for_empty_prompt=zeros)
    model, pipe = load(folder), theirs(folder, "clip")
    request = dataclasses.replace(REQUESTS[0], negative_prompt="")
    size = {"width": request.width, "height": request.height}
    expected = call(pipe, request, model.scheduler_config, **size)
    assert apart(alone(model, request), expected) <= TOLERANCE
    assert model.zero_empty_negative is zeros


def edit(file: Path, **changes: object) -> None:
    table = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**table, **changes}), encoding="utf-8")


def test_the_front_door_paints_it_in_the_engine(folders: dict[str, Path], kind: str) -> None:
    painter = load_painter(str(folders[kind]), device="cpu")
    assert isinstance(painter, EnginePainter)
    info = painter.info
    assert (info.native_size, info.default_steps, info.default_guidance) == (64, 30, 5.0)
    assert info.english_only is (kind == "clip")
    request = dataclasses.replace(REQUESTS[1], count=2)
    one, two = painter.paint(request)
    assert difference(one, two) > 5
    assert painter.split_at_token_limit("赤い" * 200)[1]
    picture = painter.paint(DrawRequest("夜の富士山</s>", seed=1, steps=1))[0]
    assert (picture.width, picture.height) == (256, 256)
    painter.close()


def test_rows_of_a_call_are_padded(models: dict[str, Model]) -> None:
    model, seen = models["japanese"], []
    batch = batch_of(model, pad_to=(1, 2, 4, 8))
    requests = [
        dataclasses.replace(request, width=64, height=64, count=1) for request in REQUESTS[:3]
    ]
    with before_unet(model, lambda rows, times: seen.append((len(rows), len(times)))):
        states = [join(batch, request) for request in requests]
        finish(batch)
    assert set(seen) <= {(8, 8), (4, 4), (2, 2)}
    for request, state in zip(requests, states, strict=True):
        assert apart(state.latents, alone(model, request)) <= TOLERANCE


def test_a_compiled_unet_takes_what_is_added(models: dict[str, Model]) -> None:
    model = models["clip"]
    unet = CompiledUNet(model.unet, 8, (1, 2), backend="eager")
    compiled = dataclasses.replace(model, unet=unet, pad_to=(1, 2))
    batch = batch_of(compiled, pad_to=(1, 2))
    batch.warm_up()
    request = dataclasses.replace(REQUESTS[0], width=64, height=64)
    state = join(batch, request)
    finish(batch)
    assert unet.compiled_calls == 2 + state.total
    assert apart(state.latents, alone(model, request)) <= TOLERANCE


def test_memory_that_runs_out_halves_what_shares_a_call(models: dict[str, Model]) -> None:
    model, batch = models["japanese"], batch_of(models["japanese"])
    requests = [dataclasses.replace(REQUESTS[0], seed=seed) for seed in range(4)]
    states = [join(batch, request) for request in requests]

    def small(rows: torch.Tensor, _: torch.Tensor) -> None:
        if len(rows) > 4:
            raise OutOfMemory("too many rows")

    with before_unet(model, small):
        ticks = finish(batch)
    assert max(tick.unet_rows for tick in ticks) == 4
    for request, state in zip(requests, states, strict=True):
        assert apart(state.latents, alone(model, request)) <= TOLERANCE


def test_loras_and_a_tiny_autoencoder(folders: dict[str, Path], tmp_path: Path) -> None:
    lora = make_lora(tmp_path / "lora", folders["clip"], sdxl=True)
    tiny = make_tiny(tmp_path / "taesdxl")
    model = load(folders["clip"], lora=f"{lora}:0.5", tiny_vae=str(tiny))
    pipe = theirs(folders["clip"], "clip")
    pipe.load_lora_weights(str(lora))
    pipe.fuse_lora(lora_scale=0.5)
    request = REQUESTS[0]
    size = {"width": request.width, "height": request.height}
    latents = alone(model, request)
    assert apart(latents, call(pipe, request, model.scheduler_config, **size)) <= TOLERANCE
    assert isinstance(model.vae, diffusers.AutoencoderTiny)
    assert decode_latent(model, latents[0]).shape == (64, 64, 3)


def test_the_autoencoder_is_whole_where_half_precision_overflows(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(folders["clip"], tmp_path / "copy"))
    model = load_accelerated(Checkpoint.find(str(folder)), device="cpu", dtype=torch.float16)
    assert model.vae.config.force_upcast
    assert (model.vae.dtype, model.unet.dtype) == (torch.float32, torch.float16)
    latent = torch.randn(4, 8, 8)
    assert decode_latent(model, latent).shape == (64, 64, 3)
    edit(folder / "vae" / "config.json", force_upcast=False)  # as in the one that was mended
    checkpoint = Checkpoint.find(str(folder))
    assert not needs_float32(checkpoint, torch.float16)
    assert load_accelerated(checkpoint, device="cpu", dtype=torch.float16).vae.dtype == torch.half


def test_latents_with_a_mean_and_a_spread_of_their_own(
    models: dict[str, Model], tmp_path: Path
) -> None:
    numbers = {"latents_mean": [0.1, -0.2, 0.3, 0.0], "latents_std": [1.5, 2.0, 0.5, 1.0]}
    folder = make_sdxl(tmp_path, vae=numbers)
    model, pipe = load(folder), theirs(folder, "clip")
    latent = torch.randn(4, 8, 8, generator=torch.Generator().manual_seed(1))
    mean, std = (
        torch.tensor(numbers[f"latents_{each}"])[None, :, None, None] for each in ("mean", "std")
    )
    sample = latent[None] * std / pipe.vae.config.scaling_factor + mean
    with torch.no_grad():
        expected = pipe.image_processor.postprocess(
            pipe.vae.decode(sample).sample, output_type="np"
        )
    ours = decode_latent(model, latent).astype(float) / 255
    assert np.abs(ours - expected[0]).max() <= 1 / 255 + 1e-6
    image = dataclasses.replace(WISH, scheduler="ddim", strength=0.5)
    state = begun(model, image)
    batch = batch_of(model)
    batch.add(state)
    finish(batch)
    painted = call(
        theirs(folder, "clip", "StableDiffusionXLImg2ImgPipeline"),
        image,
        model.scheduler_config,
        image=Image.open(BytesIO(photo())),
        strength=0.5,
    )
    assert apart(state.latents, painted) <= TOLERANCE


def test_a_picture_to_start_from_gets_a_size_of_the_training(models: dict[str, Model]) -> None:
    large = dataclasses.replace(models["clip"], native_size=1024)
    for shape, size in [
        ((600, 600), (1024, 1024)),
        ((900, 600), (1216, 832)),
        ((600, 900), (832, 1216)),
        ((1600, 1200), (1152, 896)),
        ((1920, 1080), (1344, 768)),
        ((300, 2000), (704, 1408)),
    ]:
        assert trained_size(shape, 1024) == size
        plan = resolve(large, DrawRequest("猫", image=photo(shape)))
        assert (plan.width, plan.height) == size
    assert all(side % 8 == 0 for side in trained_size((900, 600), 64))


@pytest.mark.parametrize(
    ("scheduler", "expected"),
    [
        ({"_class_name": "EulerDiscreteScheduler", "timestep_spacing": "leading"}, (30, 5.0)),
        ({"_class_name": "EulerDiscreteScheduler", "timestep_spacing": "trailing"}, (4, 1.0)),
        ({"_class_name": "LCMScheduler"}, (4, 1.0)),
        (
            {"timestep_spacing": "trailing", "prediction_type": "v_prediction"},
            (30, 5.0),
        ),
    ],
)
def test_few_steps_for_models_that_were_distilled(scheduler: Any, expected: Any) -> None:
    assert usual_settings("sdxl", scheduler) == expected
    assert usual_settings("sd", scheduler) == (expected if expected[0] == 4 else (30, 7.5))


@pytest.mark.parametrize(
    "config",
    [
        {"_class_name": "EulerDiscreteScheduler", "timestep_spacing": "trailing"},  # Lightning
        {"_class_name": "EulerAncestralDiscreteScheduler", "timestep_spacing": "trailing"},  # Turbo
        {"_class_name": "LCMScheduler", "original_inference_steps": 50},
        {"_class_name": "TCDScheduler"},
        {"_class_name": "EulerDiscreteScheduler", "prediction_type": "v_prediction"},
    ],
)
def test_a_checkpoints_own_scheduler_is_kept(
    folders: dict[str, Path], tmp_path: Path, config: dict[str, Any]
) -> None:
    folder = Path(shutil.copytree(folders["clip"], tmp_path / "copy"))
    edit(folder / "scheduler" / "scheduler_config.json", **config)
    edit(folder / "model_index.json", scheduler=["diffusers", config["_class_name"]])
    model, pipe = load(folder), theirs(folder, "clip")
    request = DrawRequest("a red apple", seed=3, steps=4, guidance=0.0, width=64, height=64)
    expected = pipe(
        request.prompt,
        num_inference_steps=4,
        guidance_scale=0.0,
        width=64,
        height=64,
        generator=[torch.Generator().manual_seed(3)],
        output_type="latent",
    ).images
    assert apart(alone(model, request), expected) <= TOLERANCE


@pytest.mark.parametrize(
    ("part", "changes", "message"),
    [
        ("unet", {"addition_time_embed_dim": 16}, "wants 80 numbers of text and size"),
        ("text_encoder_2", {"projection_dim": 16}, "text_encoder_2 of copy"),
        ("unet", {"cross_attention_dim": 96}, "unet of copy"),
        ("vae", {"latent_channels": 8}, "vae of copy"),
    ],
)
def test_parts_that_do_not_fit_together(
    folders: dict[str, Path], tmp_path: Path, part: str, changes: Any, message: str
) -> None:
    folder = Path(shutil.copytree(folders["clip"], tmp_path / "copy"))
    edit(folder / part / "config.json", **changes)
    with pytest.raises(ModelUnavailable, match=message):
        load(folder)


def test_a_second_encoder_that_is_missing_is_named(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    for part in ("text_encoder_2", "tokenizer_2"):
        folder = Path(shutil.copytree(folders["clip"], tmp_path / part))
        shutil.rmtree(folder / part)
        with pytest.raises(ModelUnavailable, match=f"{part} missing"):
            Checkpoint.find(str(folder))


def test_openvino_is_not_for_it(folders: dict[str, Path]) -> None:
    with pytest.raises(ModelUnavailable, match="not for SDXL"):
        load(folders["clip"], compile="openvino")
    assert load(folders["clip"], compile="auto").runtime == "torch"


def test_both_encoders_read_the_prompt(models: dict[str, Model]) -> None:
    model = models["japanese"]
    row = condition(model, "赤いりんご")
    assert (row.hidden.shape, row.keywords()) == ((1, 77, 64), {})
    assert row.pooled is not None
    assert row.pooled.shape == (1, 32)
    added = row.with_size(96, 64).keywords()["added_cond_kwargs"]
    assert added["time_ids"].tolist() == [[64.0, 96.0, 0.0, 0.0, 64.0, 96.0]]
    assert size_ids(96, 64) == (64, 96, 0, 0, 64, 96)
