"""Write the pictures of the docs, and beside them which weights painted what is in them."""

from __future__ import annotations

import datetime as dt
import io
import tomllib
from pathlib import Path

from PIL import Image

from inference.models.weights_digest import weights_digest

OUT = Path(__file__).parent.parent.parent / "docs" / "pictures"
RECORD = "made-by.toml"
MOST_BYTES = 400_000  # of one still picture
_HEAD = (
    "# `make pictures` writes this: the weights of what is painted in each picture, and the day.\n"
)


def palette_png(picture: Image.Image, colours: int = 256) -> bytes:
    """Return a PNG of at most this many colours and MOST_BYTES. Raises ValueError for a larger."""
    few = picture.convert("RGB").quantize(colours, Image.Quantize.MEDIANCUT)
    file = io.BytesIO()
    few.save(file, "PNG", optimize=True)
    if len(file.getvalue()) > MOST_BYTES:
        raise ValueError(f"{len(file.getvalue())} bytes: choose a smaller size or fewer colours.")
    return file.getvalue()


def write(name: str, data: bytes, folder: Path = OUT) -> None:
    """Write a picture, then note the embedded model's weights and the day."""
    (folder / name).write_bytes(data)
    noted = made_by(folder) | {name: (weights_digest(None), dt.datetime.now(dt.UTC).date())}
    lines = [
        f'"{each}" = {{ weights = "{digest}", date = {day.isoformat()} }}\n'
        for each, (digest, day) in sorted(noted.items())
    ]
    (folder / RECORD).write_text(_HEAD + "".join(lines), encoding="utf-8")
    print(f"{name}: {len(data):,} bytes", flush=True)


def made_by(folder: Path = OUT) -> dict[str, tuple[str, dt.date]]:
    """Return for each picture the digest of its weights, and the day on which it was made."""
    file = folder / RECORD
    table = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {name: (entry["weights"], entry["date"]) for name, entry in table.items()}


def stale(folder: Path = OUT) -> list[str]:
    """Return a sentence for each picture that other weights painted than those that are shipped."""
    noted, now = made_by(folder), weights_digest(None)
    shown = {path.name for path in folder.iterdir() if path.suffix in {".png", ".webp"}}
    return [
        f"{name} is not of the weights in inference/mame: run `make pictures`, and look at them."
        for name in sorted(shown | noted.keys())
        if name not in shown or noted.get(name, ("", None))[0] != now
    ]
