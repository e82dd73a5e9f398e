from __future__ import annotations

import dataclasses
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from inference.engine.painter import EnginePainter
from inference.errors import InvalidRequest, ModelUnavailable
from inference.models import schedulers
from inference.request import DrawRequest

pytestmark = pytest.mark.slow

SPARSE = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
# How a small model is trained from scratch: the embedded one is.
ZERO_SNR = {
    **SPARSE,
    "_class_name": "DDIMScheduler",
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "timestep_spacing": "trailing",
    "clip_sample": False,
    "steps_offset": 0,
}
CPU = torch.device("cpu")


def test_what_the_files_of_2022_leave_out() -> None:
    config = schedulers.create_scheduler(
        None, {**SPARSE, "_class_name": "DDIMScheduler"}, 3, CPU
    ).config
    assert (config.clip_sample, config.steps_offset) == (False, 1)
    assert schedulers.create_scheduler(
        None, {**SPARSE, "_class_name": "PNDMScheduler"}, 3, CPU
    ).config["skip_prk_steps"]
    assert (
        schedulers.create_scheduler(
            "ddim", {**SPARSE, "steps_offset": 0}, 3, CPU
        ).config.steps_offset
        == 0
    )


def test_every_request_has_its_own_instance() -> None:
    one, other = (schedulers.create_scheduler("pndm", SPARSE, 3, CPU) for _ in range(2))
    assert one is not other
    assert one.betas.data_ptr() != other.betas.data_ptr()
    sample = torch.ones(1, 4, 8, 8)
    one.step(sample, one.timesteps[0], sample)
    assert (len(one.ets), len(other.ets)) == (1, 0)


@pytest.mark.parametrize("name", schedulers.OWN_CLASSES)
def test_a_copy_is_as_one_made_anew(name: str) -> None:
    config = {"_class_name": name, "beta_schedule": "scaled_linear"}
    schedulers._PROTOTYPES.clear()
    anew = schedulers.create_scheduler(None, config, 4, CPU)
    copied = schedulers.create_scheduler(None, config, 4, CPU)
    assert copied is not anew
    assert dict(copied.config) == dict(anew.config)
    assert vars(copied).keys() == vars(anew).keys()
    for attribute, value in vars(anew).items():
        theirs = vars(copied)[attribute]
        if isinstance(value, torch.Tensor):
            assert torch.allclose(theirs, value, rtol=0, atol=0, equal_nan=True), attribute
        elif isinstance(value, int | float | str | bool | None):
            assert theirs == value, attribute


@pytest.mark.parametrize("name", schedulers.SCHEDULERS)
def test_every_scheduler_with_zero_terminal_snr_and_v_prediction(
    painter: EnginePainter, name: str
) -> None:
    model = dataclasses.replace(painter.model, scheduler_config=ZERO_SNR)
    picture = EnginePainter(model).paint(DrawRequest("猫", seed=1, steps=3, scheduler=name))[0]
    assert np.asarray(Image.open(BytesIO(picture.data))).std() > 3


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_lms_integrates_its_polynomials_exactly(order: int) -> None:
    """Against the midpoint rule with very many steps."""
    scheduler = schedulers.create_scheduler("lms", SPARSE, 20, CPU)
    for t in (order - 1, 10, 18):
        sigmas = scheduler.sigmas.double().numpy()
        width = (sigmas[t + 1] - sigmas[t]) / 20000
        x = sigmas[t] + (np.arange(20000) + 0.5) * width
        for current in range(order):
            terms = [
                (x - sigmas[t - k]) / (sigmas[t - current] - sigmas[t - k])
                for k in range(order)
                if k != current
            ]
            expected = float(np.prod(terms, axis=0).sum() * width) if terms else width * 20000
            assert scheduler.get_lms_coefficient(order, t, current) == pytest.approx(
                expected, rel=1e-4, abs=1e-6
            )


