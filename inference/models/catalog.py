"""The models we know by name: licence, size, defaults, and what their licence asks of users.

The table is catalog.toml. No torch here: the bot's web process shows the terms.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.models.hub import repository_of

DEFAULT_MODEL = "mame"
_TABLE = tomllib.loads(Path(__file__).with_name("catalog.toml").read_text(encoding="utf-8"))
_LICENSES = _TABLE["licenses"]


@dataclass(frozen=True)
class ModelInfo:
    """What a loaded painter says of itself.

    native_size: pixels of a side painted by default. dtype: in which the UNet computes. runtime:
    what computes it, "torch" or "openvino". image_to_image, inpainting: whether it can start from a
    picture, and repaint a part of one. numerics: in words, what decides how its numbers are rounded
    (inference.models.numerics); two painters with the same words paint the same from a seed.
    """

    name: str
    device: str
    dtype: str
    native_size: int
    default_steps: int
    default_guidance: float
    license: str
    safety_checker: bool
    english_only: bool = False
    runtime: str = "torch"
    image_to_image: bool = True
    inpainting: bool = True
    numerics: str = ""


@dataclass(frozen=True)
class KnownModel:
    """A model whose properties need not be guessed. size in pixels; steps, guidance: defaults.

    terms_url: where the licence can be read. vram: what it needs, in words, since nothing but the
    embedded model was measured here. japanese: True, it was trained on Japanese; False, its text
    encoder reads English only (or English and Chinese); None, nobody has verified it.
    non_commercial: the licence forbids earning money with it. own_code: it cannot be loaded without
    running Python files from its repository, which is never done. examples: as in catalog.toml.
    styles: names of the only styles of painting that it knows; empty: nobody has narrowed them.
    """

    name: str
    license: str
    terms_url: str
    size: int
    steps: int
    guidance: float
    good_at: str
    vram: str
    japanese: bool | None = None
    needs_token: bool = False
    non_commercial: bool = False
    own_code: bool = False
    examples: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Example:
    """A prompt that a model paints well. meaning: what it says, in English; "" for English."""

    prompt: str
    meaning: str = ""


def _read_model(row: dict[str, Any]) -> KnownModel:
    """Read a row of catalog.toml; the embedded model's own file overrides it."""
    license_row = _LICENSES.get(row["license"])
    if license_row:
        row = {**row, "license": license_row["name"], "terms_url": license_row["url"]}
    row = dict(row)
    examples, styles = (tuple(row.pop(name, [])) for name in ("examples", "styles"))
    if row["name"] == DEFAULT_MODEL and _EMBEDDED_FILE.is_file():
        own = json.loads(_EMBEDDED_FILE.read_text(encoding="utf-8"))
        for field, key in _EMBEDDED_KEYS.items():
            row[field] = own.get(key, row[field])
    return KnownModel(**row, examples=examples, styles=styles)


_EMBEDDED_FILE = Path(__file__).parent.parent / DEFAULT_MODEL / f"{DEFAULT_MODEL}.json"
_EMBEDDED_KEYS = {
    "size": "native_size",
    "steps": "default_steps",
    "guidance": "default_guidance",
}
MODELS = {row["name"]: _read_model(row) for row in _TABLE["models"]}
# Licences that ask nothing of those who have pictures painted. All others are taken to restrict
# them, also where nobody has read the terms yet.
_ASK_NOTHING = {row["name"] for row in _LICENSES.values() if row.get("asks_nothing")}


def lookup(model: str | None) -> KnownModel | None:
    """Return the known model of that name or hub id (None and "" mean the embedded one), if any.

    A revision after the id makes no difference.
    """
    return MODELS.get(repository_of(model) if model else DEFAULT_MODEL)


def license_of(model: str | None) -> str:
    """Return the licence in one line, or that it is not known."""
    known = lookup(model)
    return known.license if known else "unknown: see the model's card"


def terms_url(model: str | None) -> str:
    """Where the licence that binds the model's users can be read."""
    known = lookup(model)
    return known.terms_url if known else str(_LICENSES["openrail-m"]["url"])


def setup_warning(name: str, known: KnownModel | None, *, english: bool = False) -> str | None:
    """Return what whoever sets up the model should be told, in a sentence; None when there is
    nothing.

    known: what the catalog says of it. english: whether its text encoder was found to read no
    Japanese; what the catalog says counts more.
    """
    warnings = []
    if english if known is None else known.japanese is False:
        warnings.append(english_only_warning(name))
    elif known and known.japanese is None:
        warnings.append(f"Nobody has verified how well {name} understands Japanese.")
    if known and known.non_commercial:
        warnings.append(f"{name} must not be used commercially.")
    return " ".join(warnings) or None


def english_only_warning(name: str) -> str:
    """Return the warning about a text encoder that cannot read what the bot's people write."""
    return (
        f"{name} does not understand Japanese: its pictures will have little to do with Japanese"
        " prompts. Choose another model, or prompt it in English."
    )


def examples(model: str | None) -> list[Example]:
    """Three prompts that the model paints well, the best one first.

    A model that we do not know is taken to read Japanese, as one who sets up this bot wants.
    """
    known = lookup(model)
    words = "english" if known and known.japanese is False else "japanese"
    rows = (known.examples if known else ()) or _TABLE["examples"][words]
    return [Example(*row.split(" | ")) for row in rows]


def restrictions(model: str | None, lang: str = "ja") -> list[str]:
    """Return what people may not do with the model, one sentence each, in "ja" or "en".

    Empty for a licence that asks nothing of them (the embedded model's, Apache-2.0). A model we do
    not know, or whose own terms were not read, is taken to carry the restrictions that nearly all
    checkpoints of the Stable Diffusion family inherit. OpenRAIL-M, paragraphs 4a and 5, wants the
    rules shown to every user of a service.
    """
    known = lookup(model)
    if known and known.license in _ASK_NOTHING:
        return []
    return list(_TABLE["restrictions"]["en" if lang == "en" else "ja"])
