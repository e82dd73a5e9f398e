"""Noise schedulers by short name. Every request gets an instance of its own: they keep state."""

from __future__ import annotations

import copy
import inspect
import json
import math
import threading
import warnings
from collections.abc import Mapping
from typing import Any

from inference.errors import InvalidRequest, ModelUnavailable

_CLASSES: dict[str, tuple[str, dict[str, Any]]] = {
    "ddim": ("DDIMScheduler", {}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler_a": ("EulerAncestralDiscreteScheduler", {}),
    "dpmpp_2m": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": False}),
    "dpmpp_2m_karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "unipc": ("UniPCMultistepScheduler", {}),
    "pndm": ("PNDMScheduler", {}),
    "lms": ("LMSDiscreteScheduler", {}),
    "lcm": ("LCMScheduler", {}),
}
SCHEDULERS = tuple(_CLASSES)
_MAKING = threading.Lock()  # what ignores a warning does so for all threads
_PROTOTYPES: dict[tuple[str, str], Any] = {}  # by class and settings; guarded by _MAKING
_MAX_PROTOTYPES = 16

# What a checkpoint may name: their pictures are compared with those of diffusers' own pipelines.
OWN_CLASSES = (
    "DDIMParallelScheduler",
    "DDIMScheduler",
    "DDPMParallelScheduler",
    "DDPMScheduler",
    "DEISMultistepScheduler",
    "DPMSolverMultistepScheduler",
    "DPMSolverSinglestepScheduler",
    "EDMDPMSolverMultistepScheduler",
    "EDMEulerScheduler",
    "EulerAncestralDiscreteScheduler",
    "EulerDiscreteScheduler",
    "HeunDiscreteScheduler",
    "KDPM2AncestralDiscreteScheduler",
    "KDPM2DiscreteScheduler",
    "LCMScheduler",
    "LMSDiscreteScheduler",
    "PNDMScheduler",
    "SASolverScheduler",
    "TCDScheduler",
    "UniPCMultistepScheduler",
)

_FOREIGN = "a Stable Diffusion is not painted with it"
_UNFIT = {"DPMSolverSDEScheduler": "its noise is of the package torchsde, and no seed repeats it"}

# Checkpoints of 2022 leave these out, and today's defaults of the classes are not for Stable
# Diffusion: latents are not confined to [-1, 1], and training counted its steps from one.
_STABLE_DIFFUSION = {"clip_sample": False, "steps_offset": 1, "skip_prk_steps": True}
# And these diffusers' pipelines of 1.x and 2.x correct in files that say otherwise.
_CORRECTED = {"clip_sample": False, "steps_offset": 1}
_RUNGE_KUTTA_STEPS = 4  # at least, of PNDM where it is not to skip them


def create_scheduler(
    name: str | None,
    config: Mapping[str, Any],
    steps: int,
    device: Any,
    *,
    complete: bool = True,
    correct: bool = False,
    from_start: bool = True,
) -> Any:
    """Return a fresh diffusers scheduler with its `steps` timesteps set on the device.

    name: one of SCHEDULERS, or None for the class that the checkpoint's `config` (the contents of
    scheduler_config.json) names. Its `timesteps` may be more than `steps` (PNDM repeats one).
    complete: fill in what checkpoints of 2022 leave out; SDXL's leave nothing out. correct: change
    what the pipelines of Stable Diffusion 1.x and 2.x change, whatever the file says. from_start:
    whether its first step will be taken; a PNDM's Runge-Kutta steps come first or not at all.
    Raises InvalidRequest for an unknown name or a number of steps the scheduler cannot do.
    """
    import diffusers

    class_name = str(config.get("_class_name", "PNDMScheduler"))
    changes: dict[str, Any] = {}
    if name is not None:
        if name not in _CLASSES:
            raise InvalidRequest(
                f"There is no scheduler {name!r}; there are {', '.join(SCHEDULERS)}."
            )
        class_name, changes = _CLASSES[name]
    kind = _lms() if class_name == "LMSDiscreteScheduler" else getattr(diffusers, class_name, None)
    if kind is None:
        raise InvalidRequest(
            f"The checkpoint names the scheduler {class_name!r}, which diffusers does not have;"
            f" choose one of {', '.join(SCHEDULERS)}."
        )
    with _MAKING, warnings.catch_warnings():
        # Most schedulers hand tensors to numpy 2 in a way that it deprecates.
        warnings.filterwarnings("ignore", "__array", DeprecationWarning)
        filled = {**(_STABLE_DIFFUSION if complete else {}), **config}
        filled.update(_CORRECTED if correct else {})
        filled.update({} if from_start else {"skip_prk_steps": True})
        try:
            scheduler = _copy_of_prototype(kind, filled, changes)
            _set_timesteps(scheduler, steps, device)
        except (NotImplementedError, ValueError) as error:
            raise unfit_for_model(name or class_name, error) from error
    return scheduler


def _copy_of_prototype(kind: Any, config: dict[str, Any], changes: dict[str, Any]) -> Any:
    """Return a scheduler nobody else has: a copy of one made with these settings.

    Making one computes all training times: 0.6 s of a KDPM2, which every request waited for.
    """
    key = (kind.__name__, json.dumps([config, changes], sort_keys=True, default=repr))
    if key not in _PROTOTYPES:
        made = kind.from_config(config, **changes)
        if len(_PROTOTYPES) >= _MAX_PROTOTYPES:
            _PROTOTYPES.pop(next(iter(_PROTOTYPES)))
        _PROTOTYPES[key] = made
    return copy.deepcopy(_PROTOTYPES[key])


def unfit_for_model(name: str, error: Exception) -> InvalidRequest:
    """Return the error of a scheduler that diffusers says cannot do a model's settings."""
    what = str(error).strip().partition("\n")[0]
    return InvalidRequest(
        f"The scheduler {name} cannot paint with this model's settings ({what}); choose another of"
        f" {', '.join(SCHEDULERS)}, or none for the model's own."
    )


def check_scheduler(
    model: str,
    name: str | None,
    config: Mapping[str, Any],
    *,
    steps: int = _RUNGE_KUTTA_STEPS,
    is_sdxl: bool = False,
) -> None:
    """Make the scheduler that a checkpoint paints with by default, and take all its steps.

    steps: the checkpoint's default. Raises ModelUnavailable if it cannot be made, for instance
    without a package that it needs, and if its settings give values that are not numbers.
    """
    own = str(config.get("_class_name", "PNDMScheduler"))
    if name is None and own not in OWN_CLASSES:
        raise ModelUnavailable(
            f"The scheduler {own} of {model} does not work here: {_UNFIT.get(own, _FOREIGN)}."
            " Put another class into scheduler/scheduler_config.json, the one the model was trained"
            f" for or one of {', '.join(OWN_CLASSES)}."
        )
    try:
        finite = _ends_in_numbers(name, config, steps, is_sdxl=is_sdxl)
    except Exception as error:
        cause = error.__cause__ or error
        what = str(cause).strip().partition("\n")[0]
        raise ModelUnavailable(
            f"The scheduler {name or own} of {model} does not work here"
            f" ({type(cause).__name__}: {what}). Install what it needs, or put the class and the"
            " settings of another into scheduler/scheduler_config.json."
        ) from error
    if not finite:
        raise ModelUnavailable(
            f"The scheduler {name or own} of {model} does not work here: with its settings {steps}"
            " steps end in values that are not numbers, and every picture would be black. Put the"
            " settings that the model was trained for into scheduler/scheduler_config.json."
        )


def _ends_in_numbers(
    name: str | None, config: Mapping[str, Any], steps: int, *, is_sdxl: bool
) -> bool:
    """Return whether all steps leave a small latent finite, and those from the midst too.

    The same noise is predicted in each: what remains is the scheduler's own arithmetic.
    """
    import torch

    has_runge_kutta = config.get("skip_prk_steps") is False  # they only come first
    steps = max(steps, _RUNGE_KUTTA_STEPS) if has_runge_kutta else steps
    scheduler = create_scheduler(
        name, config, steps, torch.device("cpu"), complete=not is_sdxl, correct=not is_sdxl
    )
    taken = inspect.signature(scheduler.step).parameters
    random = torch.Generator().manual_seed(0)
    extra = {"generator": random} if "generator" in taken else {}
    noise, predicted = torch.randn(2, 1, 4, 8, 8, generator=random)
    ends = [scheduler.timesteps.float()]
    if not has_runge_kutta:
        ends.append(_latents_from_midst(scheduler, noise, predicted, extra))
    latents = noise * scheduler.init_noise_sigma  # a flow's scheduler has none
    ends.append(_last_latents(scheduler, 0, latents, predicted, extra))
    return all(bool(torch.isfinite(end).all()) for end in ends)


def _latents_from_midst(scheduler: Any, noise: Any, predicted: Any, extra: dict[str, Any]) -> Any:
    """Return the latents after the last half of the steps, begun from a picture of zeros."""
    scheduler = copy.deepcopy(scheduler)
    order = int(getattr(scheduler, "order", 1))
    begin = len(scheduler.timesteps) // order // 2 * order
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(begin)
    latents = scheduler.add_noise(noise * 0, noise, scheduler.timesteps[begin : begin + 1])
    return _last_latents(scheduler, begin, latents, predicted, extra)


def _last_latents(
    scheduler: Any, begin: int, latents: Any, predicted: Any, extra: dict[str, Any]
) -> Any:
    for time in scheduler.timesteps[begin:]:
        scheduler.scale_model_input(latents, time)
        latents = scheduler.step(predicted, time, latents, return_dict=False, **extra)[0]
    return latents


def _lms() -> Any:
    """Return diffusers' LMS scheduler without scipy, whose import costs every worker a second.

    scipy serves it only to integrate a polynomial, which needs no numerics. And begun in the midst
    of a schedule, from a picture, diffusers' (0.42.1) takes the coefficients of earlier steps that
    there were none of, and leaves noise: ours takes an order that there are derivatives for.
    """
    from diffusers.schedulers.scheduling_lms_discrete import LMSDiscreteScheduler

    class ExactLms(LMSDiscreteScheduler):  # type: ignore[misc]
        def step(self, *args: Any, order: int = 4, **options: Any) -> Any:
            order = min(order, len(self.derivatives) + 1)
            return super().step(*args, order=order, **options)

        def get_lms_coefficient(self, order: int, t: int, current_order: int) -> float:
            sigmas = [float(self.sigmas[t - back]) for back in range(order)]
            others = [sigma for back, sigma in enumerate(sigmas) if back != current_order]
            scale = math.prod(sigmas[current_order] - sigma for sigma in others)
            return lagrange_integral(others, sigmas[0], float(self.sigmas[t + 1])) / scale

    return ExactLms


def lagrange_integral(roots: list[float], start: float, end: float) -> float:
    """Return the integral of the product of (x - root) over x from start to end."""
    polynomial = [1.0]  # coefficients, highest power first
    for root in roots:
        polynomial = [
            a - root * b for a, b in zip([*polynomial, 0.0], [0.0, *polynomial], strict=True)
        ]
    top = len(polynomial)
    return sum(
        factor * (end ** (top - i) - start ** (top - i)) / (top - i)
        for i, factor in enumerate(polynomial)
    )


def _set_timesteps(scheduler: Any, steps: int, device: Any) -> None:
    trained = int(scheduler.config.num_train_timesteps)
    if steps > trained:
        raise InvalidRequest(f"steps is {steps}; the model knows {trained} at most.")
    if scheduler.config.get("skip_prk_steps") is False and steps < _RUNGE_KUTTA_STEPS:
        raise InvalidRequest(
            f"steps is {steps}; {_RUNGE_KUTTA_STEPS} are the fewest of this model's scheduler"
            " (PNDM with skip_prk_steps false). Ask for more, or choose another scheduler."
        )
    extra = {}
    original = scheduler.config.get("original_inference_steps")
    if original and steps > original:
        # The schedule is thinned out of this many distillation steps: it cannot have more.
        extra["original_inference_steps"] = steps
    scheduler.set_timesteps(steps, device=device, **extra)
