"""Every scheduler that a checkpoint may name paints what diffusers' own pipeline paints with it."""

from __future__ import annotations

import dataclasses
import inspect
from importlib.util import find_spec
from io import BytesIO
from typing import Any

import diffusers
import pytest
import torch
from PIL import Image

from inference.engine.painter import EnginePainter
from inference.engine.plan import resolve
from inference.engine.request_state import RequestState
from inference.errors import InvalidRequest, ModelUnavailable, PaintError
from inference.models import schedulers
from inference.models.model import Model, condition
from inference.request import DrawRequest
from tests.inference.conftest import load_fp32
from tests.inference.engine.test_batch import apart, batch_of, finish
from tests.inference.engine.test_img2img import WISH, begun, photo, right_half
from tests.inference.pipelines.families import make_sdxl

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("_made_once"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # diffusers, of what it corrects
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

TOLERANCE = 1e-3  # of latents in float32, and of their size where they are large
TRAINED = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "skip_prk_steps": True,
}
SETTINGS: list[dict[str, Any]] = [
    {},
    {"prediction_type": "sample"},
    {"prediction_type": "v_prediction"},
    *({"timestep_spacing": spacing} for spacing in ("linspace", "leading", "trailing")),
    {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction"},
    {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"},
    *({f"use_{kind}_sigmas": True} for kind in ("karras", "exponential", "beta")),
    *({"final_sigmas_type": kind} for kind in ("zero", "sigma_min")),
    *({"steps_offset": offset, "timestep_spacing": "leading"} for offset in (0, 1)),
    *({"set_alpha_to_one": to_one} for to_one in (True, False)),
    *({"solver_order": order} for order in (1, 3)),
    {"solver_order": 3, "lower_order_final": False},
    {"solver_type": "heun"},
    {"solver_type": "bh1"},
    {"algorithm_type": "sde-dpmsolver++"},
    {"euler_at_final": True},
    {"use_lu_lambdas": True},
    {"use_flow_sigmas": True, "prediction_type": "flow_prediction"},
    *(
        {"variance_type": kind}
        for kind in ("fixed_small", "fixed_small_log", "fixed_large", "fixed_large_log")
    ),
    {"beta_schedule": "squaredcos_cap_v2"},
    {"beta_schedule": "linear"},
    {"clip_sample": True},
    {"thresholding": True},
    {"skip_prk_steps": False},
    {"original_inference_steps": 20},
    {"interpolation_type": "log_linear"},
    {"timestep_type": "continuous", "prediction_type": "v_prediction"},
    {"predictor_order": 1, "corrector_order": 3},
    {"sigma_schedule": "exponential"},
]
# Request by request: steps, strength from a picture or None, pictures.
REQUESTS = [(1, None, 1), (2, None, 2), (5, 0.7, 1), (3, None, 1), (6, None, 1)]
STOCHASTIC = ["DDPM", "EulerAncestralDiscrete", "KDPM2AncestralDiscrete", "LCM", "SASolver"]


@pytest.fixture(scope="module")
def sdxl(tmp_path_factory: pytest.TempPathFactory, one_order: None) -> Model:
    return load_fp32(make_sdxl(tmp_path_factory.mktemp("schedulers"))).model


def wish(steps: int, strength: float | None, count: int = 1) -> DrawRequest:
    image = None if strength is None else photo()
    return dataclasses.replace(
        WISH, scheduler=None, steps=steps, strength=strength, image=image, count=count
    )


def theirs(model: Model, config: dict[str, Any], request: DrawRequest) -> torch.Tensor:
    """The latents of diffusers' own pipeline, with the prompts as we read them."""
    task = "Img2Img" if request.image else ""
    fields: dict[str, Any] = {"width": 64, "height": 64}
    if request.image:
        fields = {"image": Image.open(BytesIO(request.image)), "strength": request.strength}
    if request.mask:
        task = "Inpaint"
        fields |= {"mask_image": Image.open(BytesIO(request.mask)), "width": 64, "height": 64}
    family = "StableDiffusionXL" if model.is_sdxl else "StableDiffusion"
    parts: dict[str, Any] = {"safety_checker": None, "feature_extractor": None}
    if model.is_sdxl:
        parts = {"text_encoder_2": model.text_encoder_2, "tokenizer_2": None}
    pipe = getattr(diffusers, f"{family}{task}Pipeline")(
        vae=model.vae,
        text_encoder=model.text_encoder,
        tokenizer=None,
        unet=model.unet,
        scheduler=getattr(diffusers, config["_class_name"]).from_config(config),
        **parts,
    )
    pipe.set_progress_bar_config(disable=True)
    for place, prompt in (("", request.prompt), ("negative_", request.negative_prompt)):
        read = condition(model, prompt)
        fields[f"{place}prompt_embeds"] = read.hidden
        if model.is_sdxl:
            fields[f"{place}pooled_prompt_embeds"] = read.pooled
    assert request.seed is not None
    seeds = range(request.seed, request.seed + request.count)
    latents: torch.Tensor = pipe(
        num_images_per_prompt=request.count,
        num_inference_steps=request.steps,
        guidance_scale=request.guidance,
        generator=[torch.Generator().manual_seed(seed) for seed in seeds],
        output_type="latent",
        **fields,
    ).images
    return latents


Row = tuple[dict[str, Any], DrawRequest]


def in_company(model: Model, rows: list[Row]) -> list[RequestState | Exception]:
    """Paint them all in one batch, which each joins a step after the one before."""
    batch = batch_of(model, pictures=1000)
    states: list[RequestState | Exception] = []
    ticks = []
    for config, request in rows:
        own = dataclasses.replace(model, scheduler_config=config)
        begin = (
            begun
            if request.image
            else lambda own, request: RequestState.from_noise(own, resolve(own, request))
        )
        try:
            schedulers.check_scheduler(
                "x", None, config, steps=request.steps or 0, is_sdxl=model.is_sdxl
            )
            state = begin(own, request)
        except PaintError as error:
            states.append(error)
            continue
        states.append(state)
        batch.add(state)
        ticks.append(batch.step())
    ticks += finish(batch)
    errors = {out.state: out.error for tick in ticks for out in tick.departed if out.error}
    return [errors.get(state, state) for state in states]  # type: ignore[arg-type]


def wrong_rows(model: Model, rows: list[Row]) -> list[tuple[object, ...]]:
    """Rows that are not painted as diffusers paints them.

    Where diffusers raises they are to be refused, where it ends in no numbers refused or without
    numbers as well. PNDM's Runge-Kutta steps from a picture: see the test of their own.
    """
    wrong: list[tuple[object, ...]] = []
    for (config, request), state in zip(rows, in_company(model, rows), strict=True):
        what = config, request.steps, request.strength
        try:
            expected = theirs(model, config, request)
        except Exception as error:  # whatever its schedulers raise at settings they do not know
            if not isinstance(state, PaintError):
                wrong.append((*what, "painted, and diffusers raises", error))
            continue
        most = TOLERANCE * max(1.0, float(expected.abs().max()) / 10)
        if not expected.isfinite().all():
            if not isinstance(state, Exception) and state.latents.isfinite().all():
                wrong.append((*what, "painted, and diffusers' has no numbers"))
        elif isinstance(state, Exception):
            wrong.append((*what, state))
        elif not apart(state.latents, expected) <= most:
            wrong.append((*what, apart(state.latents, expected)))
    return wrong


def settings_of(kind: str) -> list[dict[str, Any]]:
    """The settings that its class has, on top of those of training."""
    known = inspect.signature(getattr(diffusers, kind).__init__).parameters
    chosen = [changes for changes in SETTINGS if all(name in known for name in changes)]
    if not find_spec("scipy"):
        chosen = [changes for changes in chosen if "use_beta_sigmas" not in changes]
    return [{**TRAINED, **changes, "_class_name": kind} for changes in chosen]


@pytest.mark.parametrize("kind", schedulers.OWN_CLASSES)
def test_it_paints_what_diffusers_paints(painter: EnginePainter, kind: str) -> None:
    """With each of its settings, in few steps and more, from words and from a picture."""
    if kind == "LMSDiscreteScheduler":
        pytest.importorskip("scipy", reason="diffusers' own integrates with it")
    from_words = [request for request in REQUESTS if request[1] is None]
    plain, *others = settings_of(kind)
    if "Parallel" in kind:  # another way to call the same
        others = []
    # From a picture diffusers' LMS leaves noise, and ours none: see tests/inference/models.
    requests = from_words if kind == "LMSDiscreteScheduler" else REQUESTS
    rows = [(plain, wish(*request)) for request in requests]
    several = requests[1:]
    for at, other in enumerate(others):
        skips = other.get("skip_prk_steps", True)  # those that are taken: see the next test
        rows.append((other, wish(*several[at % len(several)]) if skips else wish(6, None)))
    assert wrong_rows(painter.model, rows) == []


def test_runge_kutta_steps_come_first_or_not_at_all(painter: EnginePainter) -> None:
    """From the midst, which is how a picture is begun, diffusers' PNDM (0.42.1) reaches millions
    with them, so they are skipped; as its inpainting does at any strength.
    """
    config = {**TRAINED, "_class_name": "PNDMScheduler", "skip_prk_steps": False}
    config |= {"clip_sample": False, "steps_offset": 1}
    masked = [dataclasses.replace(wish(6, strength), mask=right_half()) for strength in (0.6, 1.0)]
    rows = [(config, request) for request in (wish(6, None), wish(6, 1.0), *masked)]
    assert wrong_rows(painter.model, rows) == []
    from_picture = wish(6, 0.6)
    [state] = in_company(painter.model, [(config, from_picture)])
    expected = theirs(painter.model, {**config, "skip_prk_steps": True}, from_picture)
    assert isinstance(state, RequestState)
    assert apart(state.latents, expected) <= TOLERANCE


def test_so_it_is_with_sdxl(sdxl: Model) -> None:
    rows = [
        ({**TRAINED, "_class_name": kind, "steps_offset": 1}, wish(*request))
        for kind in schedulers.OWN_CLASSES
        if find_spec("scipy") or kind != "LMSDiscreteScheduler"
        for request in (REQUESTS[2], REQUESTS[3])
        if request[1] is None or kind != "LMSDiscreteScheduler"  # see above
    ]
    assert wrong_rows(sdxl, rows) == []


@pytest.mark.parametrize("large", [False, True])
def test_noise_drawn_on_the_way_is_the_same_beside_a_mask(
    painter: EnginePainter, sdxl: Model, large: bool
) -> None:
    """diffusers reads more numbers before it begins, and so do we."""
    rows = [
        (
            {**TRAINED, "_class_name": f"{kind}Scheduler", "clip_sample": False, "steps_offset": 1},
            dataclasses.replace(wish(5, strength), mask=right_half()),
        )
        for kind in STOCHASTIC
        for strength in (0.6, 1.0)
    ]
    assert wrong_rows(sdxl if large else painter.model, rows) == []


def test_every_other_scheduler_is_refused_at_load() -> None:
    """Of flows, of videos, backwards, of noise that no seed repeats: with what to use instead."""
    others = {name for name in dir(diffusers) if name.endswith("Scheduler")}
    others -= set(schedulers.OWN_CLASSES)
    assert {"FlowMatchEulerDiscreteScheduler", "DDIMInverseScheduler"} <= others
    for kind in [*others, "NoSuchScheduler", ""]:
        with pytest.raises(
            ModelUnavailable, match=r"does not work here: .*, EulerDiscreteScheduler"
        ):
            schedulers.check_scheduler("x", None, {**TRAINED, "_class_name": kind})


def test_settings_that_cannot_paint_are_refused_at_load() -> None:
    for kind, changes in (
        ("DDPMScheduler", {"variance_type": "learned"}),
        ("DDIMScheduler", {"prediction_type": "nonsense"}),
        ("EulerDiscreteScheduler", {"beta_schedule": "nonsense"}),
        ("DPMSolverMultistepScheduler", {"algorithm_type": "nonsense"}),
        ("UniPCMultistepScheduler", {"solver_type": "nonsense"}),
    ):
        with pytest.raises(ModelUnavailable, match=f"{kind} of x does not work here"):
            schedulers.check_scheduler("x", None, {**TRAINED, **changes, "_class_name": kind})


@pytest.mark.parametrize("steps", [1, 3])
def test_too_few_steps_for_a_scheduler_are_told(painter: EnginePainter, steps: int) -> None:
    config = {**TRAINED, "_class_name": "PNDMScheduler", "skip_prk_steps": False}
    model = dataclasses.replace(painter.model, scheduler_config=config)
    schedulers.check_scheduler("x", None, config)
    with pytest.raises(InvalidRequest, match="4 are the fewest"):
        RequestState.from_noise(model, resolve(model, wish(steps, None)))


def test_a_scheduler_that_cannot_do_what_the_model_predicts_is_told(painter: EnginePainter) -> None:
    """As it is made, or by its first step: the same request would fail again."""
    exponential = {**TRAINED, "_class_name": "DPMSolverMultistepScheduler"}
    exponential["use_exponential_sigmas"] = True
    sample = {**TRAINED, "_class_name": "DDIMScheduler", "prediction_type": "sample"}

    def begin(name: str, config: dict[str, Any]) -> RequestState:
        model = dataclasses.replace(painter.model, scheduler_config=config)
        request = dataclasses.replace(wish(2, None), scheduler=name)
        return RequestState.from_noise(model, resolve(model, request))

    with pytest.raises(InvalidRequest, match=r"dpmpp_2m_karras cannot paint .*; choose another"):
        begin("dpmpp_2m_karras", exponential)
    batch = batch_of(painter.model)
    batch.add(begin("euler_a", sample))
    [left] = batch.step().departed
    assert isinstance(left.error, InvalidRequest)
    assert "euler_a cannot paint" in str(left.error)
