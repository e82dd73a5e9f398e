"""Text to image: prompts, tensors and models. Knows nothing of LINE, Celery or Flask.

    from inference import DrawRequest, load_painter

    with load_painter("rinna/japanese-stable-diffusion") as painter:
        for picture in painter.paint(DrawRequest("夜の富士山、浮世絵風", count=4)):
            picture.save(f"{picture.seed}.png")

The names below are imported when they are first used; torch is imported by load_painter.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inference.errors import (
        Closed,
        InvalidRequest,
        ModelUnavailable,
        OutOfMemory,
        PaintError,
        Stopped,
        Unsafe,
    )
    from inference.load_options import LoadOptions
    from inference.models.catalog import ModelInfo
    from inference.painter import Painter, load_painter
    from inference.request import DrawRequest, Picture
    from inference.status import Progress, Status

# Read once, when torch loads OpenMP. Its threads otherwise wait for each other in busy loops, which
# makes painting ten times slower as soon as anything else runs on the machine (a web server does).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__all__ = [
    "Closed",
    "DrawRequest",
    "InvalidRequest",
    "LoadOptions",
    "ModelInfo",
    "ModelUnavailable",
    "OutOfMemory",
    "PaintError",
    "Painter",
    "Picture",
    "Progress",
    "Status",
    "Stopped",
    "Unsafe",
    "load_painter",
]

_MODULES = {
    "DrawRequest": "request",
    "LoadOptions": "load_options",
    "ModelInfo": "models.catalog",
    "Painter": "painter",
    "Picture": "request",
    "Progress": "status",
    "Status": "status",
    "load_painter": "painter",
}  # the others are in errors


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_MODULES.get(name, 'errors')}")
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
