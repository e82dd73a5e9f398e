"""Where a checkpoint's files are: the embedded model, a folder, or the hub. No torch here.

One module, though a long one: each way to find a checkpoint ends in the same questions to it.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from os.path import expanduser, isdir, isfile
from pathlib import Path
from typing import Any

from inference.errors import ModelUnavailable
from inference.models import catalog, single_file
from inference.models.hub import download_model, may_be_hub_id, parse_hub_id
from inference.models.weight_files import choose_weights, variant_of, with_pieces

EMBEDDED = Path(__file__).parent.parent / "mame"
SUPPORTED = (
    "Supported are text-to-image checkpoints in diffusers' folder layout: Stable Diffusion 1.x and"
    " 2.x, SDXL, and the other families that diffusers' AutoPipelineForText2Image knows; and Stable"
    " Diffusion 1.x and SDXL in one .safetensors file."
)
_CLASS_NAMES = {"StableDiffusionPipeline", "JapaneseStableDiffusionPipeline"}
_SDXL_CLASS_NAMES = {
    "StableDiffusionXLPipeline",
    "StableDiffusionXLImg2ImgPipeline",
    "StableDiffusionXLInpaintPipeline",
}
_PARTS = ("unet", "vae", "text_encoder", "safety_checker")
_FOLDERS = (*_PARTS, "scheduler", "tokenizer", "feature_extractor")
_SCHEDULER = ("scheduler", "scheduler_config.json")
_SMALL = (".json", ".txt", ".jinja", ".model")  # the last: SentencePiece vocabularies


@dataclass(frozen=True)
class Weights:
    """Which file of a component to read."""

    safetensors: bool
    variant: str | None


@dataclass(frozen=True)
class Checkpoint:
    """A folder in diffusers' layout whose files are all there, or one file with all weights.

    folder: of the file, that of its settings. file: None where the weights lie in the folder.
    """

    folder: Path
    name: str
    file: Path | None = None

    @classmethod
    def find(cls, model: str | None, token: str | None = None) -> Checkpoint:
        """Return the checkpoint of a folder, a hub id, or (None, "" or "mame") the embedded model.

        Downloads from the hub what is not there yet. Raises ModelUnavailable.
        """
        if not model or model == catalog.DEFAULT_MODEL:
            checkpoint = cls(EMBEDDED, catalog.DEFAULT_MODEL)
        elif isdir(path := Path(expanduser(model))):  # quiet about a name that is too long
            checkpoint = cls(path.resolve(), path.resolve().name)
        elif isfile(path):
            file = path.resolve()
            return cls(single_file.LAYOUTS / single_file.identify(file), file.stem, file)
        elif may_be_hub_id(model):
            hub_id = parse_hub_id(model)
            name = hub_id.repository
            _refuse_own_code(name, {})
            checkpoint = cls(download_model(hub_id, token, partial(_needed_files, name)), name)
        else:
            raise ModelUnavailable(
                f"There is no folder or file {model}, and it is not a hub id of the form"
                f" owner/name or owner/name@commit.{_hint_at_id(model)} Set MODEL to a"
                " checkpoint's folder, a .safetensors file or a hub id, or leave it out for mame."
            )
        checkpoint._check()
        return checkpoint

    def read_json(self, *path: str) -> dict[str, Any]:
        """Return a JSON file of the checkpoint, {} when it is absent. Raises ModelUnavailable."""
        file = self.folder.joinpath(*path)
        if not file.is_file():
            return {}
        try:
            table = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ModelUnavailable(f"{file} is not JSON ({error}): download it again.") from error
        return table if isinstance(table, dict) else {}

    def scheduler_config(self) -> dict[str, Any]:
        """Return the settings of the scheduler that the checkpoint was trained for.

        Where they leave out its class, it is the one of model_index.json.
        """
        table = self.read_json(*_SCHEDULER)
        named = self.read_json("model_index.json").get("scheduler")
        if isinstance(named, list) and named[1:] and isinstance(named[1], str):
            table = {"_class_name": named[1], **table}
        return table if self.file is None else table | single_file.scheduler_changes(self.file)

    def weights(self, component: str) -> Weights | None:
        """Return which weight file the component has, safetensors before .bin; None when there
        is none.
        """
        if self.file is not None:
            return Weights(True, None) if (self.folder / component).is_dir() else None
        folder = self.folder / component
        names = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
        name = choose_weights(names)
        return None if name is None else Weights(".safetensors" in name, variant_of(name))

    def weight_files(self, component: str) -> list[Path]:
        """Return the file of the component's weights, or the numbered ones that its index names,
        there or not.

        Raises ModelUnavailable for an index that is not JSON.
        """
        if self.file is not None:
            return [self.file]
        folder = self.folder / component
        names = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
        chosen = choose_weights(names)
        if chosen is None or ".index." not in chosen:
            return [folder / chosen] if chosen else []
        table = self.read_json(component, chosen).get("weight_map")
        named = table.values() if isinstance(table, dict) and table else ["(none)"]
        return [folder / piece for piece in sorted({str(name) for name in named})]

    def missing_pieces(self, component: str) -> list[str]:
        """Return those of the component's weight files that are absent."""
        files = self.weight_files(component)
        return [f"{component}/{file.name}" for file in files if not file.is_file()]

    @property
    def family(self) -> str | None:
        """The shape of what our own engine paints: "sd" (Stable Diffusion 1.x and 2.x), "sdxl".

        None for what diffusers' own pipelines paint, such as LatentConsistencyModelPipeline.
        """
        index = self.read_json("model_index.json")
        if index.get("_class_name") in _CLASS_NAMES and "text_encoder_2" not in index:
            return "sd"
        if index.get("_class_name") not in _SDXL_CLASS_NAMES or None in index.get(
            "text_encoder", [None]
        ):
            return None
        unet = self.read_json("unet", "config.json")
        plain = unet.get("in_channels", 4) == 4
        return "sdxl" if plain and unet.get("addition_embed_type") == "text_time" else None

    @property
    def encoders(self) -> tuple[str, ...]:
        """The folders of its text encoders, where our own engine paints."""
        return ("text_encoder", "text_encoder_2")[: 2 if self.family == "sdxl" else 1]

    @property
    def variant(self) -> str | None:
        """What diffusers is told where some part has a variant of its weights only, as "fp16"."""
        folders = [part for part in sorted(self.folder.iterdir()) if part.is_dir()]
        chosen = [choose_weights({file.name for file in part.iterdir()}) for part in folders]
        return next(filter(None, (variant_of(name) for name in chosen if name)), None)

    def catalog_entry(self) -> catalog.KnownModel | None:
        """Return what the catalog knows of this very model, not of a folder named like it."""
        hub_or_embedded = "/" in self.name or self.folder == EMBEDDED
        return catalog.lookup(self.name) if hub_or_embedded else None

    def license(self) -> str:
        """Return the licence in one line, from the checkpoint's own words or from the catalog."""
        known = self.catalog_entry()
        own = self.read_json("mame.json").get("licence") or (known.license if known else None)
        own = own or _license_in_card(self.folder / "README.md")
        return str(own or "unknown: see the model's card")

    def _check(self) -> None:
        index = self.read_json("model_index.json")
        if not index:
            raise ModelUnavailable(
                f"{self.folder} has no model_index.json, so it is not a whole checkpoint."
                + _hint_at_files(self.folder)
                + (" The embedded model has not been made yet." if self.folder == EMBEDDED else "")
                + f" {SUPPORTED}"
            )
        _refuse_own_code(self.name, index)
        if self.family:
            parts = ["unet", "vae", *self.encoders]
            if "safety_checker" in components(index):  # [null, null] is how to do without
                parts.append("safety_checker")
            missing = [part for part in parts if not self.weights(part)]
            tokenizers = [part.replace("text_encoder", "tokenizer") for part in self.encoders]
            others: Collection[str] = (*tokenizers, "scheduler")
        else:
            missing, others = [], components(index)
        missing += [piece for part in components(index) for piece in self.missing_pieces(part)]
        missing += [part for part in others if not (self.folder / part).is_dir()]
        # Without settings a scheduler takes away noise of another strength than was trained.
        if (self.family or "scheduler" in others) and not self.read_json(*_SCHEDULER):
            missing.append("/".join(_SCHEDULER))
        if missing:
            raise ModelUnavailable(
                f"{self.name} is incomplete: {', '.join(missing)} missing in {self.folder}."
                " Download it again; check that the disk is not full."
            )


