"""Checks of what a worker paints with: the model's files and the device."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from bot.operations.doctor.finding import CheckFailed
from bot.settings import Settings

ROOT = Path(__file__).parents[3]


def check_model(settings: Settings) -> str:
    """Check whether the model's files are whole. Raises CheckFailed."""
    name = settings.model
    folder = Path(name) if name else ROOT / "inference" / "mame"
    if name and not folder.exists():
        if name.startswith((".", "/", "~")) or name.count("/") != 1:
            raise CheckFailed(
                f"there is no folder or file {name}",
                "Correct MODEL: a folder, a .safetensors file, or a hub id.",
            )
        return _on_hub(settings, name)
    if folder.is_file():
        return _in_one_file(folder)
    if not (folder / "model_index.json").is_file():
        raise CheckFailed(
            f"{folder} has no model_index.json",
            "MODEL must be a folder in diffusers' layout; for mame, check the repository out anew.",
        )
    weights = [*folder.rglob("*.safetensors"), *folder.rglob("*.bin")]
    lfs_pointers = [path for path in weights if path.stat().st_size < 1024]
    if not weights or lfs_pointers:
        raise CheckFailed(
            f"{folder} has no weights"
            if not weights
            else f"{lfs_pointers[0]} is too small to be real",
            "Copy the model anew; where Git LFS is used: git lfs pull",
        )
    size = sum(path.stat().st_size for path in weights) / 1e6
    return f"{folder}: {len(weights)} files of weights, {size:.0f} MB"


def _in_one_file(file: Path) -> str:
    from inference.errors import ModelUnavailable
    from inference.models.single_file import identify

    try:
        layout = identify(file)
    except ModelUnavailable as error:
        raise CheckFailed(str(error), "Correct MODEL, or download the file again.") from error
    return f"{file}: {layout} in one file, {file.stat().st_size / 1e6:.0f} MB"


def _on_hub(settings: Settings, name: str) -> str:
    if importlib.util.find_spec("huggingface_hub") is None:
        return f"{name} is on the hub; no worker runs on this machine (no huggingface_hub)"
    from huggingface_hub import try_to_load_from_cache

    if isinstance(try_to_load_from_cache(name, "model_index.json"), str):
        return f"{name}, downloaded"
    gated = "" if settings.hf_token else " If it is gated, a worker needs HF_TOKEN."
    return f"{name} is not on this machine yet: a worker downloads it as it starts.{gated}"


_ASK_TORCH = """
import sys, torch
wanted = sys.argv[1] or ("cuda" if torch.cuda.is_available() else "cpu")
device = torch.device(wanted)
torch.zeros(1, device=device).add_(1).item()
print(device, torch.cuda.get_device_name(device) if device.type == "cuda" else "")
"""


def check_device(settings: Settings) -> str:
    """Check the device, in a process of its own: torch is heavy. Raises CheckFailed."""
    if importlib.util.find_spec("torch") is None:
        return "no torch here: this machine paints nothing, which is right for web and courier"
    command = [sys.executable, "-c", _ASK_TORCH, settings.device or ""]
    try:
        process = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise CheckFailed(
            "torch did not answer in 120 s", "Look at the driver: nvidia-smi"
        ) from None
    if process.returncode:
        last = (process.stderr.strip().splitlines() or ["no word"])[-1][:200]
        raise CheckFailed(
            f"{settings.device or 'the device'} cannot be used: {last}",
            "Correct DEVICE, or mend the driver (nvidia-smi); without DEVICE, it is chosen.",
        )
    return process.stdout.strip() + _choices()


def _choices() -> str:
    """Return what was chosen by timing on this machine, and stays so."""
    from inference.models import choices

    remembered = [f"{question}: {choice}" for question, choice in choices.remembered().items()]
    if not remembered:
        return ""
    anew = "to choose anew: python -m inference.backends --choose-anew"
    return f"; chosen once: {'; '.join(remembered)} ({anew})"
