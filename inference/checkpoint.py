"""Where a checkpoint's files are: the embedded model, a folder, or the hub. No torch here."""

from __future__ import annotations

import importlib.util
import json
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference import catalog
from inference.request import PaintError

EMBEDDED = Path(__file__).parent / "mame"
SUPPORTED = (
    "Supported are text-to-image checkpoints in diffusers' folder layout: Stable Diffusion 1.x and"
    " 2.x, and the other families that diffusers' AutoPipelineForText2Image knows."
)
_CLASS_NAMES = {"StableDiffusionPipeline", "JapaneseStableDiffusionPipeline"}
_PARTS = ("unet", "vae", "text_encoder", "safety_checker")
_FOLDERS = (*_PARTS, "scheduler", "tokenizer", "feature_extractor")
_STEMS = ("diffusion_pytorch_model", "model", "pytorch_model")
_SMALL = (".json", ".txt", ".jinja", "spiece.model", "tokenizer.model")


class ModelUnavailable(PaintError):
    """The model cannot be loaded; the message says what to do about it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True, code="model_unavailable")


@dataclass(frozen=True)
class Weights:
    """Which file of a component to read."""

    safetensors: bool
    variant: str | None


@dataclass(frozen=True)
class Checkpoint:
    """A folder in diffusers' layout whose files are all there."""

    folder: Path
    name: str

    @classmethod
    def find(cls, model: str | None, token: str | None = None) -> Checkpoint:
        """The checkpoint of a folder, a hub id, or (None, "" or "mame") the embedded model.

        Downloads from the hub what is not there yet. Raises ModelUnavailable.
        """
        if not model or model == catalog.DEFAULT:
            found = cls(EMBEDDED, catalog.DEFAULT)
        elif Path(model).expanduser().is_dir():
            folder = Path(model).expanduser().resolve()
            found = cls(folder, folder.name)
        elif model.count("/") == 1 and not model.startswith((".", "/", "~")):
            _refuse_own_code(model, {})
            found = cls(_download(model, token), model)
        else:
            raise ModelUnavailable(
                f"There is no folder {model}, and it is not a hub id of the form owner/name."
                " Set MODEL to a checkpoint folder or a hub id, or leave it out for mame."
            )
        found._check()
        return found

    def json(self, *path: str) -> dict[str, Any]:
        """A JSON file of the checkpoint, {} when it is absent. Raises ModelUnavailable."""
        file = self.folder.joinpath(*path)
        if not file.is_file():
            return {}
        try:
            table = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ModelUnavailable(f"{file} is not JSON ({error}): download it again.") from error
        return table if isinstance(table, dict) else {}

    def weights(self, component: str) -> Weights | None:
        """Which weight file the component has, safetensors before .bin; None when there is none."""
        folder = self.folder / component
        names = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
        name = choose_weights(component, names)
        if name is None:
            return None
        return Weights(name.endswith(".safetensors"), "fp16" if ".fp16." in name else None)

    @property
    def for_engine(self) -> bool:
        """Whether it has the shape of Stable Diffusion 1.x and 2.x, which our own engine paints."""
        index = self.json("model_index.json")
        return index.get("_class_name") in _CLASS_NAMES and "text_encoder_2" not in index

    @property
    def variant(self) -> str | None:
        """ "fp16" when some part has its weights in half precision only."""
        folders = [it for it in self.folder.iterdir() if it.is_dir()]
        chosen = [choose_weights(it.name, {file.name for file in it.iterdir()}) for it in folders]
        return "fp16" if any(name and ".fp16." in name for name in chosen) else None

    def known(self) -> catalog.KnownModel | None:
        """What the catalog knows of this very model, not of a folder named like it."""
        hub_or_embedded = "/" in self.name or self.folder == EMBEDDED
        return catalog.find(self.name) if hub_or_embedded else None

    def license(self) -> str:
        """The licence in one line, from the checkpoint's own words or from the catalog."""
        known = self.known()
        own = self.json("mame.json").get("licence") or (known.license if known else None)
        own = own or _license_in_card(self.folder / "README.md")
        return str(own or "unknown: see the model's card")

    def _check(self) -> None:
        index = self.json("model_index.json")
        if not index:
            raise ModelUnavailable(
                f"{self.folder} has no model_index.json, so it is not a whole checkpoint."
                + (" The embedded model has not been made yet." if self.folder == EMBEDDED else "")
                + f" {SUPPORTED}"
            )
        _refuse_own_code(self.name, index)
        if self.for_engine:
            missing = [part for part in ("unet", "vae", "text_encoder") if not self.weights(part)]
            others: Collection[str] = ("tokenizer", "scheduler")
        else:
            missing, others = [], components(index)
        missing += [part for part in others if not (self.folder / part).is_dir()]
        if missing:
            raise ModelUnavailable(
                f"{self.name} is incomplete: {', '.join(missing)} missing in {self.folder}."
                " Download it again; check that the disk is not full."
            )


def components(index: Mapping[str, Any]) -> list[str]:
    """The folders that a model_index.json names."""
    return [
        name
        for name, value in index.items()
        if isinstance(value, list) and len(value) == 2 and all(isinstance(it, str) for it in value)
        if not name.startswith("_")
    ]


