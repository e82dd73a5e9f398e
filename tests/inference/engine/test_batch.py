"""The batch, driven by hand: a result does not depend on who shares the calls."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel

from inference.engine.batch import Batch, StepResult
from inference.engine.batch_policy import BatchPolicy
from inference.engine.painter import EnginePainter
from inference.engine.plan import resolve
from inference.engine.request_state import RequestState
from inference.errors import InvalidRequest, OutOfMemory, PaintError
from inference.models.model import Model, decode_latent, encode_prompt
from inference.request import DrawRequest
from tests.inference.test_painter import their_scheduler

pytestmark = [pytest.mark.slow, pytest.mark.core]

TOLERANCE = 1.4e-4  # of latents in float32, between one composition of a batch and another
ROWS = 64  # cells of a row at the tiny model's own size
QUICK = DrawRequest("赤いりんご", seed=7, steps=4, guidance=5.0, scheduler="ddim")
SEVEN = [
    DrawRequest("赤いりんご", seed=1, steps=6, guidance=5.0, scheduler="ddim"),
    DrawRequest("青い富士山", "人物なし", seed=2, steps=9, guidance=3.0, scheduler="euler"),
    DrawRequest("猫", seed=3, steps=5, guidance=1.0, scheduler="euler_a", count=2),
    DrawRequest("夜の海", seed=4, steps=8, guidance=7.5, scheduler="dpmpp_2m_karras"),
    DrawRequest("桜", "低画質", seed=5, steps=7, guidance=4.0, scheduler="unipc", count=3),
    DrawRequest("花火", seed=6, steps=4, guidance=2.0, scheduler="pndm"),
    DrawRequest("ロボット", seed=7, steps=3, guidance=0.0, scheduler="lcm"),
    DrawRequest("侍", seed=8, steps=5, guidance=6.0, scheduler="lms"),
    DrawRequest("城", seed=9, steps=6, guidance=5.0, scheduler="dpmpp_2m"),
]


def batch_of(model: Model, *, pictures: float = 64, **fields: Any) -> Batch:
    """A batch in which everybody who fits comes along, whatever it costs."""
    return Batch(model, BatchPolicy(pictures * 2 * ROWS, cost_aware=False), **fields)


def join(batch: Batch, request: DrawRequest) -> RequestState:
    model = batch._model
    run = RequestState.from_noise(model, resolve(model, request))
    batch.add(run)
    return run


def finish(batch: Batch) -> list[StepResult]:
    ticks = []
    while batch.states:
        ticks.append(batch.step())
        assert len(ticks) < 500
    return ticks


def alone(model: Model, request: DrawRequest) -> torch.Tensor:
    batch = batch_of(model)
    run = join(batch, request)
    for tick in finish(batch):
        assert [each.error for each in tick.departed] in ([], [None])
    return run.latents


def apart(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).abs().max())


@contextmanager
def before_unet(
    model: Model, act: Callable[[torch.Tensor, torch.Tensor], object]
) -> Iterator[None]:
    """Let `act` see the rows and timesteps of every call, and throw if it likes."""
    hook = model.unet.register_forward_pre_hook(lambda _, given: act(given[0], given[1]) and None)
    try:
        yield
    finally:
        hook.remove()


def diffusers_pipeline(model: Model, request: DrawRequest) -> Any:
    """diffusers' own pipeline around the model's parts, with the request's scheduler."""
    from diffusers import StableDiffusionPipeline

    pipe = StableDiffusionPipeline(
        vae=model.vae,
        text_encoder=model.text_encoder,
        tokenizer=None,
        unet=model.unet,
        scheduler=their_scheduler(request.scheduler or "", model.scheduler_config),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def test_every_result_is_that_of_painting_alone(painter: EnginePainter) -> None:
    """All schedulers, other steps and guidance, joining at different ticks, leaving when done."""
    model = painter.model
    expected = [alone(model, request) for request in SEVEN]
    batch, runs, calls = batch_of(model), [], []
    with before_unet(model, lambda rows, times: calls.append(len(set(times.tolist())))):
        for place, request in enumerate(SEVEN):
            runs.append(join(batch, request))
            if place % 2:
                batch.step()
        finish(batch)
    for request, run, latents in zip(SEVEN, runs, expected, strict=True):
        assert apart(run.latents, latents) <= TOLERANCE, request.scheduler
        pictures = [
            decode_latent(model, each[0]).astype(np.int16) for each in (run.latents, latents)
        ]
        assert np.abs(pictures[0] - pictures[1]).max() <= 1
    assert len(calls) < sum(run.total for run in runs) / 3
    assert max(calls) > 3, "rows of one call stand at different timesteps"


@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_in_company_too_it_is_the_latents_of_diffusers_own_pipeline(painter: EnginePainter) -> None:
    model = painter.model
    batch = batch_of(model)
    requests = [each for each in SEVEN if each.scheduler != "lms"]  # diffusers' own wants scipy
    runs = [join(batch, request) for request in requests]
    finish(batch)
    for request, run in zip(requests, runs, strict=True):
        pipe = diffusers_pipeline(model, request)
        assert request.seed is not None
        expected = pipe(
            prompt_embeds=encode_prompt(model, request.prompt)[None],
            negative_prompt_embeds=encode_prompt(model, request.negative_prompt)[None],
            num_images_per_prompt=request.count,
            num_inference_steps=request.steps,
            guidance_scale=request.guidance,
            width=64,
            height=64,
            generator=[torch.Generator().manual_seed(seed) for seed in run.plan.seeds],
            output_type="latent",
        ).images
        assert apart(run.latents, expected) <= TOLERANCE, request.scheduler


def test_who_needs_no_guidance_has_one_row(painter: EnginePainter) -> None:
    batch = batch_of(painter.model)
    for guidance, count in ((5.0, 1), (1.0, 1), (1.0, 4)):
        join(batch, dataclasses.replace(QUICK, guidance=guidance, count=count))
    assert batch.step().unet_rows == 2 + 1 + 4


def test_sizes_never_share_a_call_and_all_are_done(painter: EnginePainter) -> None:
    batch, seen = batch_of(painter.model), set()
    sizes = [(64, 64), (64, 96), (96, 64)] * 2
    runs = [
        join(batch, dataclasses.replace(QUICK, seed=seed, width=width, height=height))
        for seed, (width, height) in enumerate(sizes)
    ]
    with before_unet(painter.model, lambda rows, _: seen.add(tuple(rows.shape))):
        finish(batch)
    assert seen == {(4, 4, 8, 8), (4, 4, 12, 8), (4, 4, 8, 12)}
    assert all(run.finished for run in runs)


def test_calls_are_padded_to_the_sizes_that_were_compiled(painter: EnginePainter) -> None:
    model, seen = painter.model, []
    requests = [
        dataclasses.replace(QUICK, seed=seed, steps=steps, guidance=guidance)
        for seed, steps, guidance in ((1, 3, 5.0), (2, 5, 1.0), (3, 6, 5.0), (4, 7, 5.0))
    ]
    batch = batch_of(model, pad_to=(1, 2, 4, 8, 16))
    with before_unet(model, lambda rows, times: seen.append((len(rows), len(times)))):
        runs = [join(batch, request) for request in requests]
        ticks = finish(batch)
    assert seen == [(8, 8)] * 3 + [(8, 8)] * 2 + [(4, 4)] + [(2, 2)]
    assert [tick.unet_rows for tick in ticks] == [7, 7, 7, 5, 5, 4, 2]
    for request, run in zip(requests, runs, strict=True):
        assert apart(run.latents, alone(model, request)) <= TOLERANCE


def test_what_was_compiled_is_called_before_anybody_waits_for_it(painter: EnginePainter) -> None:
    model, rows, decoded = painter.model, [], []
    batch = batch_of(model, pad_to=(1, 2, 4))
    hook = model.vae.decoder.register_forward_pre_hook(lambda _, given: decoded.append(given[0]))
    try:
        with before_unet(model, lambda given, times: rows.append((tuple(given.shape), len(times)))):
            batch.warm_up()
    finally:
        hook.remove()
    side, channels = model.latent_side, model.unet.config.in_channels
    assert rows == [((count, channels, side, side), count) for count in (1, 2, 4)]
    assert [latent.shape[0] for latent in decoded] == [1]
    assert batch.states == []


def test_prompts_are_read_once(painter: EnginePainter) -> None:
    batch, read = batch_of(painter.model), []
    hook = painter.model.text_encoder.register_forward_pre_hook(lambda *_: read.append(1))
    try:
        for _ in range(3):
            join(batch, QUICK)
        assert len(read) == 2, "the prompt, and the empty one"
        for number in range(200):
            batch.embeddings[f"{number}なし"]
        assert len(batch.embeddings) == 128
        assert QUICK.prompt not in batch.embeddings
    finally:
        hook.remove()


def test_a_model_with_other_channels_that_pools_its_text(painter: EnginePainter) -> None:
    torch.manual_seed(1)
    unet = UNet2DConditionModel(
        sample_size=8,
        in_channels=6,
        out_channels=6,
        block_out_channels=(16, 32),
        layers_per_block=1,
        norm_num_groups=8,
        cross_attention_dim=32,
        attention_head_dim=4,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        addition_embed_type="text",
        addition_embed_type_num_heads=4,
    ).eval()
    vae = AutoencoderKL(
        block_out_channels=(8, 8, 16, 16),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        norm_num_groups=4,
        latent_channels=6,
    ).eval()
    other = EnginePainter(dataclasses.replace(painter.model, unet=unet, vae=vae))
    assert alone(other.model, QUICK).shape == (1, 6, 8, 8)
    assert other.paint(QUICK)[0].width == 256
    other.close()


# --- faults, put into the real model


def errors(ticks: list[StepResult]) -> dict[RequestState, Exception | None]:
    return {outcome.state: outcome.error for tick in ticks for outcome in tick.departed}


def company(batch: Batch, *, steps: int = 5) -> list[RequestState]:
    """Four requests of which a test spoils the second."""
    names = ("euler_a", "ddim", "unipc", "dpmpp_2m")
    return [
        join(batch, dataclasses.replace(QUICK, seed=10 + place, scheduler=name, steps=steps))
        for place, name in enumerate(names)
    ]


def unharmed(
    model: Model, runs: list[RequestState], ended: dict[RequestState, Exception | None]
) -> None:
    for run in runs:
        assert ended[run] is None
        request = DrawRequest(
            run.plan.prompt,
            seed=run.plan.seeds[0],
            steps=run.plan.steps,
            guidance=run.plan.guidance,
            scheduler=run.plan.scheduler,
        )
        assert apart(run.latents, alone(model, request)) <= TOLERANCE


@pytest.mark.parametrize("method", ["step", "scale_model_input"])
def test_a_scheduler_that_throws_hurts_nobody_else(painter: EnginePainter, method: str) -> None:
    batch = batch_of(painter.model)
    runs = company(batch)
    ticks = [batch.step()]

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("sigma is 0")

    setattr(runs[1].scheduler, method, broken)
    ended = errors(ticks + finish(batch))
    error = ended.pop(runs[1])
    assert isinstance(error, PaintError)
    assert "sigma is 0" in str(error)
    assert runs[1].done == 1
    unharmed(painter.model, [runs[0], *runs[2:]], ended)


def test_values_that_are_not_numbers_stay_in_their_own_rows(painter: EnginePainter) -> None:
    batch = batch_of(painter.model)
    runs = company(batch)
    runs[1].latents = runs[1].latents * float("nan")
    ended = errors(finish(batch))
    with pytest.raises(PaintError) as caught:
        decode_latent(painter.model, runs[1].latents[0])
    assert (caught.value.code, caught.value.permanent) == ("not_finite", True)
    unharmed(painter.model, [runs[0], *runs[2:]], ended)


def test_rows_that_the_unet_cannot_take_fail_alone(painter: EnginePainter) -> None:
    batch = batch_of(painter.model)
    runs = company(batch)
    poison = float(runs[1]._float_timesteps[2])

    def act(rows: torch.Tensor, times: torch.Tensor) -> None:
        if poison in times.tolist():
            raise RuntimeError("an assertion on the device")

    with before_unet(painter.model, act):
        ended = errors(finish(batch))
    guilty = [run for run in runs if poison in run._float_timesteps.tolist()]
    assert runs[1] in guilty
    assert len(guilty) < 4
    for run in guilty:
        assert isinstance(ended.pop(run), PaintError)
        assert run.done == run._float_timesteps.tolist().index(poison)
    unharmed(painter.model, [run for run in runs if run not in guilty], ended)


def out_of_memory_above(most: int) -> Callable[[torch.Tensor, torch.Tensor], None]:
    def act(rows: torch.Tensor, _times: torch.Tensor) -> None:
        if len(rows) > most:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    return act


def test_out_of_memory_makes_calls_smaller_and_loses_no_step(painter: EnginePainter) -> None:
    batch, seen = batch_of(painter.model), []
    runs = company(batch)
    before = [batch.step() for _ in range(2)]
    with before_unet(painter.model, lambda rows, _: seen.append(len(rows))):
        with before_unet(painter.model, out_of_memory_above(4)):
            assert batch.step() == StepResult()
            assert [run.done for run in runs] == [2, 2, 2, 2], "everybody stays where they were"
            assert batch.policy.capacity.current == 4 * ROWS
            ticks = finish(batch)
        assert seen == [8] + [4] * 6
        unharmed(painter.model, runs, errors(before + ticks))
    assert [len(tick.stepped) for tick in ticks] == [2] * 6


def test_the_room_grows_again_when_memory_is_back(painter: EnginePainter) -> None:
    batch = batch_of(painter.model, pictures=4)
    for seed in range(4):
        join(batch, dataclasses.replace(QUICK, seed=seed, steps=50))
    with before_unet(painter.model, out_of_memory_above(4)):
        batch.step()
    batch.policy.capacity._needed = 5
    rows = [batch.step().unet_rows for _ in range(40)]
    assert rows == sorted(rows)
    assert (rows[0], rows[-1]) == (4, 8)


def test_only_who_fails_alone_is_out_of_memory_and_after_a_second_try(
    painter: EnginePainter,
) -> None:
    careful: list[int] = []
    batch = batch_of(painter.model, before_retry=lambda: careful.append(1))
    large = join(batch, dataclasses.replace(QUICK, count=4))
    small = join(batch, QUICK)
    with before_unet(painter.model, out_of_memory_above(4)):
        ended = errors(finish(batch))
    assert isinstance(ended.pop(large), OutOfMemory)
    assert careful == [1]
    assert apart(small.latents, alone(painter.model, QUICK)) <= TOLERANCE
    assert ended == {small: None}


@pytest.mark.parametrize("name", ["euler_a", "unipc", "pndm", "dpmpp_2m", "lms"])
def test_out_of_memory_in_a_schedulers_step_is_undone_and_repeated(
    painter: EnginePainter, name: str
) -> None:
    request = dataclasses.replace(QUICK, scheduler=name, steps=6)
    expected = alone(painter.model, request)
    batch = batch_of(painter.model)
    run = join(batch, request)
    batch.step()
    batch.step()
    real = run.scheduler.step

    def ran_out(*given: Any, **fields: Any) -> None:
        real(*given, **fields)  # it has changed its state, and drawn its noise, when memory ends
        raise MemoryError

    run.scheduler.step = ran_out
    assert not batch.step().stepped
    run.scheduler.step = real
    finish(batch)
    assert apart(run.latents, expected) == 0


def test_an_unreadable_wish_is_refused_before_it_joins(painter: EnginePainter) -> None:
    with pytest.raises(InvalidRequest):
        RequestState.from_noise(
            painter.model, resolve(painter.model, dataclasses.replace(QUICK, scheduler="magic"))
        )
    batch = batch_of(painter.model)
    hook = painter.model.text_encoder.register_forward_pre_hook(lambda *_: 1 // 0)
    try:
        with pytest.raises(PaintError, match="ZeroDivisionError"):
            join(batch, dataclasses.replace(QUICK, prompt="まだ読まれていない"))
    finally:
        hook.remove()
    assert batch.states == []


def test_a_run_may_be_taken_out_between_two_ticks(painter: EnginePainter) -> None:
    batch = batch_of(painter.model)
    runs = company(batch)
    batch.step()
    batch.remove(runs[1])
    batch.remove(runs[1])
    ended = errors(finish(batch))
    unharmed(painter.model, [runs[0], *runs[2:]], ended)
    assert runs[1] not in ended
