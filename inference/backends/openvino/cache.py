"""Export a checkpoint's UNet and decoder to OpenVINO, once for each machine and set of weights.

inference.backends.openvino.export does the work in a process of its own, which also tries every
program: an exporter and a compiler of kernels can end a process outright, and a worker must not die
of what is only to make it faster. Exports that were tried lie in a folder under the user's cache;
later starts only read it.
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
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from inference.backends.openvino.recipe import (
    MANIFEST,
    RECIPE_VERSION,
    ExportJob,
    row_counts,
)
from inference.backends.openvino.runtime import (
    AcceleratedUNet,
    AcceleratedVae,
    OpenVinoDecoder,
    OpenVinoUNet,
    UnusableNetwork,
    has_bfloat16,
)
from inference.errors import ModelUnavailable
from inference.load_options import LoadOptions
from inference.models import choices
from inference.models.checkpoint import Checkpoint

logger = logging.getLogger(__name__)

MAX_UNET_BYTES = 10**9  # bytes of a UNet's files; a larger one takes minutes, and gains a third
EXPORT_TIMEOUT_SECONDS = 900.0
MAX_CACHED = 4  # exports of other weights that stay in the cache


def is_worth_it(checkpoint: Checkpoint) -> bool:
    """Return whether to export a checkpoint for the CPU without being asked to."""
    endings = ("safetensors", "bin")
    files = [file for end in endings for file in checkpoint.folder.glob(f"unet/*.{end}")]
    files = [checkpoint.file] if checkpoint.file else files
    small = sum(file.stat().st_size for file in files) <= MAX_UNET_BYTES
    return small and importlib.util.find_spec("openvino") is not None


def load_or_export(
    checkpoint: Checkpoint,
    unet: Any,
    vae: Any,
    *,
    side: int,
    options: LoadOptions,
    precision: str = "",
) -> tuple[AcceleratedUNet, AcceleratedVae, str]:
    """Return what stands in for the two parts, and the precision in which it computes.

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
    job = ExportJob(
        folder=str(checkpoint.folder),
        file=str(checkpoint.file) if checkpoint.file else None,
        name=checkpoint.name,
        tiny_vae=options.tiny_vae,
        lora=options.lora,
        threads=threads,
        precision=precision,
    )
    folder = _cache() / _key(unet, vae, job, side)
    if not (folder / MANIFEST).exists():
        _export_in_subprocess(job, folder)
    exported = json.loads((folder / MANIFEST).read_text("utf-8"))["precision"]
    question = f"{checkpoint.name}: precision, openvino {version('openvino')}, {threads} threads"
    # An export that was lost is made anew, maybe in a busy moment: the one before counts.
    precision = precision or choices.recall(question, lambda: str(exported))
    os.utime(folder)
    try:
        fast_unet = OpenVinoUNet(folder, precision, threads)
        fast_decoder = OpenVinoDecoder(folder, precision, threads)
        fast_unet.network.prepare([(rows, side, side) for rows in row_counts(unet)])
        fast_decoder.network.prepare([(1, side, side)])
    except UnusableNetwork as error:
        raise ModelUnavailable(f"A translation that worked does not any more: {error}") from error
    return (
        AcceleratedUNet(unet, fast_unet, side),
        AcceleratedVae(vae, fast_decoder, side),
        precision,
    )


def forget() -> int:
    """Remove all exports, with the precisions that were chosen for them. Returns their number."""
    folders = [folder for folder in _cache().glob("*") if (folder / MANIFEST).exists()]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return len(folders)


def _cache() -> Path:
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError as error:
        raise ModelUnavailable(
            "There is no place for the translated model, since this user has no home: set"
            " XDG_CACHE_HOME to a folder that can be written, or ENGINE_COMPILE=off."
        ) from error
    return Path(base) / "efude" / "openvino"


def _key(unet: Any, vae: Any, job: ExportJob, side: int) -> str:
    """Return a name for these weights, on this kind of processor, by this recipe."""
    digest = hashlib.blake2b(digest_size=16)
    inputs = [
        RECIPE_VERSION,
        version("openvino"),
        version("diffusers"),
        has_bfloat16(),
        job.precision,
    ]
    inputs += [side, dict(unet.config), dict(vae.config)]
    digest.update(json.dumps(inputs, sort_keys=True, default=str).encode())
    for part in (unet, vae):
        for name, tensor in sorted(part.state_dict().items()):
            digest.update(name.encode())
            digest.update(tensor.detach().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


def _export_in_subprocess(job: ExportJob, folder: Path) -> None:
    """Have another process fill the folder. Raises ModelUnavailable with its last line."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        working = Path(tempfile.mkdtemp(prefix="making-", dir=folder.parent))
    except OSError as error:
        raise ModelUnavailable(
            f"There is no place for the translated model: {error}. Set XDG_CACHE_HOME to a folder"
            " that can be written, or ENGINE_COMPILE=off."
        ) from error
    try:
        root = str(Path(__file__).resolve().parents[3])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        done = subprocess.run(  # noqa: S603  # ourselves
            [sys.executable, "-m", "inference.backends.openvino.export", str(working)],
            input=json.dumps(asdict(job)),
            capture_output=True,
            text=True,
            timeout=EXPORT_TIMEOUT_SECONDS,
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )
        if done.returncode:
            last_lines = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
            raise ModelUnavailable(
                f"The model cannot be translated for OpenVINO (status {done.returncode}:"
                f" {last_lines[0]}). Set ENGINE_COMPILE=off to do without."
            )
        shutil.rmtree(folder, ignore_errors=True)
        try:
            working.rename(folder)
        except OSError:  # another worker was first
            if not (folder / MANIFEST).exists():
                raise
    except subprocess.TimeoutExpired as error:
        raise ModelUnavailable(
            f"Translating the model for OpenVINO took longer than {EXPORT_TIMEOUT_SECONDS:.0f} s."
            " Set ENGINE_COMPILE=off to do without."
        ) from error
    finally:
        shutil.rmtree(working, ignore_errors=True)
    _delete_old(folder.parent)


def _delete_old(cache: Path) -> None:
    """Delete the oldest exports, and those that were interrupted long ago."""
    by_age = sorted(cache.iterdir(), key=lambda folder: folder.stat().st_mtime)
    finished = [folder for folder in by_age if (folder / MANIFEST).exists()]
    deadline = time.time() - 2 * EXPORT_TIMEOUT_SECONDS
    interrupted = [f for f in by_age if f.match("making-*") and f.stat().st_mtime < deadline]
    for folder in finished[: -MAX_CACHED - 1] + interrupted:
        shutil.rmtree(folder, ignore_errors=True)
