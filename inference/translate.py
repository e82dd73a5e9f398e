"""Translate a checkpoint's UNet and decoder for OpenVINO, once for each machine and set of weights.

python -m inference.translate    translates the model of MODEL ahead, so that no worker has to

The work is done by inference.translator in a process of its own, which also tries every program: a
translator and a compiler of kernels can end a process outright, and a worker must not die of what
is only to make it faster. What has been tried lies in a folder under the user's cache; later starts
only read it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from inference.checkpoint import Checkpoint, ModelUnavailable
from inference.options import LoadOptions
from inference.translated import (
    ROWS,
    Decoder,
    Steps,
    TranslatedUNet,
    TranslatedVae,
    Unfit,
    has_bfloat16,
)
from inference.translator import MANIFEST, RECIPE, Order

logger = logging.getLogger(__name__)

LARGEST = 10**9  # bytes of a UNet's files; a larger one takes minutes, and gains a third
PATIENCE = 900.0  # seconds for the whole translation
KEPT = 4  # translations of other weights that stay in the cache


def is_worth_it(checkpoint: Checkpoint) -> bool:
    """Whether to translate a checkpoint for the CPU without being asked to."""
    files = [it for end in ("safetensors", "bin") for it in checkpoint.folder.glob(f"unet/*.{end}")]
    small = sum(it.stat().st_size for it in files) <= LARGEST
    return small and importlib.util.find_spec("openvino") is not None


def translate(
    checkpoint: Checkpoint,
    unet: Any,
    vae: Any,
    *,
    side: int,
    options: LoadOptions,
    precision: str = "",
) -> tuple[TranslatedUNet, TranslatedVae, str]:
    """What stands in for the two parts, compiled for the model's own size, and the precision.

    unet, vae: loaded in float32. side: latent cells of the model's own size. precision: "f32",
    "bf16", or "" for what is faster here. The first call for a set of weights takes seconds for a
    small model and minutes for a large one. Raises ModelUnavailable when it does not work.
    """
    if importlib.util.find_spec("openvino") is None:
        raise ModelUnavailable(
            "ENGINE_COMPILE is openvino, but that package is not installed: pip install openvino,"
            " or set ENGINE_COMPILE=off."
        )
    if not precision and not has_bfloat16():
        precision = "f32"
    threads = torch.get_num_threads()
    order = Order(
        folder=str(checkpoint.folder),
        name=checkpoint.name,
        tiny_vae=options.tiny_vae,
        lora=options.lora,
        threads=threads,
        precision=precision,
    )
    folder = _cache() / _key(unet, vae, order, side)
    if not (folder / MANIFEST).exists():
        _translate_elsewhere(order, folder)
    precision = json.loads((folder / MANIFEST).read_text("utf-8"))["precision"]
    os.utime(folder)
    try:
        steps, decoder = Steps(folder, precision, threads), Decoder(folder, precision, threads)
        steps.programs.prepare([(rows, side, side) for rows in ROWS])
        decoder.programs.prepare([(1, side, side)])
    except Unfit as error:
        raise ModelUnavailable(f"A translation that worked does not any more: {error}") from error
    return TranslatedUNet(unet, steps, side), TranslatedVae(vae, decoder, side), precision


def _cache() -> Path:
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError as error:
        raise ModelUnavailable(
            "There is no place for the translated model, since this user has no home: set"
            " XDG_CACHE_HOME to a folder that can be written, or ENGINE_COMPILE=off."
        ) from error
    return Path(base) / "efude" / "openvino"


def _key(unet: Any, vae: Any, order: Order, side: int) -> str:
    """A name for these weights, on this kind of processor, by this translator."""
    told = hashlib.blake2b(digest_size=16)
    about = [RECIPE, version("openvino"), version("diffusers"), has_bfloat16(), order.precision]
    about += [side, dict(unet.config), dict(vae.config)]
    told.update(json.dumps(about, sort_keys=True, default=str).encode())
    for part in (unet, vae):
        for name, tensor in sorted(part.state_dict().items()):
            told.update(name.encode())
            told.update(tensor.detach().reshape(-1).view(torch.uint8).numpy())
    return told.hexdigest()


def _translate_elsewhere(order: Order, folder: Path) -> None:
    """Have another process fill the folder. Raises ModelUnavailable with what it said last."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix="making-", dir=folder.parent))
    except OSError as error:
        raise ModelUnavailable(
            f"There is no place for the translated model: {error}. Set XDG_CACHE_HOME to a folder"
            " that can be written, or ENGINE_COMPILE=off."
        ) from error
    try:
        root = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        done = subprocess.run(  # noqa: S603  # ourselves
            [sys.executable, "-m", "inference.translator", str(place)],
            input=json.dumps(asdict(order)),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )
        if done.returncode:
            said = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
            raise ModelUnavailable(
                f"The model cannot be translated for OpenVINO (status {done.returncode}:"
                f" {said[0]}). Set ENGINE_COMPILE=off to do without."
            )
        shutil.rmtree(folder, ignore_errors=True)
        try:
            place.rename(folder)
        except OSError:  # another worker was first
            if not (folder / MANIFEST).exists():
                raise
    except subprocess.TimeoutExpired as error:
        raise ModelUnavailable(
            f"Translating the model for OpenVINO took longer than {PATIENCE:.0f} s. Set"
            " ENGINE_COMPILE=off to do without."
        ) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
    _forget_old(folder.parent)


def _forget_old(cache: Path) -> None:
    made = [it for it in cache.iterdir() if (it / MANIFEST).exists()]
    old = sorted(made, key=lambda it: it.stat().st_mtime)[: -KEPT - 1]
    left = [it for it in cache.glob("making-*") if it.stat().st_mtime < time.time() - 2 * PATIENCE]
    for folder in old + left:  # those that were left belonged to workers that were ended meanwhile
        shutil.rmtree(folder, ignore_errors=True)


def ahead(environ: Mapping[str, str]) -> str:
    """Load the model as a worker with these settings would; what came of it, in a sentence.

    Raises PaintError when it cannot be loaded.
    """
    from inference.model import load_model

    options = LoadOptions.from_env(environ)
    found = Checkpoint.find(environ.get("MODEL"), environ.get("HF_TOKEN"))
    if not found.for_engine:
        return f"{found.name} is painted by diffusers' own pipeline; there is nothing to do."
    model = load_model(found, device=environ.get("DEVICE"), options=options)
    if model.runtime == "openvino":
        return f"{model.name} is ready for this processor, in {model.precision}."
    return f"{model.name} is painted by torch here; there is nothing to do."


if __name__ == "__main__":
    print(ahead(os.environ))