def _refuse_own_code(name: str, index: Mapping[str, Any]) -> None:
    """diffusers would import Python files of the folder: a model is data, and never gets to run."""
    foreign = {part for part in components(index) if not _is_known_library(index[part][0])}
    if not isinstance(index.get("_class_name"), str | None):
        foreign.add("_class_name")
    known = catalog.find(name)
    if foreign or (known and known.own_code):
        raise ModelUnavailable(
            f"{name} needs Python code of its own ({', '.join(sorted(foreign)) or 'its pipeline'}),"
            f" which is never run here. Choose another model. {SUPPORTED}"
        )


def _is_known_library(name: str) -> bool:
    """diffusers, transformers, or one of diffusers' own pipeline modules, such as kolors."""
    if name in {"diffusers", "transformers"}:
        return True
    found = importlib.util.find_spec("diffusers")  # looks for it, and imports nothing
    places = found.submodule_search_locations if found else None
    return name.isidentifier() and any(
        Path(place, "pipelines", name).is_dir() for place in places or ()
    )


def choose_weights(component: str, names: Collection[str]) -> str | None:
    """The file name to read among `names`: safetensors before .bin, full before fp16.

    Of weights in several files it is their index, such as model.safetensors.index.json.
    """
    for ending in ("safetensors", "bin"):
        for middle in ("", "fp16."):
            for stem in _STEMS:
                whole = f"{stem}.{middle}{ending}"
                split = f"{stem}.{ending}.index.{middle}json"
                for name in (whole, split):
                    if name in names:
                        return name
    return None


def choose_files(names: Collection[str], folders: Collection[str] = _FOLDERS) -> list[str]:
    """Of all files of a hub repository, those that are needed: no second copy of the weights."""
    chosen = [name for name in names if name in {"model_index.json", "mame.json", "README.md"}]
    for folder in folders:
        inside = {name[len(folder) + 1 :] for name in names if name.startswith(f"{folder}/")}
        weights = choose_weights(folder, inside)
        small = [
            name
            for name in inside
            if "/" not in name and name.endswith(_SMALL) and ".index." not in name
        ]
        chosen += [f"{folder}/{name}" for name in [*small, *_pieces(weights, inside)]]
    return sorted(chosen)


def _pieces(weights: str | None, names: Collection[str]) -> list[str]:
    """The file, or the index and its numbered files."""
    if weights is None or ".index." not in weights:
        return [weights] if weights else []
    stem, ending = weights.split(".")[:2]
    count = r"-\d+-of-\d+"
    half = rf"\.fp16{count}|{count}\.fp16"  # today's names and those of before
    piece = re.compile(rf"{stem}({half if '.fp16.' in weights else count})\.{ending}")
    return [weights, *(name for name in names if piece.fullmatch(name))]


def _download(model: str, token: str | None) -> Path:
    """The folder of a hub repository's files. Raises ModelUnavailable, saying what to do."""
    from huggingface_hub import HfApi, hf_hub_download, snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    endpoint = os.environ.get("HF_ENDPOINT") or None
    try:
        found = HfApi(endpoint=endpoint, token=token).model_info(model, timeout=20)
        names = [file.rfilename for file in found.siblings or []]
        if "model_index.json" not in names:
            raise ModelUnavailable(f"{model} is not in diffusers' folder layout. {SUPPORTED}")
        file = hf_hub_download(
            model, "model_index.json", revision=found.sha, token=token, endpoint=endpoint
        )
        index = json.loads(Path(file).read_text(encoding="utf-8"))
        _refuse_own_code(model, index)
        wanted = choose_files(names, {*_FOLDERS, *components(index)})
        return Path(snapshot_download(model, allow_patterns=wanted, token=token, endpoint=endpoint))
    except GatedRepoError as error:
        raise ModelUnavailable(
            f"{model} is gated: its owner wants its conditions accepted first. Sign in at"
            f" https://huggingface.co/{model}, accept them, make an access token with read"
            " permission, and set HF_TOKEN to it."
        ) from error
    except RepositoryNotFoundError as error:
        raise ModelUnavailable(
            f"The hub knows no model {model}, or it is private. Check the spelling of MODEL, and"
            " HF_TOKEN if it is private."
        ) from error
    except PaintError:
        raise
    except Exception as error:  # offline, a proxy, a broken answer: a copy on the disk will do
        try:
            return Path(snapshot_download(model, token=token, local_files_only=True))
        except (LocalEntryNotFoundError, HfHubHTTPError, OSError):
            reason = f"{type(error).__name__}: {error}".partition("\n")[0]
            raise ModelUnavailable(
                f"{model} could not be downloaded ({reason}), and there is"
                " no earlier copy on this machine. Check the network connection, or download it"
                " elsewhere and set MODEL to the folder."
            ) from error


def _license_in_card(card: Path) -> str | None:
    """The `license:` line of a model card's front matter."""
    if not card.is_file():
        return None
    lines = card.read_text(encoding="utf-8", errors="replace").splitlines()
    for line in lines[1:80] if lines[:1] == ["---"] else []:
        if line.startswith("---"):
            return None
        if line.startswith("license:"):
            return line.removeprefix("license:").strip().strip("\"'") or None
    return None
