"""What the process that asks for an export and the one that makes it agree upon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

RECIPE_VERSION = 3  # raise it when the files would come out otherwise
MANIFEST = "translation.json"  # is written last: a folder without it is not finished
UNET, TEXT_PROJECTIONS, DECODER = "unet.xml", "words.xml", "decoder.xml"  # files of an export
ROW_COUNTS = (2, 4, 8)  # of UNet calls that have a program of their own, at the model's own size


@dataclass(frozen=True)
class ExportJob:
    """A checkpoint to export, as inference.models.load.load_model loads it.

    file: of a checkpoint in one file. precision: "f32", "bf16", or "" for the faster one.
    """

    folder: str
    name: str
    tiny_vae: str | None
    lora: str | None
    threads: int
    precision: str
    file: str | None = None


def row_counts(unet: Any) -> tuple[int, ...]:
    """Return the numbers of rows, ascending, that have a program of their own.

    A UNet that is told the guidance scale takes one row a picture, others two.
    """
    return (1, *ROW_COUNTS) if unet.config.time_cond_proj_dim else ROW_COUNTS
