from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from inference.defaults import resolve_sizes
from inference.engine.painter import EnginePainter
from inference.errors import InvalidRequest, OutOfMemory, PaintError, Stopped, Unsafe
from inference.models.model import encode_prompt
from inference.models.schedulers import SCHEDULERS
from inference.request import DrawRequest, Picture
from inference.torch_errors import is_out_of_memory
from tests.inference.conftest import load_fp32

pytestmark = [pytest.mark.slow, pytest.mark.core]

QUICK = DrawRequest("赤いりんご", seed=7, steps=2, guidance=5.0, scheduler="ddim")


def pixels(picture: Picture) -> NDArray[np.int16]:
    return np.asarray(Image.open(BytesIO(picture.data)).convert("RGB")).astype(np.int16)


def difference(one: Picture, other: Picture) -> int:
    return int(np.abs(pixels(one) - pixels(other)).max())


def paint(painter: EnginePainter, **changes: Any) -> Picture:
    return painter.paint(dataclasses.replace(QUICK, **changes))[0]


@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_the_picture_is_that_of_diffusers_own_pipeline(painter: EnginePainter) -> None:
    from diffusers import StableDiffusionPipeline

    model = painter.model
    for name in sorted({*SCHEDULERS} - {"lms"}):  # diffusers' own wants scipy
        theirs = their_scheduler(name, model.scheduler_config)
        pipe = StableDiffusionPipeline(
            vae=model.vae,
            text_encoder=model.text_encoder,
            tokenizer=None,
            unet=model.unet,
            scheduler=theirs,
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
        pipe.set_progress_bar_config(disable=True)
        expected = pipe(
            prompt_embeds=encode_prompt(model, QUICK.prompt)[None],
            negative_prompt_embeds=encode_prompt(model, "低画質")[None],
            num_inference_steps=2,
            guidance_scale=5.0,
            width=64,
            height=96,
            generator=torch.Generator().manual_seed(7),
        ).images[0]
        ours = paint(painter, negative_prompt="低画質", width=64, height=96, scheduler=name)
        enlarged = expected.resize((256, 384), Image.Resampling.LANCZOS)
        assert np.abs(pixels(ours) - np.asarray(enlarged).astype(np.int16)).max() <= 2, name


def their_scheduler(name: str, config: Any) -> Any:
    import diffusers

    classes = {
        "ddim": "DDIMScheduler",
        "euler": "EulerDiscreteScheduler",
        "euler_a": "EulerAncestralDiscreteScheduler",
        "dpmpp_2m": "DPMSolverMultistepScheduler",
        "dpmpp_2m_karras": "DPMSolverMultistepScheduler",
        "unipc": "UniPCMultistepScheduler",
        "pndm": "PNDMScheduler",
        "lcm": "LCMScheduler",
    }
    extra = {"use_karras_sigmas": True} if name == "dpmpp_2m_karras" else {}
    return getattr(diffusers, classes[name]).from_config(dict(config), **extra)


@pytest.mark.parametrize("name", SCHEDULERS)
def test_every_scheduler_paints_in_any_number_of_steps(painter: EnginePainter, name: str) -> None:
    for steps in (1, 2, 5):
        seen: list[tuple[int, int]] = []
        painter.paint(
            dataclasses.replace(QUICK, steps=steps, scheduler=name),
            on_step=lambda done, total, seen=seen: seen.append((done, total)),  # type: ignore[misc]
        )
        total = len(seen)
        assert seen == [(done, total) for done in range(1, total + 1)]
        assert total in (steps, steps + 1)


def test_seeds_reproduce_and_differ(painter: EnginePainter) -> None:
    assert paint(painter).data == paint(painter).data
    assert difference(paint(painter), paint(painter, seed=8)) > 20


def test_a_seed_is_chosen_and_told(painter: EnginePainter) -> None:
    first, second = paint(painter, seed=None), paint(painter, seed=None)
    assert first.seed != second.seed
    assert paint(painter, seed=first.seed).data == first.data


def test_prompt_negative_prompt_and_guidance_matter(painter: EnginePainter) -> None:
    plain = paint(painter)
    assert difference(plain, paint(painter, prompt="青い富士山")) > 5
    assert difference(plain, paint(painter, negative_prompt="人物なし")) > 5
    assert difference(plain, paint(painter, guidance=1.5)) > 5


def test_without_guidance_the_unet_sees_each_picture_once_and_no_negative_prompt(
    painter: EnginePainter,
) -> None:
    rows: list[int] = []
    hook = painter.model.unet.register_forward_pre_hook(lambda _, given: rows.append(len(given[0])))
    try:
        alone = paint(painter, guidance=1.0)
        assert set(rows) == {1}
        assert paint(painter, guidance=0.0, negative_prompt="猫").data == alone.data
        rows.clear()
        paint(painter, count=3)
        assert set(rows) == {6}
    finally:
        hook.remove()


@pytest.mark.parametrize("name", ["ddim", "euler_a", "lcm"])
def test_each_of_four_equals_the_single_picture_of_its_seed(
    painter: EnginePainter, name: str
) -> None:
    four = painter.paint(dataclasses.replace(QUICK, count=4, scheduler=name))
    assert [picture.seed for picture in four] == [7, 8, 9, 10]
    for picture in (four[0], four[3]):
        assert difference(picture, paint(painter, seed=picture.seed, scheduler=name)) <= 2
    assert min(difference(four[0], other) for other in four[1:]) > 20


def test_seeds_go_round_at_the_end(painter: EnginePainter) -> None:
    two = painter.paint(dataclasses.replace(QUICK, seed=2**32 - 1, count=2))
    assert [picture.seed for picture in two] == [2**32 - 1, 0]


def test_the_default_is_the_models_native_size_enlarged(painter: EnginePainter) -> None:
    picture = paint(painter)
    assert (picture.width, picture.height) == (256, 256)
    assert Image.open(BytesIO(picture.data)).size == (256, 256)


def test_sizes() -> None:
    assert resolve_sizes(None, None, 512) == ((512, 512), (512, 512))
    assert resolve_sizes(768, None, 512) == ((768, 512), (768, 512))
    assert resolve_sizes(128, 64, 512) == ((128, 64), (512, 256))
    assert resolve_sizes(None, None, 96) == ((96, 96), (288, 288))
    assert resolve_sizes(64, 96, 64) == ((64, 96), (256, 384))
    assert resolve_sizes(768, 512, 64) == ((80, 56), (768, 512))
    assert resolve_sizes(512, 512, 256) == ((256, 256), (512, 512))
    assert resolve_sizes(None, None, 192, 512) == ((192, 192), (576, 576))
    assert resolve_sizes(768, 512, 192, 512) == ((232, 160), (768, 512))
    assert resolve_sizes(512, 512, 192, 512) == ((192, 192), (512, 512))


def test_a_size_the_latents_do_not_divide(painter: EnginePainter) -> None:
    picture = paint(painter, width=72, height=104)
    assert (picture.width, picture.height) == (288, 416)


@pytest.mark.parametrize(
    "change", [{"count": 9}, {"scheduler": "magic"}, {"prompt": ""}, {"steps": 501}]
)
def test_what_cannot_be_painted_is_refused_before_painting(
    painter: EnginePainter, change: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        paint(painter, **change)
    assert caught.value.permanent


def test_stopping_takes_one_step(painter: EnginePainter) -> None:
    steps: list[int] = []
    with pytest.raises(Stopped):
        painter.paint(
            dataclasses.replace(QUICK, steps=200),
            on_step=lambda done, _: steps.append(done),
            should_stop=lambda: len(steps) >= 3,
        )
    assert steps == [1, 2, 3]
    assert paint(painter)


def test_stopped_before_the_first_step(painter: EnginePainter) -> None:
    steps: list[int] = []
    with pytest.raises(Stopped):
        painter.paint(QUICK, on_step=lambda done, _: steps.append(done), should_stop=lambda: True)
    assert steps == []


def test_what_the_callbacks_raise_passes_through(painter: EnginePainter) -> None:
    class Reject(Exception):
        pass

    def told(done: int, total: int) -> None:
        raise Reject

    def asked() -> bool:
        raise Reject

    with pytest.raises(Reject):
        painter.paint(QUICK, on_step=told)
    with pytest.raises(Reject):
        painter.paint(QUICK, should_stop=asked)
    assert paint(painter)


def hooked(painter: EnginePainter, part: Any, action: Callable[[], object]) -> None:
    """Paint while `part` of the model does `action` before its own work."""
    hook = part.register_forward_pre_hook(lambda *_: action() and None)
    try:
        paint(painter)
    finally:
        hook.remove()


def test_memory_errors_of_torch_and_python(painter: EnginePainter) -> None:
    actions: list[Callable[[], object]] = [
        lambda: torch.empty(2**50, dtype=torch.uint8),
        lambda: torch.empty(2**50, dtype=torch.uint8),
        lambda: bytearray(2**62),
    ]
    model = painter.model
    for part, action in zip((model.unet, model.vae.decoder, model.unet), actions, strict=True):
        with pytest.raises(OutOfMemory, match="smaller") as caught:
            hooked(painter, part, action)
        assert not caught.value.permanent
        assert caught.value.__context__ is None  # it would keep the tensors alive
    assert paint(painter)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory"
        ),
    ],
)
def test_the_ways_to_say_that_memory_ran_out(error: Exception) -> None:
    assert is_out_of_memory(error)
    assert not is_out_of_memory(ValueError(str(error)))


