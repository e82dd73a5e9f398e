"""What both painters share: the context manager, and the encoding of checked pictures."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from inference.defaults import Size
from inference.errors import Unsafe
from inference.images.encode import encode_checked
from inference.models.catalog import ModelInfo
from inference.models.safety_checker import Verdict
from inference.request import Picture


class BasePainter:
    """A painter as inference.painter.Painter describes it, but for the painting itself."""

    blur_borderline: bool = False

    @property
    def info(self) -> ModelInfo:
        """The model and the device that paint."""
        raise NotImplementedError

    def close(self) -> None:
        """End within a step."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _encode(
        self,
        checked: Iterable[tuple[NDArray[np.uint8], Verdict]],
        *,
        size: Size,
        seeds: Iterable[int],
    ) -> list[Picture]:
        """Encode pixels, (height, width, 3) each, as their verdicts allow. Raises Unsafe."""
        model = self.info.name.split("/")[-1]
        pictures = [
            encode_checked(
                pixels,
                verdict is not Verdict.SAFE,
                may_blur=self.blur_borderline and verdict is Verdict.BORDERLINE,
                size=size,
                seed=seed,
                model=model,
            )
            for (pixels, verdict), seed in zip(checked, seeds, strict=True)
        ]
        if all(picture.flagged and not picture.blurred for picture in pictures):
            raise Unsafe("The safety checker refused every picture; another prompt may do better.")
        return pictures