def test_begun_in_the_midst_none_leaves_noise() -> None:
    """From a picture, by a model that knows it: only the last steps of a schedule are taken."""
    picture = torch.rand(1, 4, 8, 8, generator=torch.Generator().manual_seed(1)) - 0.5
    noise = torch.randn(picture.shape, generator=torch.Generator().manual_seed(2))
    wrong = []
    for name in schedulers.SCHEDULERS:
        for share in (0.65, 0.5, 0.35, 0.2):
            scheduler = schedulers.create_scheduler(name, SPARSE, 20, CPU)
            begin = len(scheduler.timesteps) - round(20 * share) * scheduler.order
            times = scheduler.timesteps[begin:]
            if hasattr(scheduler, "set_begin_index"):
                scheduler.set_begin_index(begin)
            latents = scheduler.add_noise(picture, noise, times[:1])
            for time in times:
                seen = scheduler.scale_model_input(latents, time)
                below, part = int(time), float(time) % 1
                near = scheduler.alphas_cumprod[below : below + 2]
                level = near[0] * (1 - part) + near[-1] * part
                predicted = (seen - level.sqrt() * picture) / (1 - level).sqrt()
                latents = scheduler.step(predicted, time, latents).prev_sample
            left = float((latents - picture).std())
            if left > 0.05:  # PNDM ends a little before the picture, from words too
                wrong.append((name, share, left))
    assert wrong == []


def test_settings_that_end_in_no_numbers_are_refused_at_load() -> None:
    """As diffusers (0.42.1) computes them: see tests/inference/engine/test_schedulers.py."""
    zero_snr = {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
    cases: list[tuple[str, dict[str, Any], bool]] = [
        ("UniPCMultistepScheduler", {"solver_type": "bh1"}, False),
        (
            "UniPCMultistepScheduler",
            {"solver_type": "bh1", "final_sigmas_type": "sigma_min"},
            True,
        ),
        ("DDIMScheduler", {**zero_snr}, False),  # the noise of nothing but noise says nothing
        ("DDIMScheduler", {**zero_snr, "prediction_type": "v_prediction"}, True),
        ("DDPMScheduler", {"variance_type": "fixed_large_log"}, False),
        ("DDPMScheduler", {"variance_type": "fixed_large"}, True),
    ]
    wrong = []
    for kind, changes, works in cases:
        config = {**SPARSE, **changes, "_class_name": kind}
        for steps in (4, 8, 30):
            try:
                schedulers.check_scheduler("x", None, config, steps=steps)
                said = ""
            except ModelUnavailable as error:
                said = str(error)
            if works != (not said) or (said and "not numbers" not in said):
                wrong.append((kind, changes, steps, said))
    assert wrong == []


def test_it_may_depend_on_the_steps_whether_settings_end_in_numbers() -> None:
    """A root of what rounding has made negative, or a logarithm of nothing, in diffusers 0.42.1."""
    cosine = {**SPARSE, "beta_schedule": "squaredcos_cap_v2"}
    for kind in ("EulerAncestralDiscreteScheduler", "KDPM2AncestralDiscreteScheduler"):
        config = {**cosine, "_class_name": kind}
        schedulers.check_scheduler("x", None, config, steps=30)
        with pytest.raises(ModelUnavailable, match="4 steps end in values that are not numbers"):
            schedulers.check_scheduler("x", None, config, steps=4)


def test_lcm_takes_more_steps_than_it_was_distilled_to() -> None:
    assert len(schedulers.create_scheduler("lcm", SPARSE, 60, CPU).timesteps) == 60


def test_unknown_names_and_too_many_steps() -> None:
    with pytest.raises(InvalidRequest, match="euler_a"):
        schedulers.create_scheduler("heun9", SPARSE, 3, CPU)
    with pytest.raises(InvalidRequest, match="NoSuchScheduler"):
        schedulers.create_scheduler(None, {"_class_name": "NoSuchScheduler"}, 3, CPU)
    with pytest.raises(InvalidRequest, match="knows 100 at most"):
        schedulers.create_scheduler("ddim", {**SPARSE, "num_train_timesteps": 100}, 101, CPU)


def test_a_scheduler_that_cannot_paint_is_named_at_once() -> None:
    """That of a flow, for instance, in the folder of a diffusion."""
    for kind in ("FlowMatchEulerDiscreteScheduler", "NoSuchScheduler"):
        with pytest.raises(ModelUnavailable, match=f"{kind} of x does not work here"):
            schedulers.check_scheduler("x", None, {"_class_name": kind})