def test_other_errors_of_the_model_may_pass(painter: EnginePainter) -> None:
    def fail() -> None:
        raise RuntimeError("something odd")

    with pytest.raises(PaintError, match="something odd") as caught:
        hooked(painter, painter.model.unet, fail)
    assert not caught.value.permanent
    assert caught.value.code == "paint_failed"
    assert paint(painter)


def test_values_that_are_not_numbers_are_not_shown_as_a_picture(painter: EnginePainter) -> None:
    hook = painter.model.vae.decoder.register_forward_hook(lambda _, __, out: out * float("nan"))
    try:
        with pytest.raises(PaintError) as caught:
            paint(painter)
    finally:
        hook.remove()
    assert (caught.value.code, caught.value.permanent) == ("not_finite", False)


def test_each_thread_gets_its_own_pictures(painter: EnginePainter) -> None:
    requests = [dataclasses.replace(QUICK, seed=seed, steps=4) for seed in (21, 22, 23)]
    alone = {request.seed: painter.paint(request)[0] for request in requests}
    results: dict[int | None, Picture] = {}

    def work(request: DrawRequest) -> None:
        results[request.seed] = painter.paint(request)[0]

    threads = [threading.Thread(target=work, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {seed: difference(results[seed], alone[seed]) <= 1 for seed in alone} == dict.fromkeys(
        alone, True
    )


def test_a_picture_that_comes_too_late_is_not_painted(painter: EnginePainter) -> None:
    with pytest.raises(PaintError, match=r"within 0\.2 seconds") as caught:
        painter.paint(dataclasses.replace(QUICK, steps=500), timeout=0.2)
    assert (caught.value.code, caught.value.permanent) == ("too_late", False)
    assert painter.paint(QUICK, timeout=60)


def test_a_closed_painter_paints_no_more_and_leaves_no_threads(painter: EnginePainter) -> None:
    before = set(threading.enumerate())
    other = EnginePainter(painter.model)
    assert other.paint(QUICK)
    assert len(set(threading.enumerate()) - before) == 2
    with pytest.raises(Stopped, match="closed"):
        other.paint(dataclasses.replace(QUICK, steps=500), on_step=lambda *_: other.close())
    with pytest.raises(Stopped, match="closed"):
        other.paint(QUICK)
    assert set(threading.enumerate()) - before == set()


def test_a_painter_that_nobody_needs_closes_itself(painter: EnginePainter) -> None:
    before = set(threading.enumerate())
    other = EnginePainter(painter.model)
    assert other.paint(QUICK)
    del other
    assert set(threading.enumerate()) - before == set()


def test_the_safety_checker_flags_instead_of_blackening(old_checkpoint: Path) -> None:
    painter = load_fp32(old_checkpoint)
    assert painter.info.safety_checker
    request = dataclasses.replace(QUICK, count=2)
    fine = painter.paint(request)
    assert [picture.flagged for picture in fine] == [False, False]
    assert pixels(fine[0]).std() > 5
    assert painter.model.safety_checker
    checker = painter.model.safety_checker._checker
    with torch.no_grad():  # as if the first picture were of one of the 17 concepts
        shown = [painter.model.safety_checker.preprocess(shrunk(picture)) for picture in fine]
        seen = checker.visual_projection(checker.vision_model(torch.stack(shown))[1])
        apart = seen[0] / seen[0].norm() - seen[1] / seen[1].norm()
        checker.concept_embeds[0] = apart
        similar = torch.nn.functional.normalize(seen) @ torch.nn.functional.normalize(apart[None]).T
        checker.concept_embeds_weights[0] = float(similar.mean())
    first, second = painter.paint(request)
    assert (first.flagged, first.data, first.preview) == (True, b"", b"")
    assert (first.seed, first.width) == (7, 256)
    assert second == fine[1]
    with pytest.raises(Unsafe):
        painter.paint(dataclasses.replace(QUICK, count=1))


def shrunk(picture: Picture) -> NDArray[np.uint8]:
    """Roughly the pixels before the picture was enlarged."""
    image = Image.open(BytesIO(picture.data)).resize((64, 64), Image.Resampling.BOX)
    return np.asarray(image)


def test_the_checkers_preprocessing_is_clips(old_checkpoint: Path) -> None:
    from transformers import CLIPImageProcessorPil

    painter = load_fp32(old_checkpoint)
    assert painter.model.safety_checker
    processor = CLIPImageProcessorPil.from_pretrained(str(old_checkpoint / "feature_extractor"))
    rng = np.random.default_rng(3)
    for size in ((64, 64), (96, 64), (70, 133)):
        picture = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
        theirs = processor(Image.fromarray(picture), return_tensors="pt").pixel_values[0]
        assert torch.allclose(painter.model.safety_checker.preprocess(picture), theirs, atol=1e-5)
