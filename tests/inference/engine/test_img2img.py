"""Starting from a picture, and repainting a part of one, in the same batch as everything else."""

from __future__ import annotations

import dataclasses
from functools import partial
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import AutoencoderTiny
from numpy.typing import NDArray
from PIL import Image

from inference.defaults import img2img_size
from inference.engine import img2img
from inference.engine.painter import EnginePainter
from inference.engine.plan import resolve
from inference.engine.request_state import RequestState
from inference.errors import InvalidRequest, Stopped
from inference.images import decode
from inference.models.model import Model, encode_image, encode_prompt
from inference.request import DrawRequest
from tests.inference.engine.test_batch import (
    SEVEN,
    TOLERANCE,
    apart,
    batch_of,
    before_unet,
    finish,
    join,
)
from tests.inference.test_painter import difference, pixels, their_scheduler

pytestmark = [pytest.mark.slow, pytest.mark.core, pytest.mark.usefixtures("_made_once")]


def file_of(array: NDArray[Any]) -> bytes:
    file = BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


def photo(size: tuple[int, int] = (64, 64)) -> bytes:
    across, down = np.meshgrid(np.linspace(0, 255, size[0]), np.linspace(0, 255, size[1]))
    return file_of(np.stack([across, down, 255 - across], -1).astype(np.uint8))


