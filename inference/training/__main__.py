"""python -m inference.training STAGE --work DIR [--smoke]: run one stage or all of them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import torch

from inference.training import (
    autoencoder,
    compose,
    contrastive,
    diffusion,
    evaluate,
    export,
    fetch,
    render,
)
from inference.training import tokenizer as words
from inference.training.config import Config

MAME = Path(__file__).resolve().parent.parent / "mame"


def stages(out: Path) -> dict[str, Callable[[Config], object]]:
    """The stages in the order in which they must run; each leaves its result in config.work."""

    def draw(config: Config) -> None:
        render.render(config)
        compose.compose_all(config)

    return {
        "fetch": lambda config: fetch.fetch(config.work),
        "render": draw,
        "tokenizer": words.train_tokenizer,
        "encode": autoencoder.encode_compositions,
        "contrastive": contrastive.train_contrastive,
        "diffusion": diffusion.train_diffusion,
        "decoder": autoencoder.train_decoder,
        "export": lambda config: export.export(config, out),
        "sheet": lambda config: evaluate.sheet(config, out),
        "score": lambda config: evaluate.score(config, out),
    }


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and run what it asks for."""
    parser = argparse.ArgumentParser(prog="python -m inference.training", description=__doc__)
    parser.add_argument("stage", choices=[*stages(MAME), "all"])
    parser.add_argument("--work", type=Path, required=True, help="folder for everything in between")
    parser.add_argument("--out", type=Path, help="where to export to (default: inference/mame)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--smoke", action="store_true", help="toy sizes, seconds instead of hours")
    given = parser.parse_args(arguments)
    config = Config(work=given.work, threads=given.threads)
    out = given.out or (given.work / "mame" if given.smoke else MAME)
    if given.smoke:
        config = config.smoke()
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    for name, run in stages(out).items():
        if given.stage in (name, "all"):
            run(config)


if __name__ == "__main__":
    main()
