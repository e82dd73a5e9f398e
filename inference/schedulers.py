"""Noise schedulers by short name. Every request gets an instance of its own: they keep state."""

from __future__ import annotations

import math
import threading
import warnings
from collections.abc import Mapping
from typing import Any

from inference.request import InvalidRequest

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
NAMES = tuple(_CLASSES)
_MAKING = threading.Lock()  # what ignores a warning does so for all threads

# Checkpoints of 2022 leave these out, and today's defaults of the classes are not for Stable
# Diffusion: latents are not confined to [-1, 1], and training counted its steps from one.
_STABLE_DIFFUSION = {"clip_sample": False, "steps_offset": 1, "skip_prk_steps": True}


def make(name: str | None, config: Mapping[str, Any], steps: int, device: Any) -> Any:
    """A fresh diffusers scheduler with its `steps` timesteps set on the device.

    name: one of NAMES, or None for the class that the checkpoint's `config` (the contents of
    scheduler_config.json) names. Its `timesteps` may be more than `steps` (PNDM repeats one).
    Raises InvalidRequest for an unknown name or a number of steps the scheduler cannot do.
    """
    import diffusers

    class_name = str(config.get("_class_name", "PNDMScheduler"))
    changes: dict[str, Any] = {}
    if name is not None:
        if name not in _CLASSES:
            raise InvalidRequest(f"There is no scheduler {name!r}; there are {', '.join(NAMES)}.")
        class_name, changes = _CLASSES[name]
    kind = _lms() if class_name == "LMSDiscreteScheduler" else getattr(diffusers, class_name, None)
    if kind is None:
        raise InvalidRequest(
            f"The checkpoint names the scheduler {class_name!r}, which diffusers does not have;"
            f" choose one of {', '.join(NAMES)}."
        )
    with _MAKING, warnings.catch_warnings():
        # Most schedulers hand tensors to numpy 2 in a way that it deprecates.
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        scheduler = kind.from_config({**_STABLE_DIFFUSION, **config}, **changes)
        _set_timesteps(scheduler, steps, device)
    return scheduler


def _lms() -> Any:
    """diffusers' LMS scheduler without scipy, whose import costs every worker a second.

    scipy serves it only to integrate a polynomial, which needs no numerics.
    """
    from diffusers.schedulers.scheduling_lms_discrete import LMSDiscreteScheduler

    class ExactLms(LMSDiscreteScheduler):  # type: ignore[misc]
        def get_lms_coefficient(self, order: int, t: int, current_order: int) -> float:
            sigmas = [float(self.sigmas[t - back]) for back in range(order)]
            others = [sigma for back, sigma in enumerate(sigmas) if back != current_order]
            scale = math.prod(sigmas[current_order] - sigma for sigma in others)
            return lagrange_integral(others, sigmas[0], float(self.sigmas[t + 1])) / scale

    return ExactLms


def lagrange_integral(roots: list[float], start: float, end: float) -> float:
    """The integral of the product of (x - root) over x from start to end."""
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
    extra = {}
    original = scheduler.config.get("original_inference_steps")
    if original:
        # The schedule is thinned out of this many distillation steps: it cannot have more.
        extra["original_inference_steps"] = max(steps, original)
    scheduler.set_timesteps(steps, device=device, **extra)
