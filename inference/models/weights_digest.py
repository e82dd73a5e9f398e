"""What a folder of weights is told from another by: a digest of its files.

No torch here. Pictures that are kept for a model are painted anew when its digest changes.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from inference.models.catalog import DEFAULT_MODEL

MAME_FOLDER = Path(__file__).parent.parent / DEFAULT_MODEL
_READ_WHOLE_BYTES = 128 * 1024 * 1024  # a folder of more is told by names and sizes
_SUFFIXES = {".safetensors", ".json", ".model", ".txt", ".bin", ".ckpt"}


@cache
def weights_digest(model: str | None) -> str:
    """Return 16 hex digits for a model's weights. model: a folder, a file or a name; None or "" is
    the embedded one. A name on the hub stands for its weights."""
    folder = Path(model) if model and model != DEFAULT_MODEL else MAME_FOLDER
    if not folder.exists():
        return hashlib.sha256(str(model).encode()).hexdigest()[:16]
    files = [folder] if folder.is_file() else sorted(folder.rglob("*"))
    files = [path for path in files if path.is_file() and path.suffix in _SUFFIXES]
    whole = sum(path.stat().st_size for path in files) <= _READ_WHOLE_BYTES
    digest = hashlib.sha256()
    for path in files:
        size = path.stat().st_size
        digest.update(
            f"{path.name if path == folder else path.relative_to(folder)}:{size}\n".encode()
        )
        if whole:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
