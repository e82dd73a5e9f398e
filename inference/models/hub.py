"""The model hub: ids, `owner/name` or `owner/name@commit` for one state for good, and downloads.

HF_ENDPOINT names another hub, as it does for huggingface_hub.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from inference.errors import ModelUnavailable, PaintError

NeededFiles = Callable[[list[str], Callable[[], Mapping[str, Any]]], list[str]]
"""(names of all files, reader of model_index.json) -> names of those that are needed."""

_WEIGHT_FILES = (".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf", ".onnx")
_REVISION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}")


class HubId(NamedTuple):
    """repository: owner/name. revision: a commit, tag or branch; None for the newest.

    https://huggingface.co/docs/huggingface_hub/guides/download#download-an-entire-repository
    """

    repository: str
    revision: str | None


def parse_hub_id(text: str) -> HubId:
    """Split `owner/name@commit`. Raises ModelUnavailable for a revision that can be none."""
    repository, at, revision = text.partition("@")
    if not at:
        return HubId(repository, None)
    if not _REVISION.fullmatch(revision):
        raise ModelUnavailable(
            f"{text} names no revision after the @: write a commit as the hub shows it, such as"
            f" {repository}@0123abc..., or leave the @ out for the newest."
        )
    return HubId(repository, revision)


def may_be_hub_id(text: str) -> bool:
    """Return whether a text has the form of an id, and is no path to a file that is not there."""
    is_path = text.startswith((".", "/", "~")) or text.casefold().endswith(_WEIGHT_FILES)
    return text.count("/") == 1 and not is_path


def repository_of(text: str) -> str:
    """Return the id without its revision, for what is known of the repository."""
    return text.partition("@")[0] if "/" in text else text


def download_model(hub_id: HubId, token: str | None, needed: NeededFiles) -> Path:
    """Return the folder of a repository's needed files. Raises ModelUnavailable with what to do."""
    from huggingface_hub.errors import (
        GatedRepoError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    model = hub_id.repository
    try:
        return _fetch(hub_id, token, needed)
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
    except RevisionNotFoundError as error:
        raise ModelUnavailable(
            f"{model} has no revision {hub_id.revision}. Check what stands after the @ in MODEL."
        ) from error
    except PaintError:
        raise
    except Exception as error:  # offline, a proxy, a broken answer: a copy on the disk will do
        return _earlier_copy(hub_id, token, error)


def download_files(source: str, patterns: list[str], token: str | None, setting: str) -> Path:
    """Return the folder of a repository's files of these patterns.

    source: a hub id. setting: which names it, for the message. Raises ModelUnavailable.
    """
    from huggingface_hub import snapshot_download

    repository, revision = parse_hub_id(source)
    try:
        return Path(
            snapshot_download(
                repository,
                revision=revision,
                allow_patterns=patterns,
                token=token,
                endpoint=_endpoint(),
            )
        )
    except Exception as error:
        raise ModelUnavailable(
            f"{setting} names {source}, which could not be downloaded ({_first_line(error)}). Check"
            " the spelling and the network connection, or set it to a folder."
        ) from error


def _fetch(hub_id: HubId, token: str | None, needed: NeededFiles) -> Path:
    """Download the files that are needed. Raises what huggingface_hub raises."""
    from huggingface_hub import HfApi, snapshot_download

    model, revision = hub_id
    api = HfApi(endpoint=_endpoint(), token=token)
    repository = api.model_info(model, revision=revision, timeout=20)
    names = [file.rfilename for file in repository.siblings or []]
    wanted = needed(names, partial(_read_index, model, repository.sha, token))
    return Path(
        snapshot_download(
            model, revision=revision, allow_patterns=wanted, token=token, endpoint=_endpoint()
        )
    )


def _read_index(model: str, commit: str | None, token: str | None) -> dict[str, Any]:
    from huggingface_hub import hf_hub_download

    file = hf_hub_download(
        model, "model_index.json", revision=commit, token=token, endpoint=_endpoint()
    )
    index: dict[str, Any] = json.loads(Path(file).read_text(encoding="utf-8"))
    return index


def _earlier_copy(hub_id: HubId, token: str | None, error: Exception) -> Path:
    """Return the copy of an earlier download. Raises ModelUnavailable if there is none."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    repository, revision = hub_id
    try:
        return Path(
            snapshot_download(repository, revision=revision, token=token, local_files_only=True)
        )
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError, ValueError):  # no id, at the last
        name = "@".join(filter(None, hub_id))
        raise ModelUnavailable(
            f"{name} could not be downloaded ({_first_line(error)}), and there is no earlier copy"
            " on this machine. Check the network connection, or download it elsewhere and set"
            " MODEL to the folder."
        ) from error


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT") or None


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0]
