"""Painting from a picture with families that are not Stable Diffusion 1.x, where they can."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from inference.errors import InvalidRequest
from inference.images.decode import decode_image
from inference.models.checkpoint import Checkpoint
from inference.pipelines.image_start import find_image_pipelines
from inference.pipelines.painter import PipelinePainter
from inference.request import DrawRequest, Picture
from tests.inference.pipelines.families import make_lcm, make_pixart, make_sdxl, make_z_image

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning"),
]

FROM_IMAGES: dict[str, Callable[[Path], Path]] = {
    "sdxl": make_sdxl,
    "z-image": make_z_image,
    "lcm": make_lcm,
}


def photo(left: str = "red", right: str = "blue", size: tuple[int, int] = (400, 400)) -> bytes:
    picture = Image.new("RGB", size, left)
    picture.paste(right, (size[0] // 2, 0, *size))
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


MASK = photo("black", "white")  # the right half is painted anew
QUICK = DrawRequest(
    "赤いりんご", seed=7, steps=4, guidance=5.0, width=256, height=256, image=photo()
)


@pytest.fixture(scope="module")
def painters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PipelinePainter]:
    place = tmp_path_factory.mktemp("from-images")
    makers = {**FROM_IMAGES, "pixart": make_pixart}
    return {name: load(make(place / name)) for name, make in makers.items()}


@pytest.fixture(params=FROM_IMAGES)
def painter(
    request: pytest.FixtureRequest, painters: dict[str, PipelinePainter]
) -> PipelinePainter:
    return painters[request.param]


def load(folder: Path) -> PipelinePainter:
    return PipelinePainter.load(Checkpoint.find(str(folder)), device="cpu", dtype=torch.float32)


def changed(**changes: Any) -> DrawRequest:
    return dataclasses.replace(QUICK, **changes)


def pixels(picture: Picture) -> NDArray[np.int16]:
    return np.asarray(picture.image.convert("RGB")).astype(np.int16)


def test_what_is_painted_depends_on_the_picture(painter: PipelinePainter) -> None:
    assert painter.info.image_to_image
    one, other = (
        pixels(painter.paint(changed(image=each))[0]) for each in (photo(), photo("white", "black"))
    )
    words = pixels(painter.paint(changed(image=None))[0])
    # Random weights see little of a picture, but the same seed gives the same noise.
    assert not np.array_equal(one, other)
    assert not np.array_equal(one, words)
    assert painter.paint(QUICK)[0].data == painter.paint(QUICK)[0].data


def test_strength_says_how_far_it_goes_away(painter: PipelinePainter) -> None:
    source = decode_image(photo(), None, (256, 256)).pixels.astype(np.int16)
    stays = painter.paint(changed(strength=0.0, count=2))
    assert all(np.array_equal(pixels(stay), source) for stay in stays)
    images = {
        strength: pixels(painter.paint(changed(strength=strength))[0])
        for strength in (0.01, 0.3, 1.0)
    }
    assert not np.array_equal(images[0.01], images[1.0])
    assert not np.array_equal(images[0.3], images[1.0])


def test_the_steps_that_are_done_are_told(painters: dict[str, PipelinePainter]) -> None:
    for name, total in (("sdxl", 2), ("z-image", 2), ("lcm", 4)):
        seen: list[tuple[int, int]] = []
        painters[name].paint(
            changed(count=2, strength=0.5), on_step=lambda *step, seen=seen: seen.append(step)
        )
        assert seen == [(done, 2 * total) for done in range(1, 2 * total + 1)], name


def test_the_picture_keeps_its_shape(painters: dict[str, PipelinePainter]) -> None:
    painter = painters["sdxl"]
    wide = painter.paint(changed(image=photo(size=(600, 400)), width=None, height=None))[0]
    assert wide.width / wide.height == pytest.approx(1.5, rel=0.2)
    odd = painter.paint(changed(width=264, height=328))[0]
    assert (odd.width, odd.height) == (264, 328)


def test_it_is_that_of_the_familys_own_pipeline(painters: dict[str, PipelinePainter]) -> None:
    from diffusers import StableDiffusionXLImg2ImgPipeline

    sdxl = painters["sdxl"]
    own = StableDiffusionXLImg2ImgPipeline(**sdxl.pipe.components)
    own.set_progress_bar_config(disable=True)
    expected = own(
        QUICK.prompt,
        image=Image.fromarray(decode_image(photo(), None, (64, 64)).pixels),
        strength=0.75,
        num_inference_steps=4,
        guidance_scale=5.0,
        generator=torch.Generator().manual_seed(7),
    ).images[0]
    enlarged = np.asarray(expected.resize((256, 256), Image.Resampling.LANCZOS)).astype(np.int16)
    ours = pixels(sdxl.paint(changed(width=64, height=64))[0])
    assert np.abs(ours - enlarged).max() <= 1


@pytest.mark.parametrize("name", ["sdxl", "z-image"])
def test_what_the_mask_spares_stays(painters: dict[str, PipelinePainter], name: str) -> None:
    painter = painters[name]
    assert painter.info.inpainting
    source = decode_image(photo(), None, (256, 256)).pixels.astype(np.int16)
    made = pixels(painter.paint(changed(mask=MASK, strength=1.0))[0])
    assert np.array_equal(made[:, :126], source[:, :126])
    assert np.abs(made[:, 130:] - source[:, 130:]).mean() > 3


def test_a_scheduler_may_be_named(painters: dict[str, PipelinePainter]) -> None:
    sdxl = painters["sdxl"]
    own = sdxl.pipe.scheduler
    one, other = (
        pixels(sdxl.paint(changed(scheduler=each, steps=6))[0]) for each in (None, "ddim")
    )
    assert np.abs(one - other).max() > 1
    assert sdxl.pipe.scheduler is own


def test_what_a_family_cannot_do_is_known_and_said(painters: dict[str, PipelinePainter]) -> None:
    pixart, lcm = painters["pixart"], painters["lcm"]
    assert (pixart.info.image_to_image, pixart.info.inpainting) == (False, False)
    assert (lcm.info.image_to_image, lcm.info.inpainting) == (True, False)
    with pytest.raises(InvalidRequest, match="cannot paint from a picture"):
        pixart.paint(QUICK)
    with pytest.raises(InvalidRequest, match="a part of a picture anew"):
        lcm.paint(changed(mask=MASK))


def test_a_file_that_is_no_picture_is_an_error_and_the_painter_goes_on(
    painter: PipelinePainter,
) -> None:
    for image in (b"no picture", photo(size=(900, 50))):
        with pytest.raises(InvalidRequest) as caught:
            painter.paint(changed(image=image))
        assert caught.value.code.startswith("image_")
    assert painter.paint(QUICK)


def test_nothing_is_loaded_twice(painter: PipelinePainter) -> None:
    made = find_image_pipelines(painter.pipe).image
    for name, part in made.components.items():
        if isinstance(part, torch.nn.Module):
            assert part is painter.pipe.components[name]
