"""Checkpoints that survive being interrupted at any instant."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch


def save_state(path: Path, done: float, parts: dict[str, Any]) -> None:
    """Keep the parts' state and the share of the stage that is done (0..1)."""
    fresh = path.with_suffix(".new")
    torch.save({"done": done} | {name: part.state_dict() for name, part in parts.items()}, fresh)
    os.replace(fresh, path)


def load_state(path: Path, parts: dict[str, Any]) -> float:
    """Fill the parts and return the share done: 0 when there is no checkpoint yet."""
    if not path.exists():
        return 0.0
    state = torch.load(path, map_location="cpu", weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return float(state["done"])
