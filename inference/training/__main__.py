"""python -m inference.training STAGE --work DIR [--smoke]: run one stage or all of them."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import torch

from inference.training import (
    autoencoder,
    batches,
    blind,
    contrastive,
    diffusion,
    distillation,
    evaluate,
    export,
    fetch,
    judge,
    render,
    resume,
    shelf,
    steady,
    toys,
)
from inference.training import tokenizer as words
from inference.training.config import Config

MAME = Path(__file__).resolve().parent.parent / "mame"


def stages(out: Path) -> dict[str, Callable[[Config], object]]:
    """The stages in the order in which they must run; each leaves its result in config.work."""

    def bring(config: Config) -> None:
        if not config.toy and not (config.work / "pictures.npz").exists():
            fetch.fetch(config.work)

    def draw(config: Config) -> None:
        (toys.render_toys if config.toy else render.render)(config)

    def lay(config: Config) -> None:
        (batches.compose_many if config.on_device else shelf.compose_all)(config)

    return {
        "fetch": bring,
        "render": draw,
        "compose": lay,
        "tokenizer": words.train_tokenizer,
        "encode": autoencoder.encode_compositions,
        "contrastive": contrastive.train_contrastive,
        "steady": steady.train_steady,
        "diffusion": diffusion.train_diffusion,
        "distil": distillation.train_distillation,
        "decoder": autoencoder.train_decoder,
        "judge": judge.train_judge,
        "export": lambda config: export.export(config, out),
        "evaluate": lambda config: evaluate.evaluate(config, out),
    }


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and run what it asks for."""
    parser = argparse.ArgumentParser(prog="python -m inference.training", description=__doc__)
    parser.add_argument("stage", choices=["resume", *stages(MAME), "all", "blind"])
    parser.add_argument("--work", type=Path, required=True, help="folder for everything in between")
    parser.add_argument("--out", type=Path, help="where to export to (default: inference/mame)")
    parser.add_argument(
        "--source",
        type=Path,
        default=MAME,
        help="resume: the folder to go on from; blind: the old one",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another number than the recipe's (config.py), as unet_minutes=60",
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--processes", type=int, default=1, help="that train the UNet, each with its threads' share"
    )
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument(
        "--minutes",
        type=float,
        default=float("inf"),
        help="save and end after so long",
    )
    parser.add_argument("--large", action="store_true", help="the 256-pixel model, for a GPU")
    parser.add_argument("--smoke", action="store_true", help="toy sizes, seconds instead of hours")
    parser.add_argument("--fresh-scenes", action="store_true", help="compose as on a GPU")
    given = parser.parse_args(arguments)
    config = Config(
        work=given.work,
        device=given.device,
        fresh_scenes=given.fresh_scenes,
        stop_at=time.time() + given.minutes * 60,
        threads=given.threads,
        processes=given.processes,
    )
    out = given.out or (given.work / "mame" if given.smoke else MAME)
    if given.large:
        config = config.large()
    if given.smoke:
        config = config.smoke()
    config = config.with_numbers(given.set)
    config.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    if given.stage == "resume":
        resume.resume(config, given.source)
    if given.stage == "blind":
        blind.blind(config, given.source, out)
    for name, run in stages(out).items():
        due = given.stage == "all" and time.time() < config.stop_at
        if due or given.stage == name:
            run(config)


if __name__ == "__main__":
    main()
