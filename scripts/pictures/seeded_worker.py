"""A worker that paints the same pictures at every run: python -m scripts.pictures.seeded_worker.

All of it is real: it only chooses the seeds that people leave open.
"""

from __future__ import annotations

import threading
import zlib
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import inference
from bot.cli import main
from inference.request import DrawRequest, Picture

if TYPE_CHECKING:
    from inference import Painter


class Seeds:
    """Seeds for prompts: another each time a prompt comes, and the same ones in every process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: Counter[str] = Counter()

    def next(self, prompt: str) -> int:
        """Return the seed of the first picture of the next request with this prompt."""
        with self._lock:
            nth = self._asked[prompt]
            self._asked[prompt] += 1
        return zlib.crc32(f"{prompt} {nth}".encode())


def load_seeded(*words: Any, **options: Any) -> Painter:
    """Stand in for inference.load_painter."""
    from inference.painter import load_painter

    painter = load_painter(*words, **options)
    paint, seeds = painter.paint, Seeds()

    def paint_seeded(request: DrawRequest, **more: Any) -> list[Picture]:
        if request.seed is None:
            request = replace(request, seed=seeds.next(request.prompt))
        return paint(request, **more)

    setattr(painter, "paint", paint_seeded)  # noqa: B010  (of this one painter)
    return painter


if __name__ == "__main__":
    setattr(inference, "load_painter", load_seeded)  # noqa: B010
    raise SystemExit(main(["worker"]))