def _hint_at_files(folder: Path) -> str:
    """Name what MODEL was probably meant to be, in a folder that is no checkpoint."""
    if (folder.parent / "model_index.json").is_file():
        return f" It is one part of {folder.parent}: set MODEL to that."
    files = sorted(folder.glob("*.safetensors"))
    return f" It holds {files[0].name}: MODEL may be that file." if files else ""


def _hint_at_id(model: str) -> str:
    """Name the hub id in the address of a page."""
    scheme, _, rest = model.partition("://")
    parts = rest.split("/")[1:3]
    if scheme not in {"http", "https"} or len(parts) < 2:
        return ""
    return f" Of that address it is {'/'.join(parts)}."


def components(index: Mapping[str, Any]) -> list[str]:
    """Return the folders that a model_index.json names."""
    return [
        name
        for name, value in index.items()
        if isinstance(value, list)
        and len(value) == 2
        and all(isinstance(word, str) for word in value)
        if not name.startswith("_")
    ]


def _refuse_own_code(name: str, index: Mapping[str, Any]) -> None:
    """diffusers would import Python files of the folder: a model is data, and never gets to run."""
    foreign = {part for part in components(index) if not _is_known_library(index[part][0])}
    if not isinstance(index.get("_class_name"), str | None):
        foreign.add("_class_name")
    known = catalog.lookup(name)
    if foreign or (known and known.own_code):
        raise ModelUnavailable(
            f"{name} needs Python code of its own ({', '.join(sorted(foreign)) or 'its pipeline'}),"
            f" which is never run here. Choose another model. {SUPPORTED}"
        )


