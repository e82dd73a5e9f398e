"""Checks of what a worker paints with: the model's files and the device."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from functools import reduce
from pathlib import Path

from bot.operations.doctor.finding import CheckFailed
from bot.settings import Settings
from bot.texts.sentence import Sentence, Verbatim
from bot.texts.written import Written

ROOT = Path(__file__).parents[3]
TORCH_SECONDS = 120


def check_model(settings: Settings) -> Sentence:
    """Check whether the model's files are whole. Raises CheckFailed."""
    name = settings.model
    folder = Path(name) if name else ROOT / "inference" / "mame"
    if name and not folder.exists():
        if name.startswith((".", "/", "~")) or name.count("/") != 1:
            raise CheckFailed(
                Sentence("doctor.no_model", name=name), Sentence("doctor.no_model_remedy")
            )
        return _on_hub(settings, name)
    if folder.is_file():
        return _in_one_file(folder)
    if not (folder / "model_index.json").is_file():
        raise CheckFailed(
            Sentence("doctor.no_index", folder=folder), Sentence("doctor.no_index_remedy")
        )
    weights = [*folder.rglob("*.safetensors"), *folder.rglob("*.bin")]
    if not weights and not _paints():  # as in the container image of web, courier and clock
        return Sentence("doctor.weights_elsewhere", folder=folder)
    lfs_pointers = [path for path in weights if path.stat().st_size < 1024]
    if not weights or lfs_pointers:
        raise CheckFailed(
            Sentence("doctor.small_weights", file=lfs_pointers[0])
            if weights
            else Sentence("doctor.no_weights", folder=folder),
            Sentence("doctor.weights_remedy"),
        )
    megabytes = _megabytes(sum(path.stat().st_size for path in weights))
    return Sentence("doctor.weights", folder=folder, count=len(weights), megabytes=megabytes)


def _paints() -> bool:
    """Return whether a worker can run on this machine."""
    return importlib.util.find_spec("torch") is not None


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f}"


def _in_one_file(file: Path) -> Sentence:
    from inference.errors import ModelUnavailable
    from inference.models.single_file import identify

    try:
        layout = identify(file)
    except ModelUnavailable as error:
        raise CheckFailed(
            Written("model_file", str(error)), Sentence("doctor.bad_file_remedy")
        ) from error
    megabytes = _megabytes(file.stat().st_size)
    return Sentence("doctor.one_file", file=file, layout=layout, megabytes=megabytes)


def _on_hub(settings: Settings, name: str) -> Sentence:
    if importlib.util.find_spec("huggingface_hub") is None:
        return Sentence("doctor.hub_elsewhere", name=name)
    from huggingface_hub import try_to_load_from_cache

    if isinstance(try_to_load_from_cache(name, "model_index.json"), str):
        return Sentence("doctor.hub_here", name=name)
    return Sentence(
        "doctor.hub_later" if settings.hf_token else "doctor.hub_later_gated", name=name
    )


_ASK_TORCH = """
import sys, torch
wanted = sys.argv[1] or ("cuda" if torch.cuda.is_available() else "cpu")
device = torch.device(wanted)
torch.zeros(1, device=device).add_(1).item()
print(device, torch.cuda.get_device_name(device) if device.type == "cuda" else "")
"""


def check_device(settings: Settings) -> Sentence:
    """Check the device, in a process of its own: torch is heavy. Raises CheckFailed."""
    if not _paints():
        return Sentence("doctor.no_torch")
    from inference.models import choices

    command = [sys.executable, "-c", _ASK_TORCH, settings.device or ""]
    try:
        process = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=TORCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise CheckFailed(
            Sentence("doctor.torch_silent", seconds=TORCH_SECONDS),
            Sentence("doctor.torch_silent_remedy"),
        ) from None
    if process.returncode:
        last = (process.stderr.strip().splitlines() or ["?"])[-1][:200]
        raise CheckFailed(
            Sentence(
                "doctor.device_broken",
                device=settings.device or Sentence("doctor.the_device"),
                reason=last,
            ),
            Sentence("doctor.device_broken_remedy"),
        )
    device = process.stdout.strip()
    # What was chosen by timing on this machine, and stays so.
    remembered = [
        Sentence("doctor.chosen", question=Written("choice", question), answer=answer)
        for question, answer in choices.remembered().items()
    ]
    if not remembered:
        return Verbatim(device)
    listed = reduce(lambda one, next_: Sentence("doctor.then", first=one, second=next_), remembered)
    return Sentence("doctor.device_chosen", device=device, choices=listed)
