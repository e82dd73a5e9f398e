"""python -m inference.training.blend FIRST SECOND --share 0.35 --out diffusion.pt

Mix the averaged UNets of two runs, the second of which went on from the first. One that was trained
on for small things paints those better and large ones worse; between the two lie weights that keep
most of what either has learned.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch


def blend(first: Path, second: Path, share: float, out: Path) -> None:
    """Write `out`: the first, its "smooth" weights moved by share (0..1) towards the second's.

    Raises ValueError where the two have not the same shape.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"A share lies between 0 and 1, and {share:g} does not.")
    kept, other = (
        torch.load(path, map_location="cpu", weights_only=True) for path in (first, second)
    )
    ours, theirs = kept["smooth"], other["smooth"]
    if {k: v.shape for k, v in ours.items()} != {k: v.shape for k, v in theirs.items()}:
        raise ValueError(f"{first} and {second} hold UNets of different shapes.")
    for name, weight in ours.items():
        weight.lerp_(theirs[name], share)
    torch.save(kept, out)


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and blend."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("--share", type=float, default=0.35, help="of the second (0..1)")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    blend(given.first, given.second, given.share, given.out)


if __name__ == "__main__":
    main()
