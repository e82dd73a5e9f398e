"""Paint from the command line: python -m inference "赤いりんご" -n 4 -o pictures/"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from inference.errors import PaintError, Stopped
from inference.load_options import LoadOptions
from inference.models import catalog
from inference.models.schedulers import SCHEDULERS
from inference.painter import Painter, load_painter
from inference.request import DrawRequest, Picture

FAILED, INTERRUPTED = 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Paint, write the files, print their names. Returns the exit code: 0, 2 or 130."""
    options = _parser().parse_args(arguments)
    try:
        image, mask = (_read(path) if path else None for path in (options.image, options.mask))
    except OSError as error:
        _say(f"error: cannot read {error.filename}: {error.strerror}")
        return FAILED
    request = DrawRequest(
        prompt=options.prompt,
        negative_prompt=options.negative_prompt,
        count=options.count,
        seed=options.seed,
        steps=options.steps,
        guidance=options.guidance,
        width=options.size[0],
        height=options.size[1],
        scheduler=options.scheduler,
        image=image,
        strength=options.strength,
        mask=mask,
    )
    try:
        request.check()
        if image is not None:
            _check_image(image, mask)
        options.output.mkdir(parents=True, exist_ok=True)
        _say(f"loading {options.model or catalog.DEFAULT_MODEL} ...")
        with load_painter(
            options.model,
            device=options.device,
            token=os.environ.get("HF_TOKEN"),
            options=LoadOptions.from_env(os.environ),
        ) as painter:
            pictures = _paint(painter, request)
        for picture in pictures:
            if picture.flagged:
                _say(f"seed {picture.seed}: withheld, the safety checker refused the picture")
            else:
                print(_write(options.output, picture))
    except PaintError as error:
        _say(f"error: {error}")
        return FAILED
    except OSError as error:
        _say(f"error: cannot write to {options.output}: {error.strerror or error}")
        return FAILED
    except (Stopped, KeyboardInterrupt):
        _say("stopped; nothing was written")
        return INTERRUPTED
    return 0


def _paint(painter: Painter, request: DrawRequest) -> list[Picture]:
    """Paint with a progress bar; Ctrl-C stops at the next step."""
    from tqdm import tqdm  # type: ignore[import-untyped]

    info = painter.info
    _say(f"{info.name} on {info.device} ({info.runtime}, {info.dtype}); licence: {info.license}")
    cut = painter.split_at_token_limit(request.prompt)[1].strip()
    if cut:
        _say(f"the prompt is too long for the model, which does not read: {cut}")
    interrupted: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: interrupted.append(number))
    try:
        with tqdm(unit="step", leave=False, disable=not sys.stderr.isatty()) as bar:

            def on_step(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            return painter.paint(request, on_step=on_step, should_stop=lambda: bool(interrupted))
    finally:
        signal.signal(signal.SIGINT, before)


def _read(path: Path) -> bytes:
    from inference.images import limits

    with path.open("rb") as file:
        return file.read(limits.MAX_BYTES + 1)  # one more is refused, and no more is held


def _check_image(image: bytes, mask: bytes | None) -> None:
    from inference.images import decode

    decode.check_image(image, mask)


def _write(folder: Path, picture: Picture) -> Path:
    """Write the picture under the first free name efude-<seed>[-<n>].<ext>."""
    ending = "jpg" if picture.content_type == "image/jpeg" else "png"
    number = 1
    while True:
        name = f"efude-{picture.seed}" + (f"-{number}" if number > 1 else "")
        try:
            with (folder / f"{name}.{ending}").open("xb") as file:
                file.write(picture.data)
        except FileExistsError:
            number += 1
        else:
            return folder / f"{name}.{ending}"


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().replace("×", "x").partition("x")
    if not (width.isdecimal() and (height.isdecimal() or not cross)):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form 512x512")
    return int(width), int(height or width)


class _ListModels(argparse.Action):
    """Print the catalog: name, licence, and what the model is good at."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        for model in catalog.MODELS.values():
            print(f"{model.name}\t{model.license}\t{model.good_at}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m inference", description=__doc__)
    add: Any = parser.add_argument
    add("prompt", help="what to paint, in Japanese")
    add("-n", "--count", type=int, default=1, help="pictures, 1 to 4")
    add("-o", "--output", type=Path, default=Path(), help="folder for the files (default: here)")
    add("--negative-prompt", default="", help="what should not be in the picture")
    add("--negative", dest="negative_prompt", default="", help=argparse.SUPPRESS)  # until 0.2
    add("--models", action=_ListModels, nargs=0, help="list the models that are known, and exit")
    add("--seed", type=int, help="0 to 4294967295; picture i has seed + i (default: random)")
    add("--steps", type=int, help="denoising steps (default: the model's)")
    add("--guidance", type=float, help="how closely to follow the prompt (default: the model's)")
    add("--size", type=_size, default=(None, None), help="pixels, 512x512 (default: the model's)")
    add("--image", type=Path, help="a PNG, JPEG or WebP file to start from")
    add("--strength", type=float, help="how far to go away from it, 0 to 1 (default: 0.75)")
    add("--mask", type=Path, help="a file of its shape, white where it is to be repainted")
    add("--scheduler", choices=SCHEDULERS, help="(default: the model's)")
    add("--model", default=os.environ.get("MODEL"), help="folder or hub id (default: MODEL, mame)")
    add("--device", default=os.environ.get("DEVICE"), help="cpu, cuda, cuda:1, mps (default: best)")
    return parser


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
