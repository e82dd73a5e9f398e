"""Schedulers that are expensive to make, each made once; only who asks imports diffusers."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

# Their constructors ask numpy 2,000 times which timestep a sigma stands for: half a second.
COSTLY = ("KDPM2DiscreteScheduler", "KDPM2AncestralDiscreteScheduler")


@pytest.fixture(scope="package")
def _made_once() -> Iterator[None]:
    """Let from_config make a scheduler of COSTLY once for each setting, and return deep copies.

    What raises does so every time.
    """
    import diffusers

    with pytest.MonkeyPatch.context() as patch:
        for name in COSTLY:
            kind = getattr(diffusers, name)
            patch.setattr(kind, "from_config", staticmethod(_remembering(kind.from_config)))
        yield


def _remembering(make: Callable[..., Any]) -> Callable[..., Any]:
    made: dict[str, Any] = {}

    def from_config(config: Any, **changes: Any) -> Any:
        key = json.dumps([config, changes], sort_keys=True)
        if key not in made:
            made[key] = make(config, **changes)
        return copy.deepcopy(made[key])

    return from_config