def right_half(size: tuple[int, int] = (64, 64)) -> bytes:
    mask = np.zeros((size[1], size[0]), np.uint8)
    mask[:, size[0] // 2 :] = 255
    return file_of(mask)


WISH = DrawRequest(
    "赤いりんご",
    "低画質",
    seed=7,
    steps=6,
    guidance=5.0,
    scheduler="ddim",
    image=photo(),
    strength=0.6,
    width=64,
    height=64,
)


def begun(model: Model, request: DrawRequest) -> RequestState:
    todo = resolve(model, request)
    assert todo.image is not None
    source = decode.decode_image(todo.image, todo.mask, (todo.width, todo.height))
    return RequestState.from_image(model, todo, img2img.encode_source(model, source))


def in_company(model: Model, requests: list[DrawRequest]) -> list[torch.Tensor]:
    """The requests' latents, painted in one batch with text-to-image requests."""
    batch = batch_of(model)
    runs = [begun(model, request) for request in requests]
    for run in runs:
        batch.add(run)
        join(batch, SEVEN[1])
        batch.step()
    finish(batch)
    return [run.latents for run in runs]


def theirs(
    name: str, model: Model, request: DrawRequest, scheduler: Any = None, **fields: Any
) -> torch.Tensor:
    import diffusers

    pipe = getattr(diffusers, name)(
        vae=model.vae,
        text_encoder=model.text_encoder,
        tokenizer=None,
        unet=model.unet,
        scheduler=scheduler or their_scheduler(request.scheduler or "", model.scheduler_config),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    assert request.image is not None
    assert request.seed is not None
    result = pipe(
        image=Image.open(BytesIO(request.image)),
        prompt_embeds=encode_prompt(model, request.prompt)[None],
        negative_prompt_embeds=encode_prompt(model, request.negative_prompt)[None],
        num_inference_steps=request.steps,
        guidance_scale=request.guidance,
        strength=request.strength,
        generator=torch.Generator().manual_seed(request.seed),
        output_type="latent",
        **fields,
    )
    latents: torch.Tensor = result.images
    return latents


@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_it_is_what_diffusers_own_pipeline_makes_of_the_picture(painter: EnginePainter) -> None:
    names = ("ddim", "euler", "euler_a", "dpmpp_2m", "dpmpp_2m_karras", "unipc", "pndm", "lcm")
    requests = [
        dataclasses.replace(WISH, scheduler=name, strength=strength)
        for name, strength in zip(names, (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.75, 1.0), strict=True)
    ]
    for request, latents in zip(requests, in_company(painter.model, requests), strict=True):
        expected = theirs("StableDiffusionImg2ImgPipeline", painter.model, request)
        assert apart(latents, expected) <= TOLERANCE, request.scheduler


@pytest.mark.filterwarnings("ignore:__array")
@pytest.mark.parametrize("strength", [0.3, 0.6, 1.0])
@pytest.mark.parametrize("kind", ["HeunDiscreteScheduler", "KDPM2DiscreteScheduler"])
def test_schedulers_of_second_order_begin_where_diffusers_begins(
    painter: EnginePainter, kind: str, strength: float
) -> None:
    import diffusers

    config = {**painter.model.scheduler_config, "_class_name": kind}
    model = dataclasses.replace(painter.model, scheduler_config=config)
    request = dataclasses.replace(WISH, scheduler=None, strength=strength)
    scheduler = getattr(diffusers, kind).from_config(config)
    expected = theirs("StableDiffusionImg2ImgPipeline", model, request, scheduler=scheduler)
    assert apart(in_company(model, [request])[0], expected) <= TOLERANCE


@pytest.mark.filterwarnings("ignore:__array__ implementation")
@pytest.mark.parametrize("strength", [0.6, 1.0])
def test_with_a_mask_it_is_what_diffusers_inpainting_makes(
    painter: EnginePainter, strength: float
) -> None:
    requests = [
        dataclasses.replace(WISH, scheduler=name, mask=right_half(), strength=strength)
        for name in ("ddim", "euler", "dpmpp_2m", "unipc")
    ]
    for request, latents in zip(requests, in_company(painter.model, requests), strict=True):
        mask = Image.open(BytesIO(request.mask or b""))
        expected = theirs(
            "StableDiffusionInpaintPipeline",
            painter.model,
            request,
            mask_image=mask,
            width=64,
            height=64,
        )
        assert apart(latents, expected) <= TOLERANCE, request.scheduler


def test_what_the_mask_does_not_show_stays_as_it_was(painter: EnginePainter) -> None:
    """Every pixel, in the size that is delivered, not in the smaller one that is painted."""
    size = (256, 256)
    request = dataclasses.replace(WISH, image=photo(size), mask=right_half(size), strength=1.0)
    (picture,) = painter.paint(request)
    made, original = pixels(picture), np.asarray(Image.open(BytesIO(photo(size)))).astype(int)
    assert (made[:, :128] == original[:, :128]).all()
    assert np.abs(made[:, 128:] - original[:, 128:]).mean() > 20


def test_strength_is_how_far_it_goes_and_how_many_steps_it_takes(painter: EnginePainter) -> None:
    steps: list[tuple[int, int]] = []
    base = dataclasses.replace(WISH, strength=0.0)
    (same,) = painter.paint(base, on_step=lambda *step: steps.append(step))
    assert steps == [], "nothing to do but to encode and decode"
    distances = [
        np.abs(pixels(painter.paint(dataclasses.replace(WISH, strength=each))[0]) - pixels(same))
        for each in (0.2, 0.9)
    ]
    assert 0 < distances[0].mean() < distances[1].mean()
    default = dataclasses.replace(WISH, strength=None, steps=8)
    painter.paint(default, on_step=lambda *step: steps.append(step))
    assert steps == [(done, 6) for done in range(1, 7)]


def test_each_of_four_equals_the_single_picture_of_its_seed(painter: EnginePainter) -> None:
    four = painter.paint(dataclasses.replace(WISH, count=4, scheduler="euler_a"))
    (third,) = painter.paint(dataclasses.replace(WISH, seed=9, scheduler="euler_a"))
    assert difference(four[2], third) <= 1
    assert difference(four[0], four[1]) > 5


def test_without_a_size_it_has_the_shape_of_the_picture(painter: EnginePainter) -> None:
    tall = dataclasses.replace(WISH, image=photo((60, 90)), width=None, height=None)
    (picture,) = painter.paint(tall)
    assert (picture.width, picture.height) == (280, 400)
    assert img2img_size((1000, 1500), 512) == (448, 640)
    assert img2img_size((1500, 1000), 512) == (640, 448)
    assert img2img_size((4000, 1000), 512) == (704, 384)
    assert img2img_size((512, 500), 512) == (512, 512)


def test_a_size_the_latents_do_not_divide(painter: EnginePainter) -> None:
    model = dataclasses.replace(painter.model, factor=16)  # as if a cell were 16 pixels wide
    source = decode.SourceImage(np.zeros((72, 104, 3), np.uint8), None)
    mean, _ = encode_image(model, source.pixels)
    assert mean.shape == (4, 80 // 8, 112 // 8)


def test_an_autoencoder_without_a_spread(painter: EnginePainter) -> None:
    torch.manual_seed(0)
    tiny = AutoencoderTiny(
        encoder_block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8),
        num_encoder_blocks=(1, 1, 1, 1),
        num_decoder_blocks=(1, 1, 1, 1),
    ).eval()
    other = EnginePainter(dataclasses.replace(painter.model, vae=tiny))
    assert other.paint(WISH)[0].width == 256
    other.close()


def test_the_encoder_works_beside_the_steps_and_can_be_stopped(painter: EnginePainter) -> None:
    seen: list[int] = []
    with pytest.raises(Stopped), before_unet(painter.model, lambda rows, _: seen.append(1)):
        painter.paint(WISH, should_stop=partial(bool, 1))
    assert seen == []
    with pytest.raises(InvalidRequest):
        painter.paint(dataclasses.replace(WISH, image=photo()[:60]))