def _is_known_library(name: str) -> bool:
    """diffusers, transformers, or one of diffusers' own pipeline modules, such as kolors."""
    if name in {"diffusers", "transformers"}:
        return True
    spec = importlib.util.find_spec("diffusers")  # looks for it, and imports nothing
    places = spec.submodule_search_locations if spec else None
    return name.isidentifier() and any(
        Path(place, "pipelines", name).is_dir() for place in places or ()
    )


def choose_files(names: Collection[str], folders: Collection[str] = _FOLDERS) -> list[str]:
    """Of all files of a hub repository, those that are needed: no second copy of the weights."""
    chosen = [name for name in names if name in {"model_index.json", "mame.json", "README.md"}]
    for folder in folders:
        inside = {name[len(folder) + 1 :] for name in names if name.startswith(f"{folder}/")}
        weights = choose_weights(inside)
        small = [
            name
            for name in inside
            if "/" not in name and name.endswith(_SMALL) and ".index." not in name
        ]
        chosen += [f"{folder}/{name}" for name in [*small, *with_pieces(weights, inside)]]
    return sorted(chosen)


def _needed_files(
    model: str, names: list[str], read_index: Callable[[], Mapping[str, Any]]
) -> list[str]:
    """Of a hub repository's files, those to download. Raises ModelUnavailable if none would do."""
    if "model_index.json" not in names:
        whole = [name for name in names if name.endswith(".safetensors") and "/" not in name]
        hint = f" Or download its {min(whole)}, and set MODEL to that file." if whole else ""
        raise ModelUnavailable(f"{model} is not in diffusers' folder layout.{hint} {SUPPORTED}")
    index = read_index()
    _refuse_own_code(model, index)
    return choose_files(names, {*_FOLDERS, *components(index)})


def _license_in_card(card: Path) -> str | None:
    """Return the `license:` line of a model card's front matter."""
    if not card.is_file():
        return None
    lines = card.read_text(encoding="utf-8", errors="replace").splitlines()
    for line in lines[1:80] if lines[:1] == ["---"] else []:
        if line.startswith("---"):
            return None
        if line.startswith("license:"):
            return line.removeprefix("license:").strip().strip("\"'") or None
    return None
